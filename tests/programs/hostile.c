/*
 * Asks for what no honest program does, to see what that costs whoever looks on.
 *
 *	hostile sizes		calls whose lengths and counts are monstrous
 *	hostile descriptors	a million descriptors, one after the other and many at a time
 *
 * What the kernel answers is of no interest here. Then it waits for the end of its input.
 */
#include "helpers.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define HUGE_SIZE (UINT64_C(1) << 32)

enum {
	TIMES = 2, /* each, so that what is kept of a call would add up */
	MESSAGES = 1024,
	PARTS = 1024,
	RIGHTS = 253, /* SCM_MAX_FD, net/scm.h */
	MILLION = 1000 * 1000,
	HELD = 100 * 1000,
};

/* --- sizes -------------------------------------------------------------------------------------
 */

static struct iovec parts[PARTS];
static struct mmsghdr messages[MESSAGES];

/* Every message has all buffers, and each of them all of the memory. */
static void fill(void *memory, size_t size)
{
	for (size_t i = 0; i < PARTS; i++)
		parts[i] = (struct iovec){ memory, size };
	for (size_t i = 0; i < MESSAGES; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_name = memory,
						       .msg_namelen = INT_MAX,
						       .msg_iov = parts,
						       .msg_iovlen = PARTS,
						       .msg_control = memory,
						       .msg_controllen = (size_t)1 << 40 };
}

static void send_and_receive(int fd, char *memory)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(void *)memory,
				  .msg_iovlen = (size_t)1 << 60,
				  .msg_control = memory,
				  .msg_controllen = (size_t)1 << 40,
				  .msg_name = memory,
				  .msg_namelen = UINT_MAX };
	syscall(SYS_sendmsg, fd, &message, MSG_DONTWAIT);
	syscall(SYS_recvmsg, fd, &message, MSG_DONTWAIT);
	syscall(SYS_sendmmsg, fd, messages, UINT_MAX, MSG_DONTWAIT);
	syscall(SYS_recvmmsg, fd, messages, UINT_MAX, MSG_DONTWAIT, NULL);
	syscall(SYS_writev, fd, parts, PARTS);
	syscall(SYS_writev, fd, parts, INT_MAX);
	syscall(SYS_readv, fd, parts, INT_MAX);
	syscall(SYS_write, fd, memory, (size_t)HUGE_SIZE);
	syscall(SYS_read, fd, memory, SIZE_MAX);
	syscall(SYS_sendto, fd, memory, SIZE_MAX, MSG_DONTWAIT, memory, INT_MAX);
	syscall(SYS_recvfrom, fd, memory, (size_t)1 << 60, MSG_DONTWAIT, memory, memory);
}

static void ask(int fd, char *memory)
{
	socklen_t size = INT_MAX;
	for (int option = 0; option < 80; option++)
		syscall(SYS_setsockopt, fd, SOL_SOCKET, option, memory, INT_MAX);
	syscall(SYS_setsockopt, fd, INT_MAX, INT_MIN, memory, UINT_MAX);
	syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, memory, &size);
	syscall(SYS_bind, fd, memory, INT_MAX);
	syscall(SYS_connect, fd, memory, UINT_MAX);
	size = INT_MAX;
	syscall(SYS_getsockname, fd, memory, &size);
}

static void wait_for_all(int epoll, char *memory)
{
	struct timespec now = { 0 };
	syscall(SYS_ppoll, memory, INT_MAX, &now, NULL, 0);
	syscall(SYS_pselect6, INT_MAX, memory, memory, memory, &now, NULL);
	syscall(SYS_epoll_pwait, epoll, memory, INT_MAX, 0, NULL, SIZE_MAX);
}

/* Thousands of arguments that are one and the same text, and some that are nowhere. */
static void exec_all(char *memory)
{
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		execve("/bin/true", (char **)(void *)memory, (char **)(void *)memory);
		_exit(0);
	}
	need(waitpid(child, NULL, 0), "waitpid");
}

static void ask_for_monstrous_sizes(void)
{
	int pair[2], epoll = need(epoll_create1(0), "epoll_create1");
	char *zeroes = mmap(NULL, HUGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			    -1, 0);
	if (zeroes == MAP_FAILED)
		err(1, "mmap");
	char *const memories[] = { NULL, (char *)(uintptr_t)0x1000, zeroes, zeroes + HUGE_SIZE - 8,
				   (char *)parts };
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < TIMES; i++)
		for (size_t k = 0; k < sizeof memories / sizeof *memories; k++) {
			need(socketpair(AF_UNIX, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0, pair),
			     "socketpair");
			need(fcntl(pair[0], F_SETFL, O_NONBLOCK), "fcntl");
			fill(memories[k], i % 4 ? (size_t)HUGE_SIZE : 1);
			ask(pair[0], memories[k]);
			wait_for_all(epoll, memories[k]);
			send_and_receive(pair[0], memories[k]);
			close(pair[0]);
			close(pair[1]);
		}
	for (size_t i = 0; i < PARTS; i++)
		((char **)(void *)parts)[i] = (char *)messages;
	exec_all((char *)parts);
	exec_all(zeroes + HUGE_SIZE - 8);
}

/* --- descriptors -------------------------------------------------------------------------------
 */

/* The same socket so many times, in one message. */
static void receive_many(const int pair[2], int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(RIGHTS * sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(RIGHTS * sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	for (size_t i = 0; i < RIGHTS; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof fd, &fd, sizeof fd);
	need((int)sendmsg(pair[0], &message, 0), "sendmsg");
	need((int)recvmsg(pair[1], &message, 0), "recvmsg");
}

static void receive_a_million(void)
{
	struct rlimit limit;
	int pair[2];
	need(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	need(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
	need(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	size_t room = limit.rlim_cur - RIGHTS - (size_t)pair[1] - 1, held = 0;
	room = room < HELD ? room : HELD;
	for (size_t all = 0; all < MILLION; all += RIGHTS) {
		int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
		receive_many(pair, fd);
		held += RIGHTS + 1;
		if (held >= room) {
			need((int)syscall(SYS_close_range, pair[1] + 1, ~0U, 0), "close_range");
			held = 0;
		}
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	print_at_once();
	if (strcmp(what, "sizes") == 0)
		ask_for_monstrous_sizes();
	else if (strcmp(what, "descriptors") == 0)
		receive_a_million();
	else
		errx(2, "sizes or descriptors");
	puts("done");
	getchar(); /* whoever looks on is measured now */
	return 0;
}
