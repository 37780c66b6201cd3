/*
 * Sends three messages; as `./client ADDRESS PORT prefix` each with its length in front.
 *
 * Watch: three calls of send() are three messages for this program only. For TCP they are
 * bytes in one stream. The length goes into the same send() as the message it belongs to.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then Enter in the first
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
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

static void send_message(int sock, const char *text, bool prefix)
{
	char data[1024];
	size_t front = prefix ? sizeof(uint32_t) : 0;
	int size = snprintf(data + front, sizeof data - front, "%s", text);
	uint32_t length = htonl((uint32_t)size); /* the highest byte first, whatever the machine */
	memcpy(data, &length, front);
	send_all(sock, data, front + (size_t)size);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc < 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT [prefix]", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	send_message(sock, "good", argc > 3);
	send_message(sock, "morning", argc > 3);
	send_message(sock, "everybody in the room", argc > 3);
	close(sock);
	return 0;
}
