/*
 * Prints how much a client sends. It takes only an error for the end, and spins when the client
 * has closed. As `./server PORT repaired` it knows that zero bytes are the end.
 *
 * Watch: after the client's FIN recv() does not wait and does not fail: it returns 0, each time
 * it is called, with the connection in CLOSE_WAIT. A loop that waits for an error never ends.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The bug spins for ever; a lesson ends. */
enum { ENOUGH = 6 };

/* The bug: `>= 0` takes zero bytes for a message. */
static void serve_and_spin(int conn)
{
	char data[1024];
	ssize_t size = 0;
	for (int i = 0; i < ENOUGH && (size = recv(conn, data, sizeof data, 0)) >= 0; i++)
		printf("got %zd bytes\n", size);
	if (size >= 0)
		printf("... and so on, for ever\n");
}

/* The repair: zero bytes are the end, as an error is. */
static void serve(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0)
		printf("got %zd bytes\n", size);
	if (size < 0)
		err(1, "recv");
	printf("the client has closed\n");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [repaired]", argv[0]);
	bool repaired = argc > 2;

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
	if (repaired)
		serve(conn);
	else
		serve_and_spin(conn);
	close(conn);
	close(sock);
	return 0;
}
