/*
 * Waits for one client and talks with it in turn, the client first, until one says `exit`.
 *
 * Watch: TCP keeps no messages apart and knows no turns. Both are the programs' agreement: a
 * message ends with its line, and after each the other one speaks. `exit` is a word like any
 * other; the connection ends with close(), which the other side's recv() tells by returning 0.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Says the next line of the input. False when that was `exit`, the last word. */
static bool say(int sock)
{
	char line[1024];
	if (!fgets(line, sizeof line, stdin))
		strcpy(line, "exit\n");
	for (size_t sent = 0, size = strlen(line); sent < size;) {
		ssize_t more = send(sock, line + sent, size - sent, 0);
		if (more < 0)
			err(1, "send");
		sent += (size_t)more;
	}
	return strcmp(line, "exit\n") != 0;
}

/* Waits for a whole line, which may come in pieces. False when the other side has closed. */
static bool hear(int sock, char *line, size_t limit)
{
	size_t size = 0;
	do {
		ssize_t more = recv(sock, line + size, limit - 1 - size, 0);
		if (more < 0)
			err(1, "recv");
		if (more == 0)
			return false;
		size += (size_t)more;
	} while (line[size - 1] != '\n' && size < limit - 1);
	line[size] = '\0';
	printf("heard: %s", line);
	return true;
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
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	close(sock); /* one client is enough */
	/* Whoever has heard `exit` has nothing to answer, and waits for the other side's close().
	 */
	char line[1024];
	bool my_turn = false;
	while (my_turn ? say(conn) : hear(conn, line, sizeof line))
		my_turn = !my_turn && strcmp(line, "exit\n") != 0;
	close(conn);
	return 0;
}
