/*
 * Listens, and never calls accept(). It waits for a signal, and any signal ends it.
 *
 * Watch: the kernel does the handshake for a listening socket by itself, puts the connection
 * into its queue and even takes the client's data. accept() is not what makes the connection: it
 * only hands out one that is there. What is still in the queue at the end is reset (RST).
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
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
	printf("I shall listen, and not accept\n");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	pause(); /* here accept() is missing */
}
