/*
 * Welcomes one client and waits for its words. As `./server PORT keepalive` it has the
 * connection watched; as `./server PORT speak` it says one more line first, when Enter is pressed.
 *
 * Watch: a client that vanishes without a word leaves half a connection: this end stays
 * ESTABLISHED, and nothing tells it. Without keepalive recv() waits for ever. With it the kernel
 * asks, gets no answer, and gives up: ETIMEDOUT. Who sends learns it too, if the other host is
 * back: it knows no such connection and answers with RST, and that is ECONNRESET here.
 *
 * By hand, where one can unplug something:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof value) < 0)
		err(1, "setsockopt");
}

static void serve(int conn, const char *way)
{
	char data[1024];
	if (send(conn, "welcome", strlen("welcome"), 0) < 0)
		err(1, "send");
	if (strcmp(way, "keepalive") == 0) {
		set(conn, IPPROTO_TCP, TCP_KEEPIDLE, 1);
		set(conn, IPPROTO_TCP, TCP_KEEPINTVL, 1);
		set(conn, IPPROTO_TCP, TCP_KEEPCNT, 1);
		set(conn, SOL_SOCKET, SO_KEEPALIVE, 1);
	}
	if (strcmp(way, "speak") == 0 && fgets(data, sizeof data, stdin) &&
	    send(conn, "any news?", strlen("any news?"), 0) < 0)
		err(1, "send");

	ssize_t size = recv(conn, data, sizeof data, 0);
	if (size < 0)
		warn("recv");
	else
		printf("recv: %zd bytes\n", size);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [keepalive|speak]", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
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
	serve(conn, argc > 2 ? argv[2] : "");
	close(conn);
	close(sock);
	return 0;
}
