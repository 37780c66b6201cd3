/*
 * Connects to an address of either family, and prints what the server calls it.
 *
 * Watch: getaddrinfo() says of an address, or of a name, which family its socket must have. A
 * name may have several addresses: one tries them in turn.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then ./client ::1 8000
 */
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* -1: none of the addresses has a server. */
static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *addresses;
	int error = getaddrinfo(host, port, &hints, &addresses);
	if (error != 0)
		errx(1, "%s: %s", host, gai_strerror(error));
	int sock = -1;
	for (struct addrinfo *a = addresses; a && sock < 0; a = a->ai_next) {
		sock = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (sock < 0)
			err(1, "socket");
		if (connect(sock, a->ai_addr, a->ai_addrlen) < 0) {
			warn("%s port %s", host, port);
			close(sock);
			sock = -1;
		}
	}
	freeaddrinfo(addresses);
	return sock;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 3)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);

	int sock = connect_to(argv[1], argv[2]);
	if (sock < 0)
		return 1;
	char data[1024];
	ssize_t size;
	while ((size = recv(sock, data, sizeof data, 0)) > 0)
		printf("for the server I am %.*s\n", (int)size, data);
	if (size < 0)
		err(1, "recv");
	close(sock);
	return 0;
}
