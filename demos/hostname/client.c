/*
 * Connects to an address and waits until the server has closed.
 *
 * Watch: 127.0.0.1 and 127.0.1.1 are both this machine, and still two addresses. Where no
 * socket is bound to the one that is called, nor to 0.0.0.0, connect() fails: ECONNREFUSED.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
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
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0) {
		warn("connect to %s", argv[1]);
		close(sock);
		return 1;
	}
	char data[16];
	if (recv(sock, data, sizeof data, 0) < 0)
		err(1, "recv");
	printf("reached the server at %s\n", argv[1]);
	close(sock);
	return 0;
}
