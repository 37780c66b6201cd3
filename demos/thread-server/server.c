/*
 * An echo server with one thread for each client; as `./server PORT N` for N clients.
 *
 * Watch: threads share one table of descriptors. Nothing is there twice as after fork(): the
 * thread that has the connection closes it, and that sends the FIN. The listening socket stays
 * with the first thread.
 *
 * By hand, in three terminals: ./server 8000, and twice ./client 127.0.0.1 8000
 */
#include <err.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One client's failure must not end the others: no err() here. */
static void *echo(void *argument)
{
	int conn = (int)(intptr_t)argument;
	char data[1024];
	ssize_t size, sent = 0;
	while (sent >= 0 && (size = recv(conn, data, sizeof data, 0)) > 0) {
		for (ssize_t done = 0; done < size && sent >= 0; done += sent)
			sent = send(conn, data + done, (size_t)(size - done), 0);
	}
	close(conn);
	return NULL;
}

static int listen_on(const char *port)
{
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(port, NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 128) < 0)
		err(1, "listen");
	return sock;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(2, "usage: %s PORT [N]", argv[0]);
	long left = argc > 2 ? strtol(argv[2], NULL, 10) : LONG_MAX;
	signal(SIGPIPE, SIG_IGN);

	int sock = listen_on(argv[1]);
	for (; left > 0; left--) {
		int conn = accept(sock, NULL, NULL);
		if (conn < 0)
			err(1, "accept");
		pthread_t thread;
		/* The number goes by value: a pointer to conn would show the next client's. */
		int error = pthread_create(&thread, NULL, echo, (void *)(intptr_t)conn);
		if (error)
			errx(1, "pthread_create: %s", strerror(error));
		pthread_detach(thread);
	}
	close(sock);
	pthread_exit(NULL); /* the process lives until its last thread has ended */
}
