/*
 * Connects, and never reads what the server says: it only waits for the end of its input.
 *
 * Watch: the scenario takes the network away and then kills it. Its kernel forgets the connection
 * at once: with data unread it sends a RST and keeps nothing. But the RST is lost, as
 * everything is that a host says whose cable is cut or whose power fails.
 *
 * By hand, where one can unplug something:    ./server 8000        ./client 127.0.0.1 8000
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
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	while (getchar() != EOF)
		;
	close(sock);
	return 0;
}
