/*
 * A member of the chat: says what it reads, prints what it hears; ends with its input.
 *
 * Watch: poll() waits for the terminal and the socket at once; a recv() would be deaf for
 * the one, a read() for the other. No bind(): the first sendto() gives the socket a free
 * port, and to that port the relay answers. close() sends nothing: nobody learns of it.
 *
 * By hand, in four terminals:    ./relay 9000        ./member 127.0.0.1 9000 Anna        ...
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int sock, const struct sockaddr_in *relay, const char *name, const char *words)
{
	char message[1024];
	snprintf(message, sizeof message, "%s: %s", name, words);
	if (sendto(sock, message, strlen(message), 0, (const struct sockaddr *)relay,
		   sizeof *relay) < 0)
		err(1, "sendto");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in relay = { .sin_family = AF_INET };
	if (argc != 4 || inet_pton(AF_INET, argv[1], &relay.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT NAME", argv[0]);
	relay.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0)
		err(1, "socket");
	say(sock, &relay, argv[3], "I am here");

	enum { TERMINAL, SOCKET };
	struct pollfd ends[] = {
		[TERMINAL] = { .fd = STDIN_FILENO, .events = POLLIN },
		[SOCKET] = { .fd = sock, .events = POLLIN },
	};
	for (;;) {
		char data[1000];
		ssize_t size;
		if (poll(ends, 2, -1) < 0)
			err(1, "poll");
		if (ends[SOCKET].revents) {
			size = recv(sock, data, sizeof data, 0);
			if (size < 0)
				err(1, "recv");
			printf("%.*s\n", (int)size, data);
		}
		if (ends[TERMINAL].revents) {
			size = read(STDIN_FILENO, data, sizeof data - 1);
			if (size <= 0)
				break;
			data[size] = '\0';
			data[strcspn(data, "\n")] = '\0';
			say(sock, &relay, argv[3], data);
		}
	}
	close(sock);
	return 0;
}
