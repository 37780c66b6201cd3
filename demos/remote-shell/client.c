/*
 * Sends each line of its input as a command, and calls recv() once, for 10 bytes of the answer.
 *
 * Watch: this is wrong. One recv() is not one answer. The rest of a longer answer stays in the
 * receive buffer, where the next recv() finds it and takes it for the next answer; 10 bytes may
 * end in the middle of a character; and an answer of no bytes never comes. The repair is to
 * tell the receiver how long an answer is: see the demo sticky.
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

	char command[1024], answer[10];
	while (fgets(command, sizeof command, stdin)) {
		send_all(sock, command, strlen(command));
		ssize_t size = recv(sock, answer, sizeof answer, 0);
		if (size < 0)
			err(1, "recv");
		const char *end = size && answer[size - 1] == '\n' ? "" : "\n";
		printf("%zd bytes: %.*s%s", size, (int)size, answer, end);
	}
	close(sock);
	return 0;
}
