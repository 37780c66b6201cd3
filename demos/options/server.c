/*
 * Accepts one client and waits until it has closed. The two options that it sets on its
 * listening socket are inherited by the accepted one.
 *
 * Watch: getsockname() is this end of the connection, getpeername() the other one. SO_RCVBUF
 * was set on the listening socket, and the accepted one has it.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int option(int fd, int name)
{
	int value;
	if (getsockopt(fd, SOL_SOCKET, name, &value, &(socklen_t){ sizeof value }) < 0)
		err(1, "getsockopt");
	return value;
}

static void serve(int conn)
{
	struct sockaddr_in client = { 0 };
	if (getpeername(conn, (struct sockaddr *)&client, &(socklen_t){ sizeof client }) < 0)
		err(1, "getpeername");
	printf("a client at %s\n", inet_ntoa(client.sin_addr));
	printf("the accepted socket's receive buffer: %d\n", option(conn, SO_RCVBUF));

	char data[1024]; /* nothing will come: this waits until the client has closed */
	if (recv(conn, data, sizeof data, 0) < 0)
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
	if (setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &(int){ 30000 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_ANY),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	printf("does it listen? %d\n", option(sock, SO_ACCEPTCONN));
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	serve(conn);
	close(conn);
	close(sock);
	return 0;
}
