/*
 * Listens with a backlog of 5 and is busy until Enter is pressed. Then it serves its clients one
 * after the other, each until it closes.
 *
 * Watch: the handshakes are done without accept(): the kernel completes them and keeps the
 * connections in the accept queue. It is full when it is longer than the backlog, so with 5 six
 * wait. For the seventh client nothing is sent back, not even a RST.
 *
 * By hand, in three terminals:    ./server 8000        ./client 127.0.0.1 8000 6
 *                                                      ./client 127.0.0.1 8000 1
 */
#include <err.h>
#include <netinet/in.h>
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
	if (listen(sock, 5) < 0)
		err(1, "listen");

	printf("busy until Enter\n");
	char line[80];
	if (!fgets(line, sizeof line, stdin))
		return 0;
	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn)) {
		char byte;
		if (recv(conn, &byte, 1, 0) < 0)
			err(1, "recv");
	}
	err(1, "accept");
}
