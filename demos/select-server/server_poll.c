/*
 * An echo server for many clients in one process, with poll().
 *
 * Watch: poll() gets a list of descriptors and what to look for, and writes beside each what it
 * found. The list lives on from call to call, and has no limit; but the kernel goes through
 * all of it each time.
 *
 * By hand, in three terminals: ./server_poll 8000, and twice ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 100 };

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

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGPIPE, SIG_IGN);

	int sock = listen_on(argv[1]);
	struct pollfd all[MOST] = { { .fd = sock, .events = POLLIN } };
	nfds_t count = 1;
	for (;;) {
		if (poll(all, count, -1) < 0)
			err(1, "poll");
		for (nfds_t i = count - 1; i > 0; i--) {
			if (all[i].revents && !echo(all[i].fd)) {
				close(all[i].fd);
				all[i] = all[--count]; /* the last takes its place */
			}
		}
		if (all[0].revents) {
			int conn = accept(sock, NULL, NULL);
			if (conn < 0 || count == MOST)
				err(1, "accept");
			all[count++] = (struct pollfd){ .fd = conn, .events = POLLIN };
		}
	}
}
