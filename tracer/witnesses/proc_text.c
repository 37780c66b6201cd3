#include "witnesses/proc_text.h"

#include "support/auto.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- reading ------------------------------------------------------------------------------ */

ssize_t proc_read_fd(int fd, char *text, size_t room)
{
	autoclose int closed = fd;
	size_t length = 0;
	while (length + 1 < room) {
		ssize_t size = read(closed, text + length, room - 1 - length);
		if (size < 0)
			return -errno;
		if (size == 0)
			break;
		length += (size_t)size;
	}
	text[length] = '\0';
	return (ssize_t)length;
}

ssize_t proc_read(int folder, const char *path, char *text, size_t room)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : proc_read_fd(fd, text, room);
}

DIR *proc_folder(int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		auto_close(&fd);
	return dir;
}

void proc_comm(int process, char comm[COMM_SIZE])
{
	if (proc_read(process, "comm", comm, COMM_SIZE) < 0)
		*comm = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

/* --- words ---------------------------------------------------------------------------------- */

/* A decimal number and nothing else up to `end`; 0 is none. */
static uint64_t whole_number(const char *text, char end)
{
	char *rest;
	if (!isdigit((unsigned char)*text))
		return 0;
	errno = 0;
	uint64_t number = strtoull(text, &rest, 10);
	return *rest == end && !errno ? number : 0;
}

pid_t proc_pid(const char *name)
{
	uint64_t number = whole_number(name, '\0');
	return number <= INT_MAX ? (pid_t)number : 0;
}

uint64_t proc_socket_inode(const char *target)
{
	static const char before[] = "socket:[";
	if (strncmp(target, before, sizeof before - 1) != 0)
		return 0;
	return whole_number(target + sizeof before - 1, ']');
}

/* What stands behind a label at the beginning of a line; NULL: there is no such line. */
static const char *behind(const char *text, const char *label)
{
	size_t length = strlen(label);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, label, length) == 0)
			return line + length;
	}
	return NULL;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static const char *skip_word(const char *text)
{
	text = skip_blanks(text);
	return text + strcspn(text, " \t\n");
}

bool proc_number(const char *text, const char *label, int base, unsigned skip, uint64_t *ret_number)
{
	const char *value = behind(text, label);
	for (; value && skip > 0; skip--)
		value = skip_word(value);
	value = value ? skip_blanks(value) : "";
	if (!isxdigit((unsigned char)*value))
		return false;
	*ret_number = strtoull(value, NULL, base);
	return true;
}

bool proc_limit(const char *text, const char *label, int64_t *ret_limit)
{
	const char *value = behind(text, label);
	value = value ? skip_blanks(value) : "";
	bool unlimited = strncmp(value, "unlimited", strlen("unlimited")) == 0;
	if (!unlimited && !isdigit((unsigned char)*value))
		return false;
	*ret_limit = unlimited ? -1 : strtoll(value, NULL, 10);
	return true;
}

/* --- a process --------------------------------------------------------------------------------
 */

bool proc_stat(const char *text, pid_t *ret_parent, bool *ret_zombie)
{
	/* Its name stands in parentheses and may hold any byte, these too. */
	const char *rest = strrchr(text, ')');
	char state;
	long parent, threads;
	/* Field 3 is the state, 4 the parent, 20 the number of threads. */
	if (!rest ||
	    sscanf(rest, ") %c %ld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld",
		   &state, &parent, &threads) != 3)
		return false;
	*ret_parent = (pid_t)parent;
	/* A main thread that ended before the others looks like one, and is none. */
	*ret_zombie = state == 'Z' && threads <= 1;
	return true;
}

static void copy(char *out, size_t room, const char *bytes, size_t size)
{
	if (size >= room)
		size = room - 1;
	memcpy(out, bytes, size);
	out[size] = '\0';
}

void proc_program(const char *cmdline, size_t size, char *program, size_t room)
{
	size_t length = strnlen(cmdline, size), start = length;
	while (start > 0 && cmdline[start - 1] != '/')
		start--;
	copy(program, room, cmdline + start, length - start);
}

void proc_command(const char *cmdline, size_t size, char *command, size_t room)
{
	while (size > 0 && !cmdline[size - 1])
		size--;
	copy(command, room, cmdline, size);
	if (size >= room)
		size = room - 1;
	for (size_t i = 0; i < size; i++)
		if (!command[i])
			command[i] = ' ';
}

/* --- the network ------------------------------------------------------------------------------
 */

int proc_integers(const char *text, int64_t *values, size_t room)
{
	size_t count = 0;
	for (;;) {
		text += strspn(text, " \t\n");
		if (!*text)
			return count && count <= INT_MAX ? (int)count : -EBADMSG;
		char *rest;
		errno = 0;
		int64_t value = strtoll(text, &rest, 10);
		if (rest == text || errno || !strchr(" \t\n", *rest))
			return -EBADMSG;
		if (count < room)
			values[count] = value;
		count++;
		text = rest;
	}
}

/* The number of the word in the line that begins there; -1: it is not in it. */
static int word_number(const char *line, const char *word)
{
	size_t length = strlen(word);
	int number = 0;
	for (line = skip_blanks(line); *line && *line != '\n';
	     line = skip_blanks(skip_word(line))) {
		if (strncmp(line, word, length) == 0 && strchr(" \t\n", line[length]))
			return number;
		number++;
	}
	return -1;
}

bool proc_netstat(const char *text, const char *group, const char *name, uint64_t *ret_number)
{
	const char *names = behind(text, group);
	int number = names ? word_number(names, name) : -1;
	const char *values = number < 0 ? NULL : strchr(names, '\n');
	return values && proc_number(values, group, 10, (unsigned)number, ret_number);
}
