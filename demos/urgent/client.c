/*
 * Sends a little, then something urgent, then a little more.
 *
 * Watch: MSG_OOB sets the URG flag on the segment. Nothing overtakes anything: the bytes travel
 * in their order, and the flag only says up to where they are urgent.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_all(int fd, const char *text, int flags)
{
	for (size_t size = strlen(text); size > 0;) {
		ssize_t sent = send(fd, text, size, flags);
		if (sent < 0)
			err(1, "send");
		text += sent;
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

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	send_all(sock, "before ", 0);
	send_all(sock, "now!", MSG_OOB);
	send_all(sock, " after", 0);
	close(sock);
	return 0;
}
