/*
 * An echo server for many clients in one process, with epoll.
 *
 * Watch: the kernel keeps the list, in a descriptor of its own. epoll_ctl() adds to it once;
 * epoll_wait() returns only those that have something, however many there are. close() takes a
 * descriptor out of the list, if no copy of it is left.
 *
 * By hand, in three terminals: ./server_epoll 8000, and twice ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* One answer; false when the client has gone. poll() and its like said that there is something. */
static bool echo(int conn)
{
	char data[1024];
	ssize_t size = recv(conn, data, sizeof data, 0), sent = 0, more = 0;
	while (sent < size && (more = send(conn, data + sent, (size_t)(size - sent), 0)) >= 0)
		sent += more;
	return size > 0 && more >= 0;
}

static int listen_on(const char *port)
{
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)strtoul(port, NULL, 10));
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 128) < 0)
		err(1, "listen");
	return sock;
}

static void watch(int list, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	if (epoll_ctl(list, EPOLL_CTL_ADD, fd, &event) < 0)
		err(1, "epoll_ctl");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGPIPE, SIG_IGN);

	int sock = listen_on(argv[1]), list = epoll_create1(EPOLL_CLOEXEC);
	if (list < 0)
		err(1, "epoll_create1");
	watch(list, sock);
	for (;;) {
		struct epoll_event ready[16];
		int count = epoll_wait(list, ready, 16, -1);
		if (count < 0)
			err(1, "epoll_wait");
		for (int i = 0; i < count; i++) {
			if (ready[i].data.fd == sock) {
				int conn = accept(sock, NULL, NULL);
				if (conn < 0)
					err(1, "accept");
				watch(list, conn);
			} else if (!echo(ready[i].data.fd)) {
				close(ready[i].data.fd);
			}
		}
	}
}
