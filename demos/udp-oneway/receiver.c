/*
 * Prints each datagram that comes to its port, and who sent it, until one says `exit`.
 *
 * Watch: no listen(), no accept(): one socket receives from everybody, and recvfrom() tells
 * from whom. Each recvfrom() gives one whole datagram, as it was sent. Zero bytes are an empty
 * datagram and no end: there is no connection that could end.
 *
 * By hand, in two terminals:    ./receiver 9000        ./sender 127.0.0.1 9000 9001
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0) {
		warn("bind");
		close(sock);
		return 1;
	}

	char data[1024] = "";
	while (strcmp(data, "exit") != 0) {
		struct sockaddr_in from = { 0 };
		socklen_t length = sizeof from;
		ssize_t size =
			recvfrom(sock, data, sizeof data - 1, 0, (struct sockaddr *)&from, &length);
		if (size < 0)
			err(1, "recvfrom");
		data[size] = '\0';
		printf("%s:%d sent %zd bytes: \"%s\"\n", inet_ntoa(from.sin_addr),
		       ntohs(from.sin_port), size, data);
	}
	close(sock);
	return 0;
}
