/*
 * Sends a file in blocks; as `./client ADDRESS PORT FILE sendfile` in one call. For FILE `-` it
 * sends ten thousand bytes, every value among them.
 *
 * Watch: fread() and send() copy each block into this program and out again. sendfile() says
 * from where to where, and the kernel does the rest. 0 from it is the end of the file.
 *
 * By hand, in two terminals:    ./server 8000 copy        ./client 127.0.0.1 8000 FILE
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

static FILE *open_file(const char *name)
{
	int made = strcmp(name, "-") == 0 ? 10000 : 0;
	FILE *file = made ? tmpfile() : fopen(name, "rb");
	if (!file)
		err(1, "%s", name);
	for (int i = 0; i < made; i++)
		fputc(('A' + i) % 256, file);
	rewind(file);
	return file;
}

static void send_blocks(int sock, FILE *file)
{
	char block[4096];
	for (size_t size; (size = fread(block, 1, sizeof block, file)) > 0;) {
		for (size_t sent = 0; sent < size;) {
			ssize_t more = send(sock, block + sent, size - sent, 0);
			if (more < 0)
				err(1, "send");
			sent += (size_t)more;
		}
	}
}

static void send_whole(int sock, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	if (size < 0)
		err(1, "lseek");
	off_t offset = 0; /* sendfile() moves it on */
	ssize_t sent;
	while ((sent = sendfile(sock, fd, &offset, (size_t)size)) > 0)
		printf("%zd bytes sent in one call\n", sent);
	if (sent < 0)
		err(1, "sendfile");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc < 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT FILE [sendfile]", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	FILE *file = open_file(argv[3]);
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	if (argc > 4)
		send_whole(sock, fileno(file));
	else
		send_blocks(sock, file);
	close(sock);
	fclose(file);
	return 0;
}
