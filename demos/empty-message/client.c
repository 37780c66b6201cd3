/*
 * Sends each line of its input, without its line end, and waits for the echo.
 *
 * Watch: for an empty line that is a send() of zero bytes. It succeeds, returns 0 and sends
 * nothing. So the server gets nothing and answers nothing, and both ends wait in recv(), each
 * for the other. The repair: do not send empty messages, or give each message a line end or
 * a length, so that an empty one has bytes too.
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

/* At least one send(), even of nothing: as Python's sendall(). */
static void send_all(int fd, const char *data, size_t size)
{
	do {
		ssize_t sent = send(fd, data, size, 0);
		if (sent < 0)
			err(1, "send");
		data += sent;
		size -= (size_t)sent;
	} while (size > 0);
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
	char line[1024], answer[sizeof line];
	while (fgets(line, sizeof line, stdin)) {
		size_t size = strcspn(line, "\n");
		send_all(sock, line, size);
		printf("sent %zu bytes, waiting for the answer\n", size);
		/* Good enough for a short line, which comes in one piece: see the demo sticky. */
		ssize_t received = recv(sock, answer, sizeof answer, 0);
		if (received < 0)
			err(1, "recv");
		printf("answer: %.*s\n", (int)received, answer);
	}
	close(sock);
	return 0;
}
