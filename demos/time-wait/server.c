/*
 * Says goodbye to one client and ends. As `./server PORT first` it closes at once, else when
 * the client has closed.
 *
 * Watch: who closes first waits. Its end goes through FIN_WAIT_1 to TIME_WAIT, and the kernel
 * keeps it 60 seconds more, when the program has long ended. The other end goes through
 * CLOSE_WAIT and LAST_ACK, and is gone at once. With `first` that is this end, and its port
 * cannot be bound again meanwhile.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000 first
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say_goodbye(int conn, int first)
{
	char data[1024] = "goodbye";
	ssize_t size = send(conn, data, strlen(data), 0);
	while (size > 0 && !first)
		size = recv(conn, data, sizeof data, 0);
	if (size < 0)
		err(1, "the client");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [first]", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
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
	if (listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	say_goodbye(conn, argc > 2);
	close(conn);
	close(sock);
	return 0;
}
