/*
 * An echo server for one client, which sends back whatever comes.
 *
 * Watch: it waits in recv() for something to send back. An empty message never comes: TCP is
 * a stream of bytes, and zero bytes more are no change. Zero is what recv() returns at the end.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, 0);
		if (sent < 0)
			err(1, "send");
		data += sent;
		size -= (size_t)sent;
	}
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
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0)
		send_all(conn, data, (size_t)size);
	if (size < 0)
		err(1, "recv");
	printf("the client has closed\n");
	close(conn);
	close(sock);
	return 0;
}
