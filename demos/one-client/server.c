/*
 * An echo server that serves one client until it leaves, and only then takes the next.
 *
 * Watch: while recv() waits for the first client's next line, nobody calls accept(). The second
 * client is connected all the same, by the kernel, and waits in the queue with what it has
 * sent. The repair is to watch all sockets at once, or a process or thread for each client:
 * see the demos select-server, fork-server, thread-server.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* False if the client has gone meanwhile. */
static bool send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, 0);
		if (sent < 0)
			return false;
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* Comes back when this client has gone, and not before. */
static void serve(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0) {
		if (!send_all(conn, data, (size_t)size))
			break;
	}
	if (size != 0)
		warn("the client left");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGPIPE, SIG_IGN); /* a client that has gone makes send() fail, and no more */

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	/* So that it can be restarted at once: see the demo address-in-use. */
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn)) {
		printf("serving a client\n");
		serve(conn);
		printf("free for the next\n");
	}
	err(1, "accept");
}
