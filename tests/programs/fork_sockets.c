/*
 * Proves that descriptors are followed to their sockets: the same socket behind two numbers
 * (dup), in two processes (fork), gone through exec where it is close-on-exec and kept
 * where it is not; and a FIN that comes only when the last of them is closed.
 */
#include "helpers.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { ARGUMENT_SIZE = 16 };

/* After exec: which of the numbers are still descriptors. */
static int report(int count, char **numbers)
{
	static const char *const names[] = { "plain", "close-on-exec", "dup of close-on-exec" };
	for (int i = 0; i < count && i < 3; i++) {
		int fd = (int)strtol(numbers[i], NULL, 10);
		printf("after exec, %s: %s\n", names[i],
		       fcntl(fd, F_GETFD) < 0 ? "closed" : "open");
	}
	say("after exec: send", send((int)strtol(numbers[0], NULL, 10), "exec", 4, 0));
	return 0;
}

static void child(const char *path, int plain, int fleeting)
{
	char numbers[3][ARGUMENT_SIZE];
	int copy = need(dup(fleeting), "dup");
	say("child: send", send(copy, "fork", 4, 0));
	snprintf(numbers[0], ARGUMENT_SIZE, "%d", plain);
	snprintf(numbers[1], ARGUMENT_SIZE, "%d", fleeting);
	snprintf(numbers[2], ARGUMENT_SIZE, "%d", copy);
	execl("/proc/self/exe", path, numbers[0], numbers[1], numbers[2], (char *)NULL);
	err(1, "exec");
}

static void receive(const char *who, int fd)
{
	char text[8] = "";
	wait_for(fd, POLLIN);
	say(who, recv(fd, text, sizeof text - 1, 0));
	if (*text)
		printf("%s said: %s\n", who, text);
}

static void last_close_sends_the_fin(void)
{
	int ours, theirs, status;
	char byte;
	tcp_pair(&ours, &theirs);
	int copy = need(fcntl(theirs, F_DUPFD_CLOEXEC, 50), "F_DUPFD_CLOEXEC");
	close(theirs);
	say("a copy lives: recv", recv(ours, &byte, 1, MSG_DONTWAIT));
	pid_t holder = need(fork(), "fork");
	if (holder == 0)
		_exit(0);
	close(copy);
	need(waitpid(holder, &status, 0), "waitpid");
	wait_for(ours, POLLIN);
	say("nobody has it: recv", recv(ours, &byte, 1, 0));
	close(ours);
}

int main(int argc, char **argv)
{
	int plain[2], fleeting[2], status;
	print_at_once();
	if (argc > 3)
		return report(argc - 1, argv + 1);

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, plain), "socketpair");
	need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fleeting), "socketpair");
	pid_t pid = need(fork(), "fork");
	if (pid == 0)
		child(argv[0], plain[1], fleeting[1]);
	close(plain[1]);
	close(fleeting[1]);
	need(waitpid(pid, &status, 0), "waitpid");
	receive("child", fleeting[0]);
	receive("child, gone", fleeting[0]);
	receive("program", plain[0]);
	receive("program, gone", plain[0]);
	last_close_sends_the_fin();
	return 0;
}
