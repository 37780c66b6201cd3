/*
 * The other end of the chat: connects, and then does the same as the server.
 *
 * Watch: nobody has to take turns. Each poll() names the descriptor that has something: 0 is the
 * terminal, the other one the connection.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
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

static void talk(int sock)
{
	struct pollfd both[] = { { STDIN_FILENO, POLLIN, 0 }, { sock, POLLIN, 0 } };
	for (char data[1024];;) {
		if (poll(both, 2, -1) < 0)
			err(1, "poll");
		if (both[1].revents) {
			ssize_t size = recv(sock, data, sizeof data, 0);
			if (size < 0)
				err(1, "recv");
			if (size == 0)
				return;
			printf("the other: %.*s", (int)size, data);
		}
		if (both[0].revents) { /* read(), for a FILE could hide a line in its buffer */
			ssize_t size = read(STDIN_FILENO, data, sizeof data);
			if (size <= 0)
				return;
			send_all(sock, data, (size_t)size);
		}
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
	talk(sock);
	close(sock);
	return 0;
}
