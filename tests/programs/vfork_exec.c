/*
 * Proves that vfork and exec are followed: the parent sleeps until its child has exec'ed or
 * ended, whatever a tracer does to the child; the new program makes a socket of its own; and an
 * exec that fails leaves everything as it was.
 */
#include "helpers.h"

#include <sys/wait.h>

/* vfork is what is being tested; its child calls execv and _exit only, as vfork(2) demands. */
static int run(const char *path, char *const argv[])
{
	pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (child == 0) {
		execv(path, argv);
		_exit(127);
	}
	int status;
	need(child, "vfork");
	need(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int be_the_child(void)
{
	int fd = say_descriptor("child: socket", socket(AF_INET, SOCK_STREAM, 0));
	say("child: close", close(fd));
	return 42;
}

int main(int argc, char **argv)
{
	char word[] = "child";
	print_at_once();
	if (argc > 1)
		return be_the_child();

	int before = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	say("itself", run("/proc/self/exe", (char *const[]){ argv[0], word, NULL }));
	say("true", run("/bin/true", (char *const[]){ word, NULL }));
	say("no such program", run("/nonexistent", (char *const[]){ word, NULL }));
	say("parent: close", close(before));
	return 0;
}
