/*
 * Proves that every kind of AF_UNIX address is told apart (unix(7)): a path, an abstract name
 * with a NUL inside, one the kernel picked, and none at all; stream, datagram and seqpacket.
 */
#include "helpers.h"

#include <stddef.h>
#include <sys/un.h>

static const socklen_t head = offsetof(struct sockaddr_un, sun_path);

/* What the address is, without what varies: the folder, or the kernel's own number. */
static void describe(const char *what, int fd, int peer)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof address;
	int result = peer ? getpeername(fd, (struct sockaddr *)&address, &size)
			  : getsockname(fd, (struct sockaddr *)&address, &size);
	if (result < 0)
		printf("%s: %s\n", what, strerror(errno));
	else if (size <= head)
		printf("%s: unnamed\n", what);
	else if (address.sun_path[0])
		printf("%s: a path\n", what);
	else
		printf("%s: abstract, %u bytes\n", what, (unsigned)(size - head));
}

static void talk(const char *what, int type, const struct sockaddr_un *address, socklen_t size)
{
	char byte;
	int server = need(socket(AF_UNIX, type, 0), "socket");
	int client = need(socket(AF_UNIX, type, 0), "socket");
	printf("-- %s\n", what);
	say("bind", bind(server, (const struct sockaddr *)address, size));
	describe("own", server, 0);
	int listening = type != SOCK_DGRAM && listen(server, 1) == 0;
	say("connect", connect(client, (const struct sockaddr *)address, size));
	int conn = listening ? say_descriptor("accept", accept(server, NULL, NULL)) : server;
	describe("peer", client, 1);
	say("send", send(client, "x", 1, 0));
	say("recv", recv(conn, &byte, 1, 0));
	if (listening)
		close(conn);
	close(client);
	close(server);
}

static void paths(void)
{
	char folder[] = "/tmp/unixes.XXXXXX";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (!mkdtemp(folder))
		err(1, "mkdtemp");
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	talk("a path", SOCK_STREAM, &address, sizeof address);
	int late = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	say("connect to what is left", connect(late, (struct sockaddr *)&address, sizeof address));
	say("bind to what is left", bind(late, (struct sockaddr *)&address, sizeof address));
	close(late);
	unlink(address.sun_path);
	rmdir(folder);
}

static void abstract_names(void)
{
	/* Every byte counts, NUL too; the pid keeps two runs apart. */
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "-socktrace%08d", (int)getpid());
	address.sun_path[0] = '\0';
	address.sun_path[10] = '\0';
	talk("an abstract name", SOCK_SEQPACKET, &address, head + 19);
	int named = need(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	say("bind to nothing", bind(named, (struct sockaddr *)&address, sizeof(sa_family_t)));
	describe("the kernel's choice", named, 0);
	close(named);
}

static void unnamed(void)
{
	int ends[2];
	struct ucred peer = { 0 };
	socklen_t size = sizeof peer;
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	describe("own", ends[0], 0);
	describe("peer", ends[0], 1);
	need(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &peer, &size), "SO_PEERCRED");
	printf("SO_PEERCRED is this process: %s\n", peer.pid == getpid() ? "yes" : "no");
	close(ends[0]);
	say("send to a closed end", send(ends[1], "x", 1, MSG_NOSIGNAL));
	close(ends[1]);
}

int main(void)
{
	print_at_once();
	paths();
	abstract_names();
	printf("-- a pair\n");
	unnamed();
	return 0;
}
