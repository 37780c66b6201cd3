/*
 * Proves that a descriptor sent with SCM_RIGHTS (unix(7)) is the same socket: a child gets
 * the server's end of a TCP connection and answers on it, while its parent has closed its own.
 */
#include "helpers.h"

#include <sys/wait.h>

/* cmsg(3): room for one descriptor, aligned as its header wants it. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void send_descriptor(int channel, int fd)
{
	char byte = '!';
	union control control = { .bytes = { 0 } };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof control.bytes };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	/* Not printed: that would race with what the child prints. */
	need((int)sendmsg(channel, &message, 0), "sendmsg");
}

static int receive_descriptor(int channel)
{
	char byte;
	int fd = -1;
	union control control = { .bytes = { 0 } };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof control.bytes };
	say("child: recvmsg", recvmsg(channel, &message, MSG_CMSG_CLOEXEC));
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof fd);
	return fd;
}

static void child(int channel)
{
	char text[8] = "";
	int conn = say_descriptor("child: received", receive_descriptor(channel));
	say("child: recv", recv(conn, text, sizeof text - 1, 0));
	printf("child: %s\n", text);
	say("child: send", send(conn, "answer", 6, 0));
	say("child: close", close(conn));
	exit(0);
}

int main(void)
{
	int channel[2], client, server, status;
	char text[8] = "";
	print_at_once();

	need(socketpair(AF_UNIX, SOCK_DGRAM, 0, channel), "socketpair");
	pid_t pid = need(fork(), "fork");
	if (pid == 0)
		child(channel[1]);
	close(channel[1]);

	tcp_pair(&client, &server);
	need((int)send(client, "hello", 5, 0), "send");
	send_descriptor(channel[0], server);
	close(server);
	need(waitpid(pid, &status, 0), "waitpid");
	say("recv", recv(client, text, sizeof text - 1, 0));
	printf("%s\n", text);
	say("recv at the end", recv(client, text, sizeof text, 0));
	close(client);
	return 0;
}
