/*
 * Greets one client, closes first and ends. As `./server PORT reuse` it sets SO_REUSEADDR
 * before bind().
 *
 * Watch: the side that closes first keeps the connection in TIME_WAIT, for 60 seconds on
 * Linux. Here that is the server, so its port is still in use when it is started again, and
 * bind() fails with EADDRINUSE. SO_REUSEADDR helps only if the old socket had it as well.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then ./server 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void greet(int conn)
{
	static const char greeting[] = "hello and goodbye";
	size_t size = strlen(greeting);
	for (size_t sent = 0; sent < size;) {
		ssize_t more = send(conn, greeting + sent, size - sent, 0);
		if (more < 0)
			err(1, "send");
		sent += (size_t)more;
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [reuse]", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (argc > 2 && setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0) {
		warn("bind");
		close(sock);
		return 1;
	}
	if (listen(sock, 5) < 0)
		err(1, "listen");

	printf("listening on port %s\n", argv[1]);
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	greet(conn);
	close(conn); /* first: this end will be in TIME_WAIT */
	close(sock);
	return 0;
}
