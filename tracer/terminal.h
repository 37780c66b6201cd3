/* The terminal a lecturer steps with (--step): keys as they are typed, words that go away again. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;                 /* of /dev/tty, -1: closed */
	dev_t device;           /* which terminal that is */
	struct termios its_own; /* how it was, while it is taken */
	bool taken;
	bool plain; /* it knows no escape sequences */
};

/* 0, or -errno: this process has no terminal. */
int terminal_open(struct terminal *terminal);
/* Gives it back first. */
void terminal_close(struct terminal *terminal);

/* From now on each key is read at once and not echoed; Ctrl-C still is SIGINT. 0 or -errno. */
int terminal_take(struct terminal *terminal);
void terminal_give_back(struct terminal *terminal);

enum {
	KEY_NONE = 0, /* none within the time, or a signal came */
	KEY_GONE = -1 /* there is no terminal any more */
};

/* A byte from 1 to 255, or one of the above. */
int terminal_key(const struct terminal *terminal, int milliseconds);

/* Two lines, the cursor at the end of the second; too long ones are cut by the terminal. And away
 * again, as if they had never been. */
void terminal_ask(const struct terminal *terminal, const char *above, const char *below);
void terminal_forget(const struct terminal *terminal);
void terminal_write(const struct terminal *terminal, const char *text, size_t size);

/* Whether that descriptor of a process is this terminal. */
bool terminal_is(const struct terminal *terminal, pid_t pid, int fd);
/* Its columns, 0: not known. */
unsigned terminal_columns(const struct terminal *terminal);
