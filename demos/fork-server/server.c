/*
 * An echo server with one child process for each client.
 *
 * Watch: after fork() parent and child hold the same sockets. The child closes the listening one,
 * the parent the connection; neither close() sends anything, because the other process still
 * holds the socket. The FIN leaves when the child ends. A parent that forgets its close() keeps
 * every connection open: no FIN is ever sent.
 *
 * By hand, in three terminals: ./server 8000, and twice ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void echo(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0) {
		for (ssize_t sent = 0; sent < size;) {
			ssize_t more = send(conn, data + sent, (size_t)(size - sent), 0);
			if (more < 0)
				err(1, "send");
			sent += more;
		}
	}
	if (size < 0)
		err(1, "recv");
}

static int listen_on(const char *port)
{
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(port, NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 128) < 0)
		err(1, "listen");
	return sock;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGCHLD, SIG_IGN); /* children that end leave no zombie: nobody wait()s for them */

	int sock = listen_on(argv[1]);
	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn)) {
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (child == 0) {
			close(sock);
			echo(conn);
			_exit(0); /* which closes conn */
		}
	}
	err(1, "accept");
}
