#include "complaints.h"

#include "ptrace/attach.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int complain(const char *hint, const char *format, ...)
{
	va_list args;
	fputs("socktrace: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (hint && *hint)
		fprintf(stderr, "  %s\n", hint);
	return STATUS_FAILED;
}

/* --- why a program could not be started ------------------------------------------------------ */

int complain_program(const char *name, int error)
{
	switch (error) {
	case ENOENT:
		complain(NULL,
			 strchr(name, '/') ? _("%s: no such file") : _("%s: command not found"),
			 name);
		return STATUS_NOT_FOUND;
	case EISDIR:
		complain(NULL, _("%s: is a directory"), name);
		return STATUS_NOT_EXECUTABLE;
	case ENOEXEC:
		complain(_("a script needs a first line like #!/bin/sh; or run: socktrace sh "
			   "SCRIPT"),
			 _("%s: not a program, and a script without #!"), name);
		return STATUS_NOT_EXECUTABLE;
	case EACCES:
	case EPERM:
		complain(_("chmod +x makes a file executable"), _("%s: permission denied"), name);
		return STATUS_NOT_EXECUTABLE;
	case EINVAL:
		return complain(_("a quote is left open, or there is no word in it"),
				_("--client=%s: cannot be split into words"), name);
	case ENOMEM:
	case EMFILE:
	case ENFILE: /* that is about us, not about the program */
		return complain(NULL, "%s: %s", name, strerror(error));
	default:
		complain(NULL, "%s: %s", name, strerror(error));
		return STATUS_NOT_EXECUTABLE;
	}
}

static const char *ptrace_hint(void)
{
	char scope = '0';
	autofclose FILE *yama = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	if (yama && fread(&scope, 1, 1, yama) == 1 && scope > '1')
		return _("Yama forbids it: as root, sysctl kernel.yama.ptrace_scope=1");
	return _("a container's seccomp profile or a tracer of socktrace itself forbids it");
}

static int complain_attach(const char *word, int error)
{
	pid_t tracer = error == EPERM ? attach_tracer_of((pid_t)strtol(word, NULL, 10)) : 0;
	int length = (int)strcspn(word, ",");
	if (tracer)
		return complain(_("end that tracer first"),
				_("-p %.*s: is traced by process %d already"), length, word,
				tracer);
	if (error == EPERM)
		return complain(_("it belongs to another user, or Yama forbids it: as root it "
				  "works, or with "
				  "sysctl kernel.yama.ptrace_scope=0"),
				_("-p %.*s: not permitted"), length, word);
	if (error == EINVAL)
		return complain(NULL, _("-p %.*s: not a process id"), length, word);
	return complain(NULL, "-p %.*s: %s", length, word, strerror(error));
}

int complain_launch(const char *name, struct launch_failure failure)
{
	switch (failure.step) {
	case LAUNCH_SEIZE:
		return complain(failure.error == ESRCH ? NULL : ptrace_hint(), "ptrace: %s",
				strerror(failure.error));
	case LAUNCH_FILTER:
		return complain(NULL, _("seccomp filter: %s"), strerror(failure.error));
	case LAUNCH_USER:
		return complain(_("only root may become another user"), "-u: %s",
				strerror(failure.error));
	case LAUNCH_DIRECTORY:
		return complain(NULL, _("%s: its directory: %s"), name, strerror(failure.error));
	case LAUNCH_FORK:
		return complain(NULL, "fork: %s", strerror(failure.error));
	case LAUNCH_ATTACH:
		return complain_attach(name, failure.error);
	case LAUNCH_EXEC:
		break;
	}
	return complain_program(name, failure.error);
}

int complain_output(const char *name, int error)
{
	if (error == EMEDIUMTYPE)
		return complain(_("-o FILE writes it to a file"),
				_("%s: is a terminal, and the format is no text"), name);
	return complain(NULL, "%s: %s", name, strerror(error));
}

int complain_session(int error)
{
	if (error == ENOSYS)
		return complain(_("Linux 5.6 or later has it"),
				_("pidfd_getfd: this kernel does not have it"));
	return complain(NULL, _("trace: %s"), strerror(error));
}
