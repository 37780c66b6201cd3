/*
 * Every way in which a number comes to mean a socket. Each ends with one write(2) of a byte to
 * the number, named on standard output: a tracer must see it.
 *
 *     ways WAY...     all of them without an argument
 */
#include "helpers.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* An end of a stream whose other end takes what is written. */
static int stream(void)
{
	int ends[2];
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	return ends[0];
}

/* The write that counts. */
static void touch(const char *way, int fd)
{
	printf("%s %d\n", way, fd);
	if (write(fd, "x", 1) != 1)
		err(1, "%s: write", way);
}

static void by_socket(const char *way)
{
	struct sockaddr_in address = loopback();
	int receiver = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	need(bind(receiver, (struct sockaddr *)&address, sizeof address), "bind");
	address = local_address(receiver);
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	need(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
	touch(way, fd);
}

static void by_socketpair(const char *way)
{
	touch(way, stream());
}

static void by_accept(const char *way)
{
	int client, server;
	tcp_pair(&client, &server);
	touch(way, server);
}

static void by_dup(const char *way)
{
	touch(way, need(dup(stream()), "dup"));
}

static void by_dup2(const char *way)
{
	touch(way, need(dup2(stream(), 40), "dup2"));
}

static void by_dup3(const char *way)
{
	touch(way, need(dup3(stream(), 200, O_CLOEXEC), "dup3"));
}

static void by_fcntl(const char *way)
{
	touch(way, need(fcntl(stream(), F_DUPFD, 30), "fcntl"));
	touch(way, need(fcntl(stream(), F_DUPFD_CLOEXEC, 300), "fcntl"));
}

static void by_rights(const char *way)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int[2]))];
	} control = { .bytes = { 0 } };
	int channel[2], fds[2] = { stream(), stream() };
	char byte = '!';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof control.bytes };
	need(socketpair(AF_UNIX, SOCK_DGRAM, 0, channel), "socketpair");
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS,
					   .cmsg_len = CMSG_LEN(sizeof fds) };
	memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
	need((int)sendmsg(channel[0], &message, 0), "sendmsg");
	need((int)recvmsg(channel[1], &message, 0), "recvmsg");
	memcpy(fds, CMSG_DATA(&control.header), sizeof fds);
	touch(way, fds[0]);
	touch(way, fds[1]);
}

static void by_pidfd_getfd(const char *way)
{
	int self = need((int)syscall(SYS_pidfd_open, getpid(), 0), "pidfd_open");
	touch(way, need((int)syscall(SYS_pidfd_getfd, self, stream(), 0), "pidfd_getfd"));
}

/* A child made so, which writes to a socket of its maker's and to one of its own. */
static void in_child(const char *way, unsigned long flags)
{
	int status = 0, inherited = stream();
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (need(pid, "clone") == 0) {
		touch(way, inherited);
		touch(way, stream());
		_exit(0);
	}
	need(waitpid(pid, &status, 0), "waitpid");
	if (status)
		errx(1, "%s: the child failed: %#x", way, (unsigned)status);
}

static void by_fork(const char *way)
{
	in_child(way, 0);
}

/* What the child opens is its maker's too. */
static void by_shared_table(const char *way)
{
	in_child(way, CLONE_FILES);
	/* The first free number is the one after the child's. */
	touch(way, need(dup(0), "dup") - 1);
}

static void by_untraced_clone(const char *way)
{
	in_child(way, CLONE_UNTRACED);
}

static void by_clone3(const char *way)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack[5];
	} arguments = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
	int inherited = stream();
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, 64);
	if (need(pid, "clone3") == 0) {
		touch(way, inherited);
		touch(way, stream());
		_exit(0);
	}
	need(waitpid(pid, NULL, 0), "waitpid");
	if (arguments.flags != CLONE_UNTRACED)
		errx(1, "clone3: the arguments were changed");
}

static void *open_in_thread(void *fd)
{
	*(int *)fd = stream();
	return NULL;
}

static void by_another_thread(const char *way)
{
	int fd = -1;
	pthread_t thread;
	errno = pthread_create(&thread, NULL, open_in_thread, &fd);
	need(-errno, "pthread_create");
	pthread_join(thread, NULL);
	touch(way, fd);
}

static void by_number(const char *way)
{
	/* More than are watched one by one. */
	for (int i = 0; i < 30; i++)
		touch(way, stream());
}

/* --- under filters of its own ---------------------------------------------------------- */

/* Every call is allowed, getpriority(2) fails with ENOANO. */
static void install_own_filter(void)
{
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOANO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof rows / sizeof *rows, rows };
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	need((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

static void by_own_filter(const char *way)
{
	printf("mode before: %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	install_own_filter();
	printf("mode after: %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	say("getpriority", syscall(SYS_getpriority, 0, 0));
	touch(way, stream());
	touch(way, need(dup2(stream(), 500), "dup2"));
}

static void by_strict_mode(const char *way)
{
	int status = 0, fd = stream();
	/* The first line printed makes more calls than write(2). */
	puts("what strict mode allows:");
	pid_t pid = need(fork(), "fork");
	if (pid == 0) {
		say("strict", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
		touch(way, fd);
		write(1, "forbidden:\n", 11);
		getppid();
		write(1, "survived\n", 9);
		syscall(SYS_exit, 0);
	}
	need(waitpid(pid, &status, 0), "waitpid");
	printf("ended by signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* --------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*go)(const char *way);
} ways[] = {
	{ "socket", by_socket },
	{ "socketpair", by_socketpair },
	{ "accept", by_accept },
	{ "dup", by_dup },
	{ "dup2", by_dup2 },
	{ "dup3", by_dup3 },
	{ "fcntl", by_fcntl },
	{ "rights", by_rights },
	{ "pidfd_getfd", by_pidfd_getfd },
	{ "fork", by_fork },
	{ "untraced", by_untraced_clone },
	{ "clone3", by_clone3 },
	{ "thread", by_another_thread },
	{ "number", by_number },
	{ "strict", by_strict_mode },
	{ "table", by_shared_table },
	{ "filter", by_own_filter },
};

int main(int argc, char **argv)
{
	print_at_once();
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		bool wanted = argc == 1;
		for (int k = 1; k < argc; k++)
			wanted = wanted || strcmp(argv[k], ways[i].name) == 0;
		if (wanted)
			ways[i].go(ways[i].name);
	}
	return 0;
}
