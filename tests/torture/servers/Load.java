import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A ServerSocket with a thread for each connection, and its clients. Load CLIENTS REQUESTS. */
public class Load {
	static void serve(Socket socket) {
		try (socket; var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
				var out = new PrintWriter(socket.getOutputStream(), true)) {
			for (String line; (line = in.readLine()) != null;)
				out.println(line.toUpperCase());
		} catch (IOException error) {
			System.err.println(error);
		}
	}

	static boolean right(int port, String question) {
		try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
				var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
				var out = new PrintWriter(socket.getOutputStream(), true)) {
			for (int i = 0; i < 3; i++) {
				out.println(question + i);
				if (!(question + i).toUpperCase().equals(in.readLine()))
					return false;
			}
			return true;
		} catch (IOException error) {
			System.err.println(error);
			return false;
		}
	}

	public static void main(String[] arguments) throws Exception {
		int clients = Integer.parseInt(arguments[0]), requests = Integer.parseInt(arguments[1]);
		var listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		var server = new Thread(() -> {
			try {
				for (;;) {
					Socket socket = listener.accept();
					new Thread(() -> serve(socket)).start();
				}
			} catch (IOException closed) {
				System.out.println("closed");
			}
		});
		server.start();
		var good = new AtomicInteger();
		var threads = new Thread[clients];
		for (int i = 0; i < clients; i++) {
			String name = "client " + i + " asks ";
			threads[i] = new Thread(() -> {
				for (int k = 0; k < requests; k++)
					if (right(listener.getLocalPort(), name + k))
						good.incrementAndGet();
			});
			threads[i].start();
		}
		for (var thread : threads)
			thread.join();
		listener.close();
		server.join();
		System.out.println("right " + good + " of " + clients * requests);
	}
}
