/*
 * Accepts clients only when they have said something (TCP_DEFER_ACCEPT), hears one message of
 * each, and closes.
 *
 * Watch: a client that only connects is in SYN_RCVD here: the kernel keeps it in the SYN queue
 * though its handshake is done. Its first data completes the connection, and accept() returns.
 * The SYN queue is bounded by the backlog too. When it is full the kernel answers with SYN
 * cookies: it remembers nothing, and the client's ACK, which brings the cookie back, makes the
 * connection. That cannot be deferred.
 *
 * By hand, in three terminals:    ./server 8000        ./client 127.0.0.1 8000 6
 *                                                      ./client 127.0.0.1 8000 1
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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
	/* Seconds; after that a client that has said nothing is taken nevertheless. */
	if (setsockopt(sock, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){ 30 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn)) {
		char data[1024];
		ssize_t size = recv(conn, data, sizeof data, 0);
		if (size < 0)
			err(1, "recv");
		printf("%.*s\n", (int)size, data);
	}
	err(1, "accept");
}
