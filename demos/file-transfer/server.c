/*
 * Receives a file block by block until the sender has closed, and writes it down.
 *
 * Watch: the bytes are not looked at: a zero is a byte like any other, and text functions
 * would stop there. MSG_WAITALL waits for a whole block; only the last one is shorter. The
 * end of the file is the end of the connection: recv() returns 0.
 *
 * By hand, in two terminals:    ./server 8000 copy        ./client 127.0.0.1 8000 FILE
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void receive_file(int conn, FILE *file)
{
	unsigned char block[4096];
	unsigned long total = 0, sum = 0;
	ssize_t size;
	while ((size = recv(conn, block, sizeof block, MSG_WAITALL)) > 0) {
		if (fwrite(block, 1, (size_t)size, file) != (size_t)size)
			err(1, "write");
		for (ssize_t i = 0; i < size; i++)
			sum += block[i];
		total += (unsigned long)size;
	}
	if (size < 0)
		err(1, "recv");
	printf("%lu bytes received, sum %lu\n", total, sum);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 3)
		errx(2, "usage: %s PORT FILE", argv[0]);
	FILE *file = fopen(argv[2], "wb");
	if (!file)
		err(1, "%s", argv[2]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	receive_file(conn, file);
	close(conn);
	close(sock);
	if (fclose(file) != 0)
		err(1, "%s", argv[2]);
	return 0;
}
