/*
 * Makes the calls whose lines are hard to spell: what fails, what waits in vain, sizes that the
 * kernel changes, numbers without names, several of everything. Nothing here depends on time: the
 * same calls come with the same results each time.
 */
#include "helpers.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

/* What comes back is what is looked at. */
/* NOLINTBEGIN(bugprone-unused-return-value) */

static const struct timespec soon = { .tv_nsec = 1000 };

/* libc's select() may be pselect6() to the kernel, and on aarch64 there is nothing else. */
#if defined SYS_select
static void plain_select(int count, fd_set *reading, fd_set *writing, fd_set *failing,
			 struct timeval *limit)
{
	syscall(SYS_select, count, reading, writing, failing, limit);
}
#else
static void plain_select(int count, fd_set *reading, fd_set *writing, fd_set *failing,
			 struct timeval *limit)
{
	select(count, reading, writing, failing, limit);
}
#endif

static void sockets(void)
{
	socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP);
	socket(AF_NETLINK, SOCK_RAW, 0);
	socket(AF_INET, SOCK_STREAM | 0x100, 77);
	socket(99, 99, 99);
	socket(AF_UNIX, SOCK_SEQPACKET, 1);
	socket(AF_INET, SOCK_RAW, 300);
	socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){ 0 });
	socketpair(AF_UNIX, SOCK_STREAM, 0, NULL);
}

static void addresses(void)
{
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6,
				      .sin6_port = htons(9),
				      .sin6_flowinfo = htonl(5),
				      .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un unix_path = { .sun_family = AF_UNIX };
	struct sockaddr_in inet = loopback();
	int fd = need(socket(AF_INET6, SOCK_DGRAM, 0), "socket");
	bind(fd, (struct sockaddr *)&inet6, sizeof inet6);
	connect(fd, (struct sockaddr *)&inet6, sizeof inet6);
	connect(fd, (struct sockaddr *)&inet6, 24);
	bind(fd, (struct sockaddr *)&inet6, 12);
	bind(fd, (struct sockaddr *)&inet, 1);
	bind(fd, (struct sockaddr *)&inet, 0);
	bind(fd, NULL, 16);
	bind(-1, (struct sockaddr *)&inet, -1);
	connect(fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr));
	connect(fd, &(struct sockaddr){ .sa_family = 77, .sa_data = "hello" },
		sizeof(struct sockaddr));
	strcpy(unix_path.sun_path, "/nowhere/a\"b\\c\n\1\303\251");
	connect(fd, (struct sockaddr *)&unix_path, sizeof unix_path);
	connect(fd, (struct sockaddr *)&unix_path, 10);
	unix_path.sun_path[0] = 0;
	connect(fd, (struct sockaddr *)&unix_path, 12);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&inet6, sizeof inet6);
	close(fd);
}

static void accepting(void)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof from;
	struct sockaddr_in address = loopback();
	int listener = need(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
	bind(listener, (struct sockaddr *)&address, sizeof address);
	listen(listener, 0);
	accept(listener, (struct sockaddr *)&from, &size);
	accept4(listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	accept4(listener, NULL, NULL, 0x10);
	accept(listener, (struct sockaddr *)&from, NULL);
	getsockname(listener, (struct sockaddr *)&address, &size);
	size = sizeof from.ss_family;
	getsockname(listener, (struct sockaddr *)&from, &size);
	size = sizeof from;
	getpeername(listener, (struct sockaddr *)&from, &size);
	getpeername(listener, NULL, NULL);
	int client = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	connect(client, (struct sockaddr *)&address, sizeof address);
	int conn = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
	shutdown(conn, 7);
	send(client, "a\"b\\c\0001\n\t\r\v\f\x7f\xff", 15, MSG_NOSIGNAL | 0x10000000);
	send(client, "", 0, 0);
	send(client, NULL, 0, MSG_DONTWAIT | MSG_MORE);
	send(client, (void *)8, 5, 0);
	write(client, "0123456789012345678901234567890123456789012345678901234567890123456789", 70);
	char data[100];
	recv(conn, data, 10, MSG_WAITALL | MSG_PEEK);
	size = sizeof from;
	recvfrom(conn, data, sizeof data, 0, (struct sockaddr *)&from, &size);
	recv(conn, data, sizeof data, MSG_DONTWAIT);
	recvfrom(conn, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
	recv(conn, (void *)8, 0, MSG_DONTWAIT);
	read(conn, data, 0);
	ioctl(conn, FIONREAD, &size);
	ioctl(conn, SIOCATMARK, &size);
	ioctl(conn, SIOCOUTQ, &size);
	ioctl(conn, FIONBIO, &(int){ 1 });
	ioctl(conn, FIOCLEX);
	ioctl(conn, SIOCGIFCONF, NULL);
	ioctl(conn, 0x12345678, 5);
	read(conn, data, sizeof data);
	readv(conn, (struct iovec[]){ { data, 5 }, { NULL, 0 } }, 2);
	shutdown(client, SHUT_WR);
	poll(&(struct pollfd){ .fd = conn, .events = POLLIN }, 1, -1);
	read(conn, data, sizeof data);
	write(client, "x", 1);
	close(client);
	close(client);
	close(conn);
	close(listener);
}

static void descriptors(int fd)
{
	fcntl(fd, F_GETFD);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_GETFD);
	fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	fcntl(fd, F_SETFL, O_APPEND);
	fcntl(fd, F_GETFL);
	fcntl(fd, F_DUPFD, 50);
	fcntl(fd, F_DUPFD_CLOEXEC, 51);
	fcntl(fd, F_SETOWN, 1);
	fcntl(fd, F_GETLK, NULL);
	fcntl(fd, 999, 5);
	dup2(fd, 60);
	dup3(fd, 61, 0);
	dup3(fd, fd, O_CLOEXEC);
	dup(999);
	syscall(SYS_close_range, 50, 61, 0);
	syscall(SYS_close_range, 70, ~0U, 4);
}

static void messages(int from, int to)
{
	char a[] = { 'a', 'b', 'c', 'd' }, b[] = { 'e', 'f', 'g', 0 }, control[64];
	struct sockaddr_storage name = { 0 };
	struct iovec parts[] = { { a, sizeof a }, { b, sizeof b } };
	struct msghdr message = { .msg_name = &name,
				  .msg_namelen = sizeof name,
				  .msg_iov = parts,
				  .msg_iovlen = 2,
				  .msg_control = control,
				  .msg_controllen = sizeof control };
	struct mmsghdr several[2] = { { .msg_hdr = { .msg_iov = &parts[0], .msg_iovlen = 1 } },
				      { .msg_hdr = { .msg_iov = &parts[1], .msg_iovlen = 1 } } };
	recvmsg(to, &message, MSG_DONTWAIT);
	recvmsg(to, NULL, MSG_DONTWAIT);
	recvmmsg(to, several, 2, MSG_DONTWAIT, NULL);
	recvmmsg(to, several, 0, 0, NULL);
	message.msg_controllen = 0;
	sendmsg(from, &message, 0);
	message.msg_name = NULL;
	message.msg_namelen = 0;
	sendmsg(from, &message, MSG_NOSIGNAL);
	message.msg_iov = NULL;
	message.msg_iovlen = 0;
	sendmsg(from, &message, 0);
	sendmsg(from, NULL, 0);
	sendmmsg(from, several, 2, 0);
	sendmmsg(999, several, 2, 0);
	message = (struct msghdr){ .msg_name = &name,
				   .msg_namelen = sizeof name,
				   .msg_iov = parts,
				   .msg_iovlen = 2,
				   .msg_control = control,
				   .msg_controllen = sizeof control };
	recvmsg(to, &message, 0);
	message.msg_iovlen = 0;
	recvmsg(to, &message, 0);
	recvmmsg(to, several, 2, MSG_WAITFORONE, &(struct timespec){ .tv_sec = 5 });
	writev(from, parts, 2);
	writev(from, parts, 0);
	readv(to, parts, 2);
}

static void control_data(int from, int to)
{
	int on = 1;
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(2 * sizeof(int)) };
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS,
					   .cmsg_len = CMSG_LEN(2 * sizeof(int)) };
	memcpy(CMSG_DATA(&control.header), (int[]){ from, to }, 2 * sizeof(int));
	setsockopt(to, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
	sendmsg(from, &message, 0);
	message.msg_controllen = sizeof control;
	recvmsg(to, &message, MSG_CMSG_CLOEXEC);
	sendmsg(from, &message, 0);
	message.msg_controllen = 8;
	recvmsg(to, &message, 0);
}

static void waiting(int fd, int full)
{
	fd_set set, others;
	sigset_t mask;
	struct epoll_event events[4] = { { .events = EPOLLIN | EPOLLET, .data.u64 = -3 } };
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGRTMIN);
	poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0);
	poll((struct pollfd[]){ { .fd = fd, .events = POLLIN | POLLOUT },
				{ .fd = -1 },
				{ .fd = 999 } },
	     3, 5);
	poll(NULL, 0, 1);
	ppoll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, &soon, &mask);
	ppoll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, NULL, NULL);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	FD_SET(full, &set);
	others = set;
	plain_select(10, &set, NULL, NULL, &(struct timeval){ .tv_usec = 5 });
	set = others;
	plain_select(10, &set, &others, NULL, NULL);
	FD_ZERO(&set);
	plain_select(10, &set, &set, &set, &(struct timeval){ 0 });
	FD_SET(40, &set);
	select(41, &set, NULL, NULL, NULL);
	pselect(0, NULL, NULL, NULL, &soon, &mask);
	int epoll = need(epoll_create1(0), "epoll_create1");
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, events);
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, events);
	epoll_ctl(epoll, EPOLL_CTL_MOD, full, events);
	epoll_wait(epoll, events, 4, 0);
	events[0].events = EPOLLOUT | EPOLLONESHOT | 0x800;
	epoll_ctl(epoll, EPOLL_CTL_MOD, fd, events);
	epoll_wait(epoll, events, 4, -1);
	epoll_wait(epoll, events, 0, -1);
	epoll_pwait(epoll, events, 4, 0, &mask);
	epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
	epoll_ctl(epoll, 9, fd, NULL);
	close(epoll);
}

static void options(void)
{
	struct linger linger = { 1, 5 };
	struct timeval time = { 1, 500000 };
	char data[300];
	socklen_t size = 4;
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
	setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
	setsockopt(fd, IPPROTO_TCP, 999, NULL, 0);
	setsockopt(fd, IPPROTO_IPV6, 26, &size, 4);
	setsockopt(fd, IPPROTO_IP, IP_TTL, "\7", 1);
	getsockopt(fd, IPPROTO_IP, IP_TTL, data, &size);
	size = 8;
	getsockopt(fd, SOL_SOCKET, SO_LINGER, data, &size);
	size = 4;
	getsockopt(fd, SOL_SOCKET, SO_LINGER, data, &size);
	size = sizeof data;
	getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, data, &size);
	size = sizeof data;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, data, &size);
	size = sizeof data;
	getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, data, &size);
	size = 5;
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, data, &size);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, NULL, NULL);
	close(fd);
	fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	setsockopt(
		fd, IPPROTO_IP, IP_ADD_MEMBERSHIP,
		&(struct ip_mreqn){ .imr_multiaddr.s_addr = htonl(0xe0000101), .imr_ifindex = 1 },
		sizeof(struct ip_mreqn));
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &(struct in_addr){ htonl(INADDR_LOOPBACK) }, 4);
	setsockopt(fd, IPPROTO_UDP, 103, &size, 4);
	close(fd);
}

static void files(int to)
{
	char path[] = "/tmp/spellings.XXXXXX";
	off_t offset = 1;
	int file = need(mkstemp(path), "mkstemp");
	unlink(path);
	need((int)write(file, "a file", 6), "write");
	sendfile(to, file, &offset, 3);
	sendfile(to, file, NULL, 3);
	sendfile(to, 999, &offset, 3);
	int pipes[2];
	need(pipe(pipes), "pipe");
	write(pipes[1], "piped", 5);
	splice(pipes[0], NULL, to, NULL, 5, SPLICE_F_MOVE | SPLICE_F_MORE);
	splice(file, &(off_t){ 2 }, pipes[1], NULL, 2, 0);
	splice(to, &(off_t){ 2 }, pipes[1], NULL, 2, 0);
	close(pipes[0]);
	close(pipes[1]);
	close(file);
}

static void on_signal(int signal)
{
	(void)signal;
}

int main(void)
{
	signal(SIGPIPE, on_signal);
	int pair[2], datagrams[2];
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	need(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, datagrams), "socketpair");
	messages(datagrams[0], datagrams[1]);
	control_data(datagrams[0], datagrams[1]);
	waiting(pair[0], datagrams[0]);
	files(pair[0]);
	descriptors(pair[1]);
	accepting();
	addresses();
	options();
	sockets();
	return 0;
}

/* NOLINTEND(bugprone-unused-return-value) */
