/*
 * An echo server for many clients in one process, with select().
 *
 * Watch: select() waits for all of them at once, and says which have something. It forgets what
 * it was asked: the set is made anew each time. Its sets end at 1024 (FD_SETSIZE): a descriptor
 * beyond writes somewhere else in memory.
 *
 * By hand, in three terminals: ./server_select 8000, and twice ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
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

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGPIPE, SIG_IGN);

	int sock = listen_on(argv[1]), highest = sock;
	fd_set all;
	FD_ZERO(&all);
	FD_SET(sock, &all);
	for (;;) {
		fd_set ready = all; /* select() leaves in it those that have something */
		if (select(highest + 1, &ready, NULL, NULL, NULL) < 0)
			err(1, "select");
		for (int fd = highest; fd > sock; fd--) {
			if (FD_ISSET(fd, &ready) && !echo(fd)) {
				FD_CLR(fd, &all);
				close(fd);
			}
		}
		while (!FD_ISSET(highest, &all))
			highest--;
		if (FD_ISSET(sock, &ready)) {
			int conn = accept(sock, NULL, NULL);
			if (conn < 0 || conn >= FD_SETSIZE)
				err(1, "accept");
			FD_SET(conn, &all);
			highest = conn > highest ? conn : highest;
		}
	}
}
