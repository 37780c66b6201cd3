/*
 * Waits for Enter, then receives up to 16 bytes at a time; as `./server PORT prefix` it reads
 * messages that have their length in front.
 *
 * Watch: three messages were sent, and recv() knows nothing of them: it gives what is there, up
 * to 16 bytes. With the length in front, the receiver knows how much to read.
 *
 * By hand: ./server 8000, in another terminal ./client 127.0.0.1 8000, then Enter in the first
 */
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void receive_bytes(int conn)
{
	char data[16];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0)
		printf("%zd bytes: %.*s\n", size, (int)size, data);
	if (size < 0)
		err(1, "recv");
}

/* Returns how many came: fewer only if the client has closed before. */
static size_t recv_all(int conn, void *data, size_t size)
{
	size_t got = 0;
	ssize_t more = 0;
	while (got < size && (more = recv(conn, (char *)data + got, size - got, 0)) > 0)
		got += (size_t)more;
	if (more < 0)
		err(1, "recv");
	return got;
}

static void receive_messages(int conn)
{
	char message[1024];
	for (uint32_t length; recv_all(conn, &length, sizeof length) == sizeof length;) {
		size_t size = ntohl(length); /* it travels with its highest byte first */
		if (size > sizeof message || recv_all(conn, message, size) < size)
			errx(1, "no such message");
		printf("message: %.*s\n", (int)size, message);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [prefix]", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	printf("Enter: receive\n");
	getchar();
	if (argc > 2)
		receive_messages(conn);
	else
		receive_bytes(conn);
	close(conn);
	close(sock);
	return 0;
}
