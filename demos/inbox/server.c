/*
 * An inbox: prints what each client sends until it has closed, then waits for the next.
 *
 * Watch: the server never sends, so the client has only its close() to say that the letter is
 * complete: recv() returns 0, and accept() waits for the next client. listen(128) is the
 * room for clients that come meanwhile; it limits nobody who comes later.
 *
 * By hand, in two terminals:    ./server 8000        echo hello | ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void print_letter(int conn)
{
	char data[1024];
	ssize_t size;
	while ((size = recv(conn, data, sizeof data, 0)) > 0)
		fwrite(data, 1, (size_t)size, stdout);
	if (size < 0)
		warn("the letter is not complete"); /* that client's loss, not the end */
	else
		printf("-- end of letter --\n");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	/* So that it can be restarted at once: see the demo address-in-use. */
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 128) < 0)
		err(1, "listen");

	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn))
		print_letter(conn);
	err(1, "accept");
}
