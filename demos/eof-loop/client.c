/*
 * Sends one line of its input and closes.
 *
 * Watch: close() sends the FIN. It arrives as no message and as no error, but as the end of
 * the stream, which the server must look for by itself.
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

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	char line[1024];
	if (fgets(line, sizeof line, stdin))
		send_all(sock, line, strcspn(line, "\n"));
	close(sock);
	return 0;
}
