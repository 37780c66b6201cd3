/*
 * Accepts a client and does not receive; when Enter is pressed, it receives everything at last.
 *
 * Watch: while nobody receives, the receive buffer fills, then the sender's send buffer. TCP
 * tells the sender with its window how much room there is: none. Nothing is lost.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then Enter in the first
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 1000000 };

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	char *data = malloc(SIZE);
	if (!data)
		err(1, "malloc");

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	/* A small buffer, so that it fills soon; before listen(), for the accepted socket has it.
	 */
	if (setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &(int){ 50000 }, sizeof(int)) < 0)
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
	printf("Enter: receive\n");
	getchar();
	ssize_t size = recv(conn, data, SIZE, MSG_WAITALL); /* until all of it is there */
	if (size < 0)
		err(1, "recv");
	printf("%zd bytes received\n", size);
	close(conn);
	close(sock);
	free(data);
	return 0;
}
