/*
 * Tortures birth and death: hundreds of short-lived children that each do one thing on a socket,
 * made by fork, by vfork, by clone3; and children that are killed at any moment of their work, by
 * their parent or by themselves.
 */
#include "torture.h"

#include <linux/sched.h>

enum { AT_ONCE = 10, STACK = 65536 };

static int count;
static int wire[2];

/* One thing, by the number of the child. Its exit status says whether it went as it must. */
static int one_thing(int number)
{
	int ends[2], client, server;
	char byte = 0;
	switch (number % 5) {
	case 0:
		return send(wire[1], "c", 1, 0) == 1 ? 10 : 1;
	case 1:
		return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? 11 : 1;
	case 2:
		tcp_pair(&client, &server);
		return send(client, "x", 1, 0) == 1 && recv(server, &byte, 1, 0) == 1 ? 12 : 1;
	case 3:
		return dup2(wire[1], 50) == 50 && write(50, "c", 1) == 1 ? 13 : 1;
	default:
		if (close(wire[0]) < 0)
			return 1;
		return send(wire[0], "x", 1, 0) < 0 && errno == EBADF ? 14 : 1;
	}
}

static pid_t by_fork(int number)
{
	pid_t child = fork();
	if (child == 0)
		_exit(one_thing(number));
	return child;
}

static int cloned(void *argument)
{
	_exit(one_thing(*(const int *)argument));
}

/* Its own stack: what vfork(2) shares is then none of the compiler's business. */
static pid_t by_vfork(int number)
{
	static char stack[STACK] __attribute__((aligned(16)));
	return clone(cloned, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &number);
}

static pid_t by_clone3(int number)
{
	struct clone_args arguments = { .flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD };
	pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
	if (child == 0)
		_exit(one_thing(number));
	return child;
}

static void short_lives(const char *name, pid_t (*make)(int number))
{
	int seen[256] = { 0 }, bytes = 0;
	char data[1024];
	stream_pair(wire);
	for (int i = 0; i < count; i += AT_ONCE) {
		pid_t children[AT_ONCE];
		for (int j = 0; j < AT_ONCE; j++)
			children[j] = need(make(i + j), name);
		for (int j = 0; j < AT_ONCE; j++)
			seen[WEXITSTATUS(status_of(children[j]))]++;
		ssize_t size = recv(wire[0], data, sizeof data, MSG_DONTWAIT);
		bytes += size > 0 ? (int)size : 0;
	}
	printf("%s:", name);
	for (int i = 0; i < 256; i++)
		if (seen[i])
			printf(" %d x %d", seen[i], i);
	printf(", %d bytes\n", bytes);
	close(wire[0]);
	close(wire[1]);
}

/* --- killed ------------------------------------------------------------------------------------
 */

static void work_for_ever(void)
{
	for (;;) {
		int ends[2], client, server;
		char byte;
		stream_pair(ends);
		tcp_pair(&client, &server);
		if (write(ends[0], "x", 1) != 1 || read(ends[1], &byte, 1) != 1 ||
		    send(client, "x", 1, 0) != 1 || recv(server, &byte, 1, 0) != 1)
			_exit(1);
		close(ends[0]);
		close(ends[1]);
		close(client);
		close(server);
	}
}

static void killed_at_any_moment(void)
{
	uint64_t random = 11;
	int killed = 0;
	for (int i = 0; i < count / 2; i++) {
		pid_t child = need(fork(), "fork");
		if (child == 0)
			work_for_ever();
		usleep(chance(&random, 3000));
		kill(child, SIGKILL);
		int status = status_of(child);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	printf("killed at any moment: %d of %d\n", killed, count / 2);
}

/* The kill may come in the middle of the fork. */
static void killed_by_their_children(void)
{
	int good = 0;
	for (int i = 0; i < count / 10; i++) {
		pid_t child = need(fork(), "fork");
		if (child == 0) {
			pid_t helper = fork();
			if (helper == 0) {
				kill(getppid(), SIGKILL);
				_exit(0);
			}
			work_for_ever();
		}
		int status = status_of(child);
		good += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	printf("killed by their own children: %d of %d\n", good, count / 10);
}

/* The other end must see the end. */
static void seen_by_their_peers(void)
{
	int ended = 0;
	for (int i = 0; i < count / 10; i++) {
		int ends[2];
		char byte;
		stream_pair(ends);
		pid_t child = need(fork(), "fork");
		if (child == 0) {
			close(ends[0]);
			recv(ends[1], &byte, 1, 0);
			_exit(0);
		}
		close(ends[1]);
		kill(child, SIGKILL);
		ended += recv(ends[0], &byte, 1, 0) == 0;
		status_of(child);
		close(ends[0]);
	}
	printf("peers saw the end: %d of %d\n", ended, count / 10);
}

int main(int argc, char **argv)
{
	print_at_once();
	count = count_of(argc, argv, 500);
	short_lives("fork", by_fork);
	short_lives("vfork", by_vfork);
	short_lives("clone3", by_clone3);
	killed_at_any_moment();
	killed_by_their_children();
	seen_by_their_peers();
	return 0;
}
