/*
 * Accepts one client, turns keepalive on with short times, and waits 2.5 seconds for a word.
 *
 * Watch: two ends that say nothing send nothing, for hours. With SO_KEEPALIVE the kernel asks an
 * end that has been silent for TCP_KEEPIDLE seconds whether it is there: a segment without
 * data that begins one byte too early. It is answered by an ACK, by the kernel: neither program
 * notices. Only when TCP_KEEPCNT probes, TCP_KEEPINTVL seconds apart, are not answered, the
 * connection is given up: ETIMEDOUT.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int get(int fd, int option)
{
	int value = 0;
	if (getsockopt(fd, IPPROTO_TCP, option, &value, &(socklen_t){ sizeof value }) < 0)
		err(1, "getsockopt");
	return value;
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof value) < 0)
		err(1, "setsockopt");
}

static void keep_alive(int conn)
{
	int idle = get(conn, TCP_KEEPIDLE), count = get(conn, TCP_KEEPCNT);
	printf("by default: after %d s of silence %d probes, ", idle, count);
	printf("%d s apart\n", get(conn, TCP_KEEPINTVL));
	set(conn, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(conn, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(conn, IPPROTO_TCP, TCP_KEEPCNT, 3);
	set(conn, SOL_SOCKET, SO_KEEPALIVE, 1); /* without it the times mean nothing */
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
	keep_alive(conn);
	if (poll(&(struct pollfd){ .fd = conn, .events = POLLIN }, 1, 2500) == 0)
		printf("not a word in 2.5 s, but it is alive\n");
	close(conn);
	close(sock);
	return 0;
}
