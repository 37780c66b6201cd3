/*
 * Reads until its client has nothing more to say, then answers with the lines that are typed
 * here, until end of input (Ctrl-D).
 *
 * Watch: the zero of recv() is the client's FIN. It ends one direction only: this end is in
 * CLOSE_WAIT now, and what it sends still arrives. CLOSE_WAIT has no timer. It lasts until this
 * end closes too, so a server that forgets to close() collects sockets in it.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, 0);
		if (sent < 0)
			err(1, "send");
		data += sent;
		size -= (size_t)sent;
	}
}

static void serve(int conn)
{
	char text[1024];
	ssize_t size;
	while ((size = recv(conn, text, sizeof text, 0)) > 0)
		printf("%.*s\n", (int)size, text);
	if (size < 0)
		err(1, "recv");

	printf("that was all, now it is my turn\n");
	while (fgets(text, sizeof text, stdin))
		send_all(conn, text, strcspn(text, "\n"));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	serve(conn);
	close(conn);
	close(sock);
	return 0;
}
