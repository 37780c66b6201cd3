/*
 * One socket that connects to itself: bound to a port, it calls the same port.
 *
 * Watch: its SYN meets a socket that has sent a SYN too. That is a simultaneous open: SYN_SENT,
 * SYN_RCVD, ESTABLISHED, with no listen() and no accept(). What it sends it receives. close()
 * is simultaneous as well: its FIN meets its FIN, so FIN_WAIT_1 is followed by CLOSING.
 *
 * By hand:    ./self 8000
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

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (connect(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "connect");
	printf("connected, though nobody listens on port %s\n", argv[1]);

	char data[1024];
	send_all(sock, "is anybody there?", strlen("is anybody there?"));
	ssize_t size = recv(sock, data, sizeof data, 0);
	if (size < 0)
		err(1, "recv");
	printf("the answer: %.*s\n", (int)size, data);
	close(sock);
	return 0;
}
