/*
 * Makes a pair of connected sockets, gives one of them to the server, and listens at the other.
 *
 * Watch: socketpair() needs no name, no listen() and no connect(). sendmsg() with SCM_RIGHTS
 * passes the open socket on, and at least one byte with it. close() here does not close the
 * other end of the pair, since the server holds it now.
 *
 * By hand, in two terminals:    ./server @gift        ./client @gift
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* An abstract name has a zero in the place of the @, and no zero at its end. */
static socklen_t set_name(struct sockaddr_un *address, const char *name)
{
	size_t size = strlen(name);
	if (size >= sizeof address->sun_path)
		errx(2, "%s: too long", name);
	memcpy(address->sun_path, name, size);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

static void send_descriptor(int sock, int fd)
{
	char data[] = "a gift";
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = "";
	struct iovec part = { data, strlen(data) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(sock, &message, 0) < 0)
		err(1, "sendmsg");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s NAME", argv[0]);
	struct sockaddr_un server = { .sun_family = AF_UNIX };
	socklen_t name_size = set_name(&server, argv[1]);

	int sock = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, name_size) < 0)
		err(1, "connect");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		err(1, "socketpair");
	send_descriptor(sock, pair[1]);
	close(pair[1]); /* the server has it: this closes only our number for it */

	char data[1024];
	ssize_t size;
	while ((size = recv(pair[0], data, sizeof data, 0)) > 0)
		printf("through the pair came: %.*s\n", (int)size, data);
	if (size < 0)
		err(1, "recv");
	close(pair[0]);
	close(sock);
	return 0;
}
