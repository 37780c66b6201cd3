/*
 * Proves that a death is passed on: the program dies of the signal its argument names
 * (SIGSEGV without one), with a socket open whose other end lives on. A tracer must end the
 * same way, and what was printed before must not be lost.
 */
#include "helpers.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const struct {
	const char *name;
	int signal;
} signals[] = {
	{ "SIGSEGV", SIGSEGV }, { "SIGTERM", SIGTERM }, { "SIGKILL", SIGKILL },
	{ "SIGABRT", SIGABRT }, { "SIGINT", SIGINT },   { "SIGPIPE", SIGPIPE },
};

static int signal_named(const char *name)
{
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].signal;
	errx(2, "unknown signal: %s", name);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : signals[0].name;
	int deadly = signal_named(name);
	int ends[2];

	print_at_once();
	/* No core file is wanted in a test's folder. */
	need(setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 }), "setrlimit");
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	say("send", send(ends[0], "unread", 6, 0));
	printf("dying of %s\n", name);
	signal(deadly, SIG_DFL);
	raise(deadly);
	printf("still alive\n");
	return 1;
}
