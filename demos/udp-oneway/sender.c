/*
 * Sends each line of its input as a datagram of its own, from a port of its own.
 *
 * Watch: no connect(): each sendto() names the receiver. It succeeds whether or not anybody is
 * there; what nobody receives is lost, and the sender does not learn it. bind() is for senders
 * too, when the receiver shall see a known port; a socket is bound once, the second bind() fails.
 *
 * By hand, in two terminals:    ./receiver 9000        ./sender 127.0.0.1 9000 9001
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in receiver = { .sin_family = AF_INET };
	if (argc != 4 || inet_pton(AF_INET, argv[1], &receiver.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT OWN-PORT", argv[0]);
	receiver.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[3], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&own, sizeof own) < 0)
		err(1, "bind");
	own.sin_port = htons((in_port_t)(ntohs(own.sin_port) + 1));
	if (bind(sock, (struct sockaddr *)&own, sizeof own) < 0)
		warn("a second bind");

	char line[1024];
	while (fgets(line, sizeof line, stdin)) {
		/* A datagram goes as a whole or not at all: no loop for the rest. */
		if (sendto(sock, line, strcspn(line, "\n"), 0, (struct sockaddr *)&receiver,
			   sizeof receiver) < 0)
			err(1, "sendto");
	}
	close(sock);
	return 0;
}
