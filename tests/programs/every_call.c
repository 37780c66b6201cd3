/*
 * Proves that no call is forgotten: each system call on sockets is made once, with success
 * where that is possible. Where the C library would use another call than the one meant
 * (select, for example), it is made with syscall(2); what a machine does not have
 * (aarch64 has no poll, only ppoll) goes through the library all the same.
 */
#include "helpers.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

struct ends {
	int client, server;
};

static struct ends connect_all(void)
{
	struct sockaddr_in address = loopback();
	socklen_t size = sizeof address;
	struct ends ends;
	int listener = say_descriptor("socket", socket(AF_INET, SOCK_STREAM, 0));
	say("bind", bind(listener, (struct sockaddr *)&address, size));
	say("listen", listen(listener, 5));
	say("getsockname", getsockname(listener, (struct sockaddr *)&address, &size));
	ends.client = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	say("connect", connect(ends.client, (struct sockaddr *)&address, size));
	int first = say_descriptor("accept", accept(listener, NULL, NULL));
	say("shutdown", shutdown(first, SHUT_RDWR));
	close(first);
	close(ends.client);

	ends.client = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(connect(ends.client, (struct sockaddr *)&address, size), "connect");
	ends.server = say_descriptor("accept4", accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	say("getpeername", getpeername(ends.client, (struct sockaddr *)&address, &size));
	close(listener);
	return ends;
}

static void options(int fd)
{
	int on = 1;
	socklen_t size = sizeof on;
	say("setsockopt", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, size));
	say("getsockopt", getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size));
	say("fcntl", fcntl(fd, F_SETFL, 0));
	say("ioctl", ioctl(fd, FIONREAD, &on));
}

static void receive(const char *name, int fd, ssize_t (*call)(int, void *, size_t))
{
	char data[64];
	wait_for(fd, POLLIN);
	say(name, call(fd, data, sizeof data));
}

static ssize_t plain_recv(int fd, void *data, size_t size)
{
	return recv(fd, data, size, 0);
}

static ssize_t plain_recvfrom(int fd, void *data, size_t size)
{
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	return recvfrom(fd, data, size, 0, (struct sockaddr *)&from, &length);
}

static ssize_t plain_recvmsg(int fd, void *data, size_t size)
{
	struct iovec vector = { data, size };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	return recvmsg(fd, &message, 0);
}

static ssize_t plain_recvmmsg(int fd, void *data, size_t size)
{
	struct iovec vector = { data, size };
	struct mmsghdr message = { .msg_hdr = { .msg_iov = &vector, .msg_iovlen = 1 } };
	return recvmmsg(fd, &message, 1, 0, NULL);
}

static ssize_t plain_readv(int fd, void *data, size_t size)
{
	struct iovec vectors[] = { { data, 2 }, { (char *)data + 2, size - 2 } };
	return readv(fd, vectors, 2);
}

static void data(const struct ends *ends)
{
	char text[] = "data";
	struct iovec vectors[] = { { text, 2 }, { text + 2, 2 } };
	struct msghdr message = { .msg_iov = vectors, .msg_iovlen = 2 };
	struct mmsghdr messages = { .msg_hdr = message };
	say("send", send(ends->client, text, 4, 0));
	receive("recv", ends->server, plain_recv);
	say("sendto", sendto(ends->client, text, 4, MSG_NOSIGNAL, NULL, 0));
	receive("recvfrom", ends->server, plain_recvfrom);
	say("sendmsg", sendmsg(ends->client, &message, 0));
	receive("recvmsg", ends->server, plain_recvmsg);
	say("sendmmsg", sendmmsg(ends->client, &messages, 1, 0));
	receive("recvmmsg", ends->server, plain_recvmmsg);
	say("write", write(ends->client, text, 4));
	receive("read", ends->server, read);
	say("writev", writev(ends->client, vectors, 2));
	receive("readv", ends->server, plain_readv);
}

static void files(const struct ends *ends)
{
	int file = need(fileno(tmpfile()), "tmpfile"), pipes[2];
	off_t start = 0;
	need((int)write(file, "file", 4), "write");
	say("sendfile", sendfile(ends->client, file, &start, 4));
	wait_for(ends->server, POLLIN);
	need(pipe(pipes), "pipe");
	say("splice", splice(ends->server, NULL, pipes[1], NULL, 4, 0));
	close(pipes[0]);
	close(pipes[1]);
	close(file);
}

static void descriptors(int fd)
{
	int pair[2];
	say("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	int copy = say_descriptor("dup", dup(fd));
	say("dup2", dup2(fd, 60) == 60);
	say("dup3", dup3(fd, 61, O_CLOEXEC) == 61);
	say("close", close(copy));
#ifdef SYS_close_range
	say("close_range", syscall(SYS_close_range, 60, 61, 0));
#endif
	close(pair[0]);
	close(pair[1]);
}

static void polls(int fd)
{
	struct pollfd wanted = { .fd = fd, .events = POLLOUT };
	struct timespec second = { .tv_sec = 1 };
	struct timeval timeout = { .tv_sec = 1 };
	fd_set set;
	say("poll", poll(&wanted, 1, 1000));
	say("ppoll", ppoll(&wanted, 1, &second, NULL));
	FD_ZERO(&set);
	FD_SET(fd, &set);
#ifdef SYS_select
	say("select", syscall(SYS_select, fd + 1, NULL, &set, NULL, &timeout));
#else
	say("select", select(fd + 1, NULL, &set, NULL, &timeout));
#endif
	FD_SET(fd, &set);
	say("pselect6", pselect(fd + 1, NULL, &set, NULL, &second, NULL));
}

static void epolls(int fd)
{
	struct epoll_event event = { .events = EPOLLOUT };
	close(say_descriptor("epoll_create", epoll_create(1)));
	int epoll = say_descriptor("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	say("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	say("epoll_wait", epoll_wait(epoll, &event, 1, 1000));
	say("epoll_pwait", epoll_pwait(epoll, &event, 1, 1000, NULL));
#ifdef SYS_epoll_pwait2
	struct timespec second = { .tv_sec = 1 };
	say("epoll_pwait2", syscall(SYS_epoll_pwait2, epoll, &event, 1, &second, NULL, 0));
#endif
	close(epoll);
}

int main(void)
{
	print_at_once();
	struct ends ends = connect_all();
	options(ends.client);
	data(&ends);
	files(&ends);
	descriptors(ends.client);
	polls(ends.client);
	epolls(ends.client);
	close(ends.client);
	close(ends.server);
	return 0;
}
