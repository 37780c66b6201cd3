/*
 * Everything is a file: reads lines from a connection with the functions for files, and answers
 * through a second descriptor of the same socket.
 *
 * Watch: a socket has a number like any open file. fdopen() puts a FILE around it, and
 * getline() calls read() as often as it must. dup() makes a second number for the same
 * connection: close() of one of them sends nothing, the FIN leaves with the last. The answers
 * wait in their stream's buffer until it is full, flushed or closed: one write() for both.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void answer_lines(int conn)
{
	int second = dup(conn);
	FILE *in = fdopen(conn, "r"), *out = fdopen(second, "w");
	if (second < 0 || !in || !out)
		err(1, "dup, fdopen");

	char *line = NULL;
	size_t size = 0;
	for (int n = 1; getline(&line, &size, in) > 0; n++) {
		printf("line %d: %s", n, line);
		fprintf(out, "%d: %s", n, line); /* into the stream's buffer, no further */
	}
	free(line);
	fclose(in); /* closes its descriptor; the other one keeps the connection */
	printf("one descriptor closed, the connection is still there\n");
	fclose(out); /* one write() for all answers, then close() */
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
	printf("the connection is descriptor %d\n", conn);
	answer_lines(conn);
	close(sock);
	return 0;
}
