/*
 * Listens on the address of its own host name and tells each client to which address it came.
 * As `./server PORT ADDRESS` it listens on that address instead.
 *
 * Watch: a server is reached only at the address that it has bound. On Debian /etc/hosts gives
 * the machine's own name 127.0.1.1, which is not 127.0.0.1, localhost: there nobody listens.
 * 0.0.0.0 stands for all addresses of the machine. It is no address of a connection: the
 * accepted socket has the one that the client has called, see getsockname().
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Asks /etc/hosts or the name service; a dotted address only becomes a number. */
static struct sockaddr_in look_up(const char *name, const char *port)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
	int error = getaddrinfo(name, port, &hints, &found);
	if (error)
		errx(1, "%s: %s", name, gai_strerror(error));
	struct sockaddr_in address;
	memcpy(&address, found->ai_addr, sizeof address);
	freeaddrinfo(found);
	return address;
}

static void print_address(const char *what, int sock)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof address;
	if (getsockname(sock, (struct sockaddr *)&address, &size) < 0)
		err(1, "getsockname");
	printf("%s %s:%d\n", what, inet_ntoa(address.sin_addr), ntohs(address.sin_port));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	char name[256];
	if (argc < 2)
		errx(2, "usage: %s PORT [ADDRESS]", argv[0]);
	if (gethostname(name, sizeof name) < 0)
		err(1, "gethostname");
	struct sockaddr_in address = look_up(argc > 2 ? argv[2] : name, argv[1]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	print_address("listening on", sock);
	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn))
		print_address("a client has come to", conn);
	err(1, "accept");
}
