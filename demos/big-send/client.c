/*
 * Sends a million bytes to a server that does not receive.
 *
 * Watch: send() copies into the send buffer. With MSG_DONTWAIT it takes what there is room for
 * and returns how much that was: a short send. Without the flag it waits until there is room.
 * Whoever ignores what send() returns loses the rest.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then Enter in the first
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 1000000 };

/* As Python's sendall(): again and again, until all of it is in the send buffer. */
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
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));
	char *data = malloc(SIZE);
	if (!data)
		err(1, "malloc");
	memset(data, 'x', SIZE);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &(int){ 50000 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	ssize_t sent = send(sock, data, SIZE, MSG_DONTWAIT); /* now or never */
	if (sent < 0)
		err(1, "send");
	printf("not all of it fits: the rest has to wait\n");
	send_all(sock, data + sent, SIZE - (size_t)sent);
	char byte; /* nothing will come: this waits until the server has closed */
	if (recv(sock, &byte, 1, 0) < 0)
		err(1, "recv");
	close(sock);
	free(data);
	return 0;
}
