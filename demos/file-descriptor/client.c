/*
 * Talks over a socket with write() and read(), as with any file.
 *
 * Watch: on a socket write() is send() without flags, read() is recv() without flags.
 * What is special about it is asked with fstat(): it is neither a file nor a pipe.
 * shutdown() says that no more will be written; the answers can still be read.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, data, size);
		if (written < 0)
			err(1, "write");
		data += written;
		size -= (size_t)written;
	}
}

static void say_what_it_is(int fd)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		err(1, "fstat");
	printf("descriptor %d: a socket? %s\n", fd, S_ISSOCK(status.st_mode) ? "yes" : "no");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	say_what_it_is(sock);
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	write_all(sock, "two lines,\none write\n", 21);
	if (shutdown(sock, SHUT_WR) < 0)
		err(1, "shutdown");

	char answer[1024];
	ssize_t size;
	while ((size = read(sock, answer, sizeof answer)) > 0)
		printf("%.*s", (int)size, answer);
	if (size < 0)
		err(1, "read");
	close(sock);
	return 0;
}
