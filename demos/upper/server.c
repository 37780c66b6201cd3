/*
 * A server that never ends: takes one client after another, answers each message in capitals.
 *
 * Watch: the listening socket stays LISTEN, each client gets a socket of its own. recv()
 * says in two ways that a client has gone: 0 (it closed, FIN) or ECONNRESET (RST). Neither
 * may end a server. Capitals are for ASCII letters; other bytes come back as they are.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <ctype.h>
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

static void serve(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0) {
		for (ssize_t i = 0; i < size; i++)
			data[i] = (char)toupper((unsigned char)data[i]);
		if (!send_all(conn, data, (size_t)size))
			break;
	}
	if (size == 0)
		printf("the client has closed\n");
	else
		warn("the client left");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	/* Without this the first send() to a client that has gone would kill the server. */
	signal(SIGPIPE, SIG_IGN);

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
		printf("a client has come\n");
		serve(conn);
	}
	err(1, "accept");
}
