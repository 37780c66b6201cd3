/*
 * Opens COUNT connections and says nothing until a line is typed: that goes to all of them.
 * Closes them when its input ends (Ctrl-D).
 *
 * Watch: connect() has succeeded and this end is ESTABLISHED. That tells nothing of the other
 * end, which may still be in SYN_RCVD.
 *
 * By hand, in three terminals:    ./server 8000        ./client 127.0.0.1 8000 6
 *                                                      ./client 127.0.0.1 8000 1
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	}

	char line[1024];
	while (fgets(line, sizeof line, stdin))
		for (int i = 0; i < count; i++)
			if (send(socks[i], line, strcspn(line, "\n"), 0) < 0)
				err(1, "send");
	for (int i = 0; i < count; i++)
		close(socks[i]);
	return 0;
}
