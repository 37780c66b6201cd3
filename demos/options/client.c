/*
 * Asks a socket what it is and what it has, before and after connect(), and changes some of it.
 *
 * Watch: the kernel gives twice the buffer that one asks for, because it counts its own
 * bookkeeping too. The address of this end is there only after connect(), which chose the port;
 * the address of the other end can be asked for only as long as there is a connection.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* SOL_SOCKET: the socket itself; IPPROTO_TCP: what its protocol does. */
static void show(int fd, int level, int name, const char *text)
{
	int value;
	if (getsockopt(fd, level, name, &value, &(socklen_t){ sizeof value }) < 0)
		err(1, "getsockopt");
	printf("%s: %d\n", text, value);
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof value) < 0)
		err(1, "setsockopt");
}

static void prepare(int sock)
{
	show(sock, SOL_SOCKET, SO_TYPE, "type (1 is SOCK_STREAM)");
	show(sock, SOL_SOCKET, SO_RCVBUF, "receive buffer");
	set(sock, SOL_SOCKET, SO_RCVBUF, 50000);
	show(sock, SOL_SOCKET, SO_RCVBUF, "receive buffer, 50000 asked for");
	set(sock, SOL_SOCKET, SO_SNDBUF, 20000);
	show(sock, SOL_SOCKET, SO_SNDBUF, "send buffer, 20000 asked for");
	show(sock, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
	set(sock, IPPROTO_TCP, TCP_NODELAY, 1); /* small segments leave at once: no Nagle */
	show(sock, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
	set(sock, SOL_SOCKET, SO_KEEPALIVE, 1); /* see the demo keepalive */
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET }, own = { 0 }, peer = { 0 };
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	prepare(sock);
	if (getsockname(sock, (struct sockaddr *)&own, &(socklen_t){ sizeof own }) < 0)
		err(1, "getsockname");
	printf("own port before connect: %d\n", ntohs(own.sin_port));
	if (getpeername(sock, (struct sockaddr *)&peer, &(socklen_t){ sizeof peer }) < 0)
		warn("getpeername");

	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	if (getsockname(sock, (struct sockaddr *)&own, &(socklen_t){ sizeof own }) < 0)
		err(1, "getsockname");
	if (getpeername(sock, (struct sockaddr *)&peer, &(socklen_t){ sizeof peer }) < 0)
		err(1, "getpeername");
	printf("the kernel chose a port: %s\n", own.sin_port != 0 ? "yes" : "no");
	printf("the port of the other end: %d\n", ntohs(peer.sin_port));
	show(sock, SOL_SOCKET, SO_ERROR, "pending error");
	close(sock);
	return 0;
}
