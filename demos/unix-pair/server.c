/*
 * Listens at a name instead of a port, gets an open descriptor from a client, and writes to it.
 *
 * Watch: AF_UNIX is for programs on one machine: no port, no segments, no TCP states. Only it
 * can carry descriptors: recvmsg() gives this process a number of its own for something that
 * another process has opened.
 *
 * By hand, in two terminals:    ./server @gift        ./client @gift
 * A name that begins with @ is abstract; any other becomes a file, to be removed afterwards.
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

static int receive_descriptor(int conn)
{
	char data[1024];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { data, sizeof data };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof control };
	ssize_t size = recvmsg(conn, &message, 0);
	if (size < 0)
		err(1, "recvmsg");
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		errx(1, "no descriptor came");
	int fd;
	memcpy(&fd, CMSG_DATA(header), sizeof fd);
	printf("%.*s: here it is descriptor %d\n", (int)size, data, fd);
	return fd;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s NAME", argv[0]);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = set_name(&address, argv[1]);

	int sock = socket(AF_UNIX, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (bind(sock, (struct sockaddr *)&address, size) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	int gift = receive_descriptor(conn);
	if (write(gift, "thank you", 9) < 0)
		err(1, "write");
	close(gift);
	close(conn);
	close(sock);
	return 0;
}
