/*
 * Sends one line of its input to the echo server and waits until all of it has come back.
 *
 * Watch: connect() returns when the handshake is done, whether or not the server has called
 * accept(). send() returns when the bytes lie in the kernel's buffer, not when they have
 * arrived. close() sends the FIN by which the server's recv() returns 0.
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

/* send() may take less than it is given: go on with the rest. */
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

/* TCP keeps no messages apart, so the answer may come in pieces. */
static void recv_all(int fd, char *data, size_t size)
{
	while (size > 0) {
		ssize_t received = recv(fd, data, size, 0);
		if (received < 0)
			err(1, "recv");
		if (received == 0)
			errx(1, "the server closed before the whole answer was there");
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

	char message[1024] = "", answer[sizeof message] = "";
	if (!fgets(message, sizeof message, stdin))
		return 0;
	size_t size = strcspn(message, "\n");

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	send_all(sock, message, size);
	recv_all(sock, answer, size);
	printf("sent %zu bytes, and back came: %s\n", size, answer);
	close(sock);
	return 0;
}
