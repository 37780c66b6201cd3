/*
 * Calls accept() without listen(), and fails. As `./server PORT listen` it does it right: it
 * waits for one client, and says goodbye by closing.
 *
 * Watch: a socket is made for either role. connect() makes it the active end, listen() the
 * passive one, which has a queue of connections. Without listen() there is no queue, so
 * accept() has nothing to wait for: EINVAL. bind() has only given the socket its address.
 *
 * By hand: ./server 8000, then ./server 8000 listen, in another terminal ./client 127.0.0.1 8000
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
	if (argc < 2)
		errx(2, "usage: %s PORT [listen]", argv[0]);

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
	if (argc > 2 && listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0) {
		warn("accept");
		close(sock);
		return 1;
	}
	printf("a client has come\n");
	close(conn);
	close(sock);
	return 0;
}
