/*
 * Asks for a client without waiting, then waits for one with poll().
 *
 * Watch: on a non-blocking socket accept() with nobody there fails at once with EAGAIN, which
 * is an answer and no fault. poll() is the place to wait. The accepted socket is a blocking
 * one: it does not inherit the flag.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0) {
		printf("received: %.*s\n", (int)size, data);
		if (send(conn, "done", 4, 0) != 4)
			err(1, "send");
	}
	if (size < 0)
		err(1, "recv");
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
	if (ioctl(sock, FIONBIO, &(int){ 1 }) < 0) /* or fcntl(): O_NONBLOCK */
		err(1, "ioctl");

	int conn;
	while ((conn = accept(sock, NULL, NULL)) < 0) {
		if (errno != EAGAIN)
			err(1, "accept");
		printf("nobody there yet\n");
		if (poll(&(struct pollfd){ sock, POLLIN, 0 }, 1, -1) < 0)
			err(1, "poll");
	}
	serve(conn);
	close(conn);
	close(sock);
	return 0;
}
