/*
 * The loops that the benchmark times: nothing but system calls, nothing printed.
 *
 *     loops files N     reads of one byte from a file, no socket anywhere
 *     loops reused N    the same, on a number that a socket once had
 *     loops pair N      send and recv over a socketpair
 *     loops pairrw N    write and read over a socketpair
 *     loops tcp N       connect, accept, exchange, close over loopback, in one process
 *     loops tcp2 N      the same with a client and a server process
 */
#include "must.h"

#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_files(long count)
{
	char byte;
	int file = descriptor(open("/dev/zero", O_RDONLY | O_CLOEXEC), "open");
	while (count--)
		must(read(file, &byte, 1), 1, "read");
	close(file);
}

static void read_after_socket(long count)
{
	close(descriptor(socket(AF_INET, SOCK_STREAM, 0), "socket"));
	read_files(count);
}

static void send_and_recv(long count)
{
	int ends[2];
	char data[16] = "";
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0, "socketpair");
	while (count--) {
		must(send(ends[0], data, sizeof data, 0), sizeof data, "send");
		must(recv(ends[1], data, sizeof data, 0), sizeof data, "recv");
	}
}

static void write_and_read(long count)
{
	int ends[2];
	char data[16] = "";
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0, "socketpair");
	while (count--) {
		must(write(ends[0], data, sizeof data), sizeof data, "write");
		must(read(ends[1], data, sizeof data), sizeof data, "read");
	}
}

/* --- tcp --------------------------------------------------------------------------------- */

static int open_listener(struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int listener = descriptor(socket(AF_INET, SOCK_STREAM, 0), "socket");
	must(bind(listener, (struct sockaddr *)&address, size), 0, "bind");
	must(listen(listener, 16), 0, "listen");
	must(getsockname(listener, (struct sockaddr *)&address, &size), 0, "getsockname");
	*ret_address = address;
	return listener;
}

static int open_client(const struct sockaddr_in *address)
{
	int client = descriptor(socket(AF_INET, SOCK_STREAM, 0), "socket");
	must(connect(client, (const struct sockaddr *)address, sizeof *address), 0, "connect");
	return client;
}

static void pass(int from, int to)
{
	char data[16] = "";
	must(send(from, data, sizeof data, 0), sizeof data, "send");
	must(recv(to, data, sizeof data, MSG_WAITALL), sizeof data, "recv");
}

static void tcp_in_one_process(long count)
{
	struct sockaddr_in address;
	int listener = open_listener(&address);
	while (count--) {
		int client = open_client(&address);
		int server = descriptor(accept(listener, NULL, NULL), "accept");
		pass(client, server);
		pass(server, client);
		close(client);
		close(server);
	}
}

static void serve(int listener, long count)
{
	char data[16];
	while (count--) {
		int conn = descriptor(accept(listener, NULL, NULL), "accept");
		must(recv(conn, data, sizeof data, MSG_WAITALL), sizeof data, "recv");
		must(send(conn, data, sizeof data, 0), sizeof data, "send");
		must(recv(conn, data, sizeof data, 0), 0, "recv at the end");
		close(conn);
	}
}

static void tcp_in_two_processes(long count)
{
	struct sockaddr_in address;
	char data[16] = "";
	int status = 0, listener = open_listener(&address);
	pid_t server = descriptor(fork(), "fork");
	if (server == 0) {
		serve(listener, count);
		_exit(0);
	}
	close(listener);
	while (count--) {
		int client = open_client(&address);
		must(send(client, data, sizeof data, 0), sizeof data, "send");
		must(recv(client, data, sizeof data, MSG_WAITALL), sizeof data, "recv");
		close(client);
	}
	must(waitpid(server, &status, 0), server, "waitpid");
	if (status)
		errx(1, "the server failed");
}

static const struct {
	const char *name;
	void (*run)(long count);
} loops[] = {
	{ "files", read_files },       { "reused", read_after_socket },
	{ "pair", send_and_recv },     { "pairrw", write_and_read },
	{ "tcp", tcp_in_one_process }, { "tcp2", tcp_in_two_processes },
};

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	for (size_t i = 0; count > 0 && i < sizeof loops / sizeof *loops; i++) {
		if (strcmp(loops[i].name, argv[1]) == 0) {
			loops[i].run(count);
			return 0;
		}
	}
	errx(2, "usage: loops files|reused|pair|pairrw|tcp|tcp2 COUNT");
}
