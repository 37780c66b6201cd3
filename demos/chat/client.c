/*
 * Connects and talks with the server in turn, this side first, until one says `exit`.
 *
 * Watch: after its own line each side sleeps in recv() until the other one has spoken. Two
 * that listen at the same time would wait for ever, so the turns must be agreed on before.
 * Whoever says `exit` closes first, and keeps the connection in TIME_WAIT.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
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
	size_t size = strlen(line);
	for (size_t sent = 0; sent < size;) {
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

/* Whoever has heard `exit` has nothing to answer, and waits for the other side's close(). */
static void talk(int sock, bool my_turn)
{
	char line[1024];
	while (my_turn ? say(sock) : hear(sock, line, sizeof line))
		my_turn = !my_turn && strcmp(line, "exit\n") != 0;
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
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	talk(sock, true);
	close(sock);
	return 0;
}
