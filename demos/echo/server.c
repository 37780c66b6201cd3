/*
 * An echo server for one client: the seven calls socket, bind, listen, accept, recv, send,
 * close.
 *
 * Watch: accept() and recv() wait. What arrives is bytes: 你好 is two characters and six
 * bytes. recv() returns 0 when the client has closed: that is the end, no empty message.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* send() may take less than it is given: go on with the rest. */
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

static void echo(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0) {
		printf("%zd bytes came, %zd bytes go back\n", size, size);
		send_all(conn, data, (size_t)size);
	}
	if (size < 0)
		err(1, "recv");
	printf("the client has closed\n");
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

	printf("waiting for a client\n");
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	echo(conn);
	close(conn);
	close(sock);
	return 0;
}
