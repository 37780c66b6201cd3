/*
 * Connects without waiting, receives without waiting, then for 0.2 seconds, then for ever.
 *
 * Watch: EINPROGRESS: the SYN is sent, the rest goes on without us. When poll() says that the
 * socket is writable, SO_ERROR says how it ended. EAGAIN: nothing there now. A time limit
 * is poll() with one: it returns 0 if nothing happens.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void set_nonblocking(int sock, int yes)
{
	if (ioctl(sock, FIONBIO, &yes) < 0) /* or fcntl(): O_NONBLOCK */
		err(1, "ioctl");
}

/* 0, or why there is no connection. */
static int connect_later(int sock, const struct sockaddr_in *server)
{
	if (connect(sock, (const struct sockaddr *)server, sizeof *server) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	printf("connecting\n");
	if (poll(&(struct pollfd){ sock, POLLOUT, 0 }, 1, -1) < 0)
		err(1, "poll");
	int error;
	if (getsockopt(sock, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){ sizeof error }) < 0)
		err(1, "getsockopt");
	return error;
}

static void talk(int sock)
{
	char data[1024];
	if (recv(sock, data, sizeof data, 0) < 0 && errno == EAGAIN)
		printf("nothing there now\n");
	if (poll(&(struct pollfd){ sock, POLLIN, 0 }, 1, 200) == 0)
		printf("nothing came in 0.2 s\n");
	if (send(sock, "go", 2, 0) != 2)
		err(1, "send");
	set_nonblocking(sock, 0);
	ssize_t size = recv(sock, data, sizeof data, 0);
	if (size < 0)
		err(1, "recv");
	printf("received: %.*s\n", (int)size, data);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	set_nonblocking(sock, 1);
	int error = connect_later(sock, &server);
	if (error == 0)
		talk(sock);
	else
		warnx("connect: %s", strerror(error));
	close(sock);
	return error != 0;
}
