/*
 * A chat with one client: whoever types first speaks first, and as often as he likes.
 *
 * Watch: the terminal and the socket are both descriptors, and poll() waits for both at once.
 * Without it this program would sleep in read() while the other speaks, or in recv() while
 * somebody types. The end of the input (Ctrl-D) or of the connection ends it.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
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
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	talk(conn);
	close(conn);
	close(sock);
	return 0;
}
