/*
 * Connects, sends one line and waits for an answer.
 *
 * Watch: connect() and send() succeed though the server's program has not noticed anything.
 * They are answered by its kernel: SYN,ACK for the one, ACK for the other. Only an answer of
 * the program itself shows that it is there, and that one does not come.
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
	static const char question[] = "is anybody there?\n";
	send_all(sock, question, strlen(question));
	printf("connected and sent, now waiting\n");

	char answer[1024];
	ssize_t size = recv(sock, answer, sizeof answer, 0);
	if (size < 0)
		warn("recv");
	else
		printf("%.*s\n", (int)size, answer);
	close(sock);
	return size < 0;
}
