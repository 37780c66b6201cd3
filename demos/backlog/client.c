/*
 * Opens COUNT connections to one server, one after the other, and closes them when its input
 * ends (Ctrl-D).
 *
 * Watch: connect() returns when the kernel of the server has answered, whatever its program
 * does. With a full accept queue there is no answer: connect() waits in SYN_SENT, and the SYN is
 * sent again each second, then at longer intervals. If a place becomes free, all is well; if none
 * does, ETIMEDOUT comes after two minutes. ECONNREFUSED does not.
 *
 * By hand, in three terminals:    ./server 8000        ./client 127.0.0.1 8000 6
 *                                                      ./client 127.0.0.1 8000 1
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 100 };

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT COUNT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));
	int count = atoi(argv[3]) < MOST ? atoi(argv[3]) : MOST;

	int socks[MOST];
	for (int i = 0; i < count; i++) {
		socks[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (socks[i] < 0)
			err(1, "socket");
		if (connect(socks[i], (struct sockaddr *)&server, sizeof server) < 0)
			err(1, "connect");
		printf("connected %d\n", i + 1);
	}

	while (getchar() != EOF)
		;
	for (int i = 0; i < count; i++)
		close(socks[i]);
	return 0;
}
