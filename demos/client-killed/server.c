/*
 * Answers one question of each client, then finds out in what way the client has gone. As
 * `./server PORT naive` it leaves SIGPIPE as it is.
 *
 * Watch: recv() returns 0 after a FIN and fails with ECONNRESET after a RST. After a FIN the
 * first send() still succeeds: a FIN says only that the client sends no more. The RST that
 * comes back says the rest, and the next send() fails with EPIPE. It also raises SIGPIPE, by
 * which a program dies without a word that has not asked for something else.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000 read
 */
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void try_to_send(int conn)
{
	static const char words[] = "are you still there?";
	if (send(conn, words, strlen(words), 0) < 0)
		warn("send");
	else
		printf("send: no error\n");
}

static void serve(int conn)
{
	char question[1024];
	if (recv(conn, question, sizeof question, 0) < 0 || send(conn, "42", 2, 0) < 0)
		err(1, "the question");

	/* The client has nothing more to say: this waits until it has gone. */
	if (recv(conn, question, sizeof question, 0) < 0)
		warn("recv");
	else
		printf("recv: 0, the client has closed\n");
	try_to_send(conn);
	/* With no events asked for, poll() waits for the end of both directions: for the RST. */
	poll(&(struct pollfd){ .fd = conn }, 1, -1);
	try_to_send(conn);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [naive]", argv[0]);
	if (argc == 2)
		signal(SIGPIPE, SIG_IGN);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn))
		serve(conn);
	err(1, "accept");
}
