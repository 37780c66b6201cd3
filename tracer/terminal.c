#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ECMA-48, and DECAWM of the VT100: lines that are too long are cut instead of wrapped. */
#define ERASE_LINE "\r\033[2K"
#define LINE_UP    "\033[A"
#define CUT_LINES  "\033[?7l"
#define WRAP_LINES "\033[?7h"

int terminal_open(struct terminal *terminal)
{
	const char *type = getenv("TERM");
	unsigned device = 0;
	*terminal = (struct terminal){ .fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) };
	if (terminal->fd < 0)
		return -errno;
	/* /dev/tty is a name for another device. */
	if (ioctl(terminal->fd, TIOCGDEV, &device) == 0)
		terminal->device = makedev((device >> 8) & 0xFFF,
					   (device & 0xFF) | ((device >> 12) & 0xFFF00));
	terminal->plain = !type || !*type || strcmp(type, "dumb") == 0;
	return 0;
}

void terminal_close(struct terminal *terminal)
{
	terminal_give_back(terminal);
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}

int terminal_take(struct terminal *terminal)
{
	if (tcgetattr(terminal->fd, &terminal->its_own) < 0)
		return -errno;
	struct termios keys = terminal->its_own;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	/* Whoever stops us here would have a terminal that echoes nothing. */
	keys.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (tcsetattr(terminal->fd, TCSANOW, &keys) < 0)
		return -errno;
	terminal->taken = true;
	return 0;
}

void terminal_give_back(struct terminal *terminal)
{
	if (terminal->taken)
		tcsetattr(terminal->fd, TCSANOW, &terminal->its_own);
	terminal->taken = false;
}

int terminal_key(const struct terminal *terminal, int milliseconds)
{
	struct pollfd poll_for = { .fd = terminal->fd, .events = POLLIN };
	unsigned char key = 0;
	if (poll(&poll_for, 1, milliseconds) <= 0)
		return KEY_NONE;
	ssize_t size = read(terminal->fd, &key, 1);
	if (size < 0 && errno == EINTR)
		return KEY_NONE;
	return size == 1 ? key : KEY_GONE;
}

void terminal_write(const struct terminal *terminal, const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(terminal->fd, text, size);
		if (written < 0 && errno != EINTR)
			return;
		text += written > 0 ? written : 0;
		size -= written > 0 ? (size_t)written : 0;
	}
}

void terminal_ask(const struct terminal *terminal, const char *above, const char *below)
{
	dprintf(terminal->fd, "%s%s\n%s%s", terminal->plain ? "" : CUT_LINES, above, below,
		terminal->plain ? "" : WRAP_LINES);
}

void terminal_forget(const struct terminal *terminal)
{
	dprintf(terminal->fd, "%s", terminal->plain ? "\n" : ERASE_LINE LINE_UP ERASE_LINE);
}

bool terminal_is(const struct terminal *terminal, pid_t pid, int fd)
{
	char path[64];
	struct stat status;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
	if (stat(path, &status) < 0 || !S_ISCHR(status.st_mode))
		return false;
	return status.st_rdev == makedev(TTYAUX_MAJOR, 0) ||
	       (terminal->device && status.st_rdev == terminal->device);
}

unsigned terminal_columns(const struct terminal *terminal)
{
	struct winsize size;
	return ioctl(terminal->fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
