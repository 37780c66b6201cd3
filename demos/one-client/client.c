/*
 * Sends each line of its input and waits for its echo; ends with its input.
 *
 * Watch: a client cannot see that the server is busy with somebody else. connect() and send()
 * succeed at once; only the answer is missing, and recv() waits. Start two by hand: the second
 * gets its first answer when the first one has ended (Ctrl-D).
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

/* The answer is as long as the question, and may come in pieces. */
static void recv_all(int fd, char *data, size_t size)
{
	while (size > 0) {
		ssize_t received = recv(fd, data, size, 0);
		if (received < 0)
			err(1, "recv");
		if (received == 0)
			errx(1, "the server has closed");
		data += received;
		size -= (size_t)received;
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
	printf("connected\n");
	char line[1024];
	while (fgets(line, sizeof line, stdin)) {
		size_t size = strlen(line);
		send_all(sock, line, size);
		recv_all(sock, line, size);
		printf("answer: %s", line);
	}
	close(sock);
	return 0;
}
