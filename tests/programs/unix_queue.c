/*
 * Connections of AF_UNIX: a listener with room for two, a third client that is turned away, and
 * three connections that end differently: closed by both ends, with data unread, and by the
 * program's end. Then two datagram sockets, each of which is connected to the other.
 *
 *     unix_queue stream|seqpacket
 */
#include "helpers.h"

#include <stddef.h>
#include <sys/un.h>

struct name {
	struct sockaddr_un address;
	socklen_t size;
};

/* Abstract names, which nobody has to remove; the pid keeps two runs apart. */
static struct name name_of(const char *what)
{
	struct name name = { .address.sun_family = AF_UNIX };
	int length = snprintf(name.address.sun_path + 1, sizeof name.address.sun_path - 1,
			      "socktrace-%s-%d", what, (int)getpid());
	name.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	return name;
}

static const struct sockaddr *address_of(const struct name *name)
{
	return (const struct sockaddr *)&name->address;
}

static int client_of(int type, const struct name *name)
{
	int fd = need(socket(AF_UNIX, type | SOCK_NONBLOCK, 0), "socket");
	say("connect", connect(fd, address_of(name), name->size));
	return fd;
}

static int accepted(int listener)
{
	return need(accept(listener, NULL, NULL), "accept");
}

static void connections(int type)
{
	char buffer[16];
	const struct name name = name_of("listener");
	int listener = need(socket(AF_UNIX, type, 0), "socket");
	need(bind(listener, address_of(&name), name.size), "bind");
	need(listen(listener, 1), "listen");
	int first = client_of(type, &name);
	int second = client_of(type, &name);
	int third = client_of(type, &name);
	int first_conn = accepted(listener);
	say("connect again", connect(third, address_of(&name), name.size));
	int second_conn = accepted(listener);
	int third_conn = accepted(listener);

	say("send", send(first, "hello", 5, 0));
	say("recv", recv(first_conn, buffer, 2, 0));
	say("recv", recv(first_conn, buffer, sizeof buffer, MSG_DONTWAIT));
	close(first);
	say("recv", recv(first_conn, buffer, sizeof buffer, 0));
	close(first_conn);

	say("send", send(second, "unread", 6, 0));
	close(second_conn);
	say("recv", recv(second, buffer, sizeof buffer, 0));
	close(second);

	say("send", send(third_conn, "bye", 3, 0));
	say("recv", recv(third, buffer, sizeof buffer, 0));
	close(listener);
}

int main(int argc, char **argv)
{
	print_at_once();
	if (argc != 2)
		errx(1, "stream or seqpacket?");
	connections(strcmp(argv[1], "stream") == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
	return 0;
}
