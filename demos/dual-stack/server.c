/*
 * Listens on [::], the IPv6 address for "any", and greets two clients, or one with `only`.
 *
 * Watch: with IPV6_V6ONLY off such a socket takes IPv4 clients too. They appear under an IPv6
 * address: ::ffff:127.0.0.1. As `./server PORT only` it sets the option, and they are refused.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then ./client ::1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void greet(int conn, const struct sockaddr_in6 *client)
{
	char name[INET6_ADDRSTRLEN];
	inet_ntop(AF_INET6, &client->sin6_addr, name, sizeof name);
	printf("a client at %s\n", name);
	size_t size = strlen(name);
	for (size_t sent = 0; sent < size;) {
		ssize_t more = send(conn, name + sent, size - sent, 0);
		if (more < 0)
			err(1, "send");
		sent += (size_t)more;
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [only]", argv[0]);
	int only = argc > 2;

	int sock = socket(AF_INET6, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	if (setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0)
		err(1, "setsockopt");
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_addr = in6addr_any,
		.sin6_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	for (int left = only ? 1 : 2; left > 0; left--) {
		struct sockaddr_in6 client = { 0 };
		int conn = accept(sock, (struct sockaddr *)&client, &(socklen_t){ sizeof client });
		if (conn < 0)
			err(1, "accept");
		greet(conn, &client);
		close(conn);
	}
	close(sock);
	return 0;
}
