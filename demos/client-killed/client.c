/*
 * Asks a question and is killed when the answer is there: `read`, it has read the answer;
 * `unread`, the answer still lies in its receive buffer.
 *
 * Watch: there is no close(), but a socket outlives no program: the kernel closes it. If
 * everything was read it sends a FIN, as always. If there is data that nobody will ever read,
 * it sends RST instead, so that the server learns that its answer was lost.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000 read
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT read|unread", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	if (send(sock, "6 * 7?", strlen("6 * 7?"), 0) < 0)
		err(1, "send");

	if (poll(&(struct pollfd){ .fd = sock, .events = POLLIN }, 1, -1) < 0)
		err(1, "poll");
	char answer[1024];
	if (strcmp(argv[3], "read") == 0 && recv(sock, answer, sizeof answer, 0) < 0)
		err(1, "recv");
	printf("the answer is there, and so is my end\n");
	raise(SIGKILL); /* as `kill -9` from another terminal */
	return 0;
}
