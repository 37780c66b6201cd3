/*
 * The same two ports in two network namespaces at the same time: a connection made here, then one
 * made after unshare(CLONE_NEWNET), whose addresses are the very same. The second is closed first,
 * by its client; the first stays open meanwhile, and is closed by its server. With "wait" it says
 * when both are there, and goes on when it is told to.
 *
 *     networks PORT PORT [wait]
 */
#include "helpers.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

enum { NOT_POSSIBLE = 77 };

static struct sockaddr_in at(const char *port)
{
	struct sockaddr_in address = loopback();
	address.sin_port = htons((uint16_t)atoi(port));
	return address;
}

static int bound_to(const char *port)
{
	const int on = 1;
	struct sockaddr_in address = at(port);
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
	need(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
	return fd;
}

struct connection {
	int client, server;
};

static struct connection connection_between(const char *client_port, const char *server_port)
{
	struct connection it;
	struct sockaddr_in address = at(server_port);
	int listener = bound_to(server_port);
	need(listen(listener, 5), "listen");
	it.client = bound_to(client_port);
	need(connect(it.client, (struct sockaddr *)&address, sizeof address), "connect");
	it.server = need(accept(listener, NULL, NULL), "accept");
	close(listener);
	return it;
}

static void say_over(const struct connection *it, const char *words)
{
	char buffer[16];
	need((int)send(it->client, words, strlen(words), 0), "send");
	ssize_t got = need((int)recv(it->server, buffer, sizeof buffer, 0), "recv");
	printf("%.*s\n", (int)got, buffer);
}

static void close_one_after_the_other(int first, int second)
{
	close(first);
	wait_for(second, POLLIN);
	close(second);
}

/* A namespace of our own: without a right to one, an ordinary user's. */
static void leave_the_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	if ((geteuid() != 0 || unshare(CLONE_NEWNET) < 0) &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		warn("unshare");
		exit(NOT_POSSIBLE);
	}
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	need(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
	close(fd);
}

int main(int argc, char **argv)
{
	print_at_once();
	if (argc != 3 && argc != 4)
		errx(1, "two ports are needed");
	struct connection near = connection_between(argv[1], argv[2]);
	leave_the_network();
	struct connection far = connection_between(argv[1], argv[2]);
	if (argc == 4) {
		printf("ready\n");
		getchar();
	}
	say_over(&far, "far");
	say_over(&near, "near");
	close_one_after_the_other(far.client, far.server);
	say_over(&near, "still near");
	close_one_after_the_other(near.server, near.client);
	return 0;
}
