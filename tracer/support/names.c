#include "support/names.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_ERRNO = 133 /* EHWPOISON, asm-generic/errno.h */, LAST_SIGNAL = 64 };

const char *name_of(const struct name *table, int64_t value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const char *errno_name(int error)
{
	const char *name = errno_symbol(error);
	/* The kernel can leak numbers of its own, for example ENOTSUPP, 524. */
	static char unknown[32];
	if (name)
		return name;
	snprintf(unknown, sizeof unknown, "ERRNO_%d", error);
	return unknown;
}

int errno_named(const char *name)
{
	for (int error = 1; error <= LAST_ERRNO; error++) {
		const char *known = errno_symbol(error);
		if (known && strcmp(known, name) == 0)
			return error;
	}
	if (strncmp(name, "ERRNO_", 6) == 0)
		return (int)strtol(name + 6, NULL, 10);
	return 0;
}

/* Nothing is made for the locale "C", so there is nothing to free, and its words are static. */
const char *errno_words(int error)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return plain && errno_symbol(error) ? strerror_l(error, plain) : NULL;
}

const char *signal_name(int signal)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP",       [SIGINT] = "SIGINT",       [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL",       [SIGTRAP] = "SIGTRAP",     [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS",       [SIGFPE] = "SIGFPE",       [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1",     [SIGSEGV] = "SIGSEGV",     [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE",     [SIGALRM] = "SIGALRM",     [SIGTERM] = "SIGTERM",
		[SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD",     [SIGCONT] = "SIGCONT",
		[SIGSTOP] = "SIGSTOP",     [SIGTSTP] = "SIGTSTP",     [SIGTTIN] = "SIGTTIN",
		[SIGTTOU] = "SIGTTOU",     [SIGURG] = "SIGURG",       [SIGXCPU] = "SIGXCPU",
		[SIGXFSZ] = "SIGXFSZ",     [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
		[SIGWINCH] = "SIGWINCH",   [SIGIO] = "SIGIO",         [SIGPWR] = "SIGPWR",
		[SIGSYS] = "SIGSYS",
	};
	static char realtime[16];
	if (signal <= 0 || signal > LAST_SIGNAL)
		return NULL;
	if ((size_t)signal < sizeof names / sizeof *names && names[signal])
		return names[signal];
	snprintf(realtime, sizeof realtime, "SIGRT_%d", signal - 32);
	return realtime;
}
