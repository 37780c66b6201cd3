/*
 * Waits for an urgent byte, takes it out of turn, then receives the rest.
 *
 * Watch: poll() reports urgent data as POLLPRI. recv() with MSG_OOB takes the one urgent byte;
 * without it, recv() gives the bytes before, stops where the urgent one was, and goes on behind
 * it. Of "now!" sent with MSG_OOB only the last byte is urgent.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(int conn)
{
	if (poll(&(struct pollfd){ conn, POLLPRI, 0 }, 1, -1) < 0)
		err(1, "poll");
	char data[1024];
	if (recv(conn, data, 1, MSG_OOB) != 1)
		err(1, "recv");
	printf("urgent: %c\n", data[0]);

	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0)
		printf("in its turn: %.*s\n", (int)size, data);
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

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	serve(conn);
	close(conn);
	close(sock);
	return 0;
}
