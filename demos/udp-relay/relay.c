/*
 * A chat server: whatever a member says, it sends to all the others.
 *
 * Watch: one socket serves everybody. A member is an address: recvfrom() tells from where a
 * datagram came, and whoever is new becomes a member. Nothing tells when a member has gone:
 * there is no connection, hence no end of one. What is sent to it is lost.
 *
 * By hand, in four terminals:    ./relay 9000        ./member 127.0.0.1 9000 Anna        ...
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MAX_MEMBERS = 16 };

static int same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

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
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");

	struct sockaddr_in members[MAX_MEMBERS], from = { 0 };
	size_t count = 0;
	for (;;) {
		char data[1024];
		socklen_t length = sizeof from;
		ssize_t size =
			recvfrom(sock, data, sizeof data, 0, (struct sockaddr *)&from, &length);
		if (size < 0)
			err(1, "recvfrom");
		size_t who = 0;
		while (who < count && !same(&members[who], &from))
			who++;
		if (who == MAX_MEMBERS)
			continue; /* the room is full */
		if (who == count) {
			members[count++] = from;
			printf("member %zu: %s:%d\n", count, inet_ntoa(from.sin_addr),
			       ntohs(from.sin_port));
		}
		for (size_t i = 0; i < count; i++) {
			struct sockaddr *other = (struct sockaddr *)&members[i];
			if (i != who &&
			    sendto(sock, data, (size_t)size, 0, other, sizeof members[i]) < 0)
				warn("sendto");
		}
	}
}
