#include "teach/teach.h"

#include "support/arena.h"
#include "teach/python_calls.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

/* OSError picks the subclass from errno: PEP 3151, Objects/exceptions.c. */
static const struct {
	int error;
	const char *class;
} classes[] = {
	{ EAGAIN, "BlockingIOError" },
	{ EALREADY, "BlockingIOError" },
	{ EINPROGRESS, "BlockingIOError" },
	{ EPIPE, "BrokenPipeError" },
	{ ESHUTDOWN, "BrokenPipeError" },
	{ ECHILD, "ChildProcessError" },
	{ ECONNABORTED, "ConnectionAbortedError" },
	{ ECONNREFUSED, "ConnectionRefusedError" },
	{ ECONNRESET, "ConnectionResetError" },
	{ EEXIST, "FileExistsError" },
	{ ENOENT, "FileNotFoundError" },
	{ EISDIR, "IsADirectoryError" },
	{ ENOTDIR, "NotADirectoryError" },
	{ EINTR, "InterruptedError" },
	{ EACCES, "PermissionError" },
	{ EPERM, "PermissionError" },
	{ ESRCH, "ProcessLookupError" },
	{ ETIMEDOUT, "TimeoutError" },
};

const char *python_exception(int error)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (classes[i].error == error)
			return classes[i].class;
	return "OSError";
}

const char *error_text(struct arena *arena, int error)
{
	/* strerror() would follow the user's locale and shares one buffer among threads. */
	locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (locale == (locale_t)0)
		return NULL;
	const char *text = arena_copy(arena, strerror_l(error, locale));
	freelocale(locale);
	return text;
}
