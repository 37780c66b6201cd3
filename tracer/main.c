/* socktrace: what the command line asks for, and the exit status. */
#include "demo.h"
#include "director.h"
#include "isolation.h"
#include "lists.h"
#include "options.h"
#include "replay/replay.h"
#include "scenario.h"
#include "session.h"

#include "ptrace/attach.h"
#include "support/auto.h"
#include "support/text.h"

#include <errno.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

/* Every failure is one line, and a second one where something can be done about it. */
__attribute__((format(printf, 2, 3))) static int complain(const char *hint, const char *format, ...)
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

static int complain_program(const char *name, int error)
{
	switch (error) {
	case ENOENT:
		complain(NULL, "%s: %s", name,
			 strchr(name, '/') ? "no such file" : "command not found");
		return STATUS_NOT_FOUND;
	case EISDIR:
		complain(NULL, "%s: is a directory", name);
		return STATUS_NOT_EXECUTABLE;
	case ENOEXEC:
		complain("a script needs a first line like #!/bin/sh; or run: socktrace sh SCRIPT",
			 "%s: not a program, and a script without #!", name);
		return STATUS_NOT_EXECUTABLE;
	case EACCES:
	case EPERM:
		complain("chmod +x makes a file executable", "%s: permission denied", name);
		return STATUS_NOT_EXECUTABLE;
	case EINVAL:
		return complain("a quote is left open, or there is no word in it",
				"--client=%s: cannot be split into words", name);
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
		return "Yama forbids it: as root, sysctl kernel.yama.ptrace_scope=1";
	return "a container's seccomp profile or a tracer of socktrace itself forbids it";
}

static int complain_attach(const char *word, int error)
{
	pid_t tracer = error == EPERM ? attach_tracer_of((pid_t)strtol(word, NULL, 10)) : 0;
	int length = (int)strcspn(word, ",");
	if (tracer)
		return complain("end that tracer first", "-p %.*s: is traced by process %d already",
				length, word, tracer);
	if (error == EPERM)
		return complain(
			"it belongs to another user, or Yama forbids it: as root it works, or with "
			"sysctl kernel.yama.ptrace_scope=0",
			"-p %.*s: not permitted", length, word);
	if (error == EINVAL)
		return complain(NULL, "-p %.*s: not a process id", length, word);
	return complain(NULL, "-p %.*s: %s", length, word, strerror(error));
}

static int complain_launch(const char *name, struct launch_failure failure)
{
	switch (failure.step) {
	case LAUNCH_SEIZE:
		return complain(ptrace_hint(), "ptrace: %s", strerror(failure.error));
	case LAUNCH_FILTER:
		return complain(NULL, "seccomp filter: %s", strerror(failure.error));
	case LAUNCH_USER:
		return complain("only root may become another user", "-u: %s",
				strerror(failure.error));
	case LAUNCH_DIRECTORY:
		return complain(NULL, "%s: its directory: %s", name, strerror(failure.error));
	case LAUNCH_FORK:
		return complain(NULL, "fork: %s", strerror(failure.error));
	case LAUNCH_ATTACH:
		return complain_attach(name, failure.error);
	case LAUNCH_EXEC:
		break;
	}
	return complain_program(name, failure.error);
}

/* --- running -----------------------------------------------------------------------------------
 */

/* Ends as the program ended, so that a shell sees the same; but its core is enough. */
static int end_like(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	struct rlimit none = { 0 };
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static int complain_session(int error)
{
	if (error == ENOSYS)
		return complain("Linux 5.6 or later has it",
				"pidfd_getfd: this kernel does not have it");
	return complain(NULL, "trace: %s", strerror(error));
}

static int run(const struct options *options, struct director *director)
{
	struct outputs *outputs;
	struct session_result result = { 0 };
	const char *path = NULL;

	int opened = outputs_open(&outputs, options, &path);
	if (opened == -EEXIST)
		return complain(NULL, "-o %s: two outputs in one file", path);
	if (opened < 0)
		return complain(NULL, "%s: %s", path ? path : "output", strerror(-opened));
	int traced = session_run(options, outputs, director, &result);
	int written = outputs_close(outputs);

	if (result.failure.error)
		return complain_launch(result.failure_name, result.failure);
	if (result.wire_error)
		return complain(result.wire_error == -EPERM
					? "as root it works, or in a network of its own: --isolate"
					: "--wire=off goes without",
				"wire: %s", strerror(-result.wire_error));
	if (result.step_error)
		return complain("a person has to press keys: run it in a terminal",
				"--step: no terminal: %s", strerror(-result.step_error));
	if (*result.step_reader)
		return complain("give it a file or < /dev/null as standard input",
				"--step: %s reads the terminal too", result.step_reader);
	if (traced < 0)
		return complain_session(-traced);
	if (options->check)
		return verdict_status(&result.verdict, written < 0);
	if (written < 0)
		return STATUS_FAILED;
	if (options->action == ACTION_PLAY)
		return result.failed ? 1 : 0;
	return end_like(result.status);
}

static int enter_isolation(const struct options *options)
{
	struct options_error error;
	if (isolation_enter(options, &error) == 0)
		return 0;
	return complain(error.hint, "%s", error.what);
}

/* 0, or the status of a complaint. */
static int check_user(const char *user)
{
	if (user && !getpwnam(user))
		return complain(NULL, "-u %s: no such user", user);
	if (user && geteuid() != 0)
		return complain("only root may become another user", "-u %s: not permitted", user);
	return 0;
}

static int trace(const struct options *options)
{
	struct director *director = NULL;
	const char *name = NULL;

	int status = check_user(options->user);
	if (status)
		return status;
	int result = director_for_programs(&director, options, &name);
	status = result < 0 ? complain_program(name ? name : "program", -result) : 0;
	if (status == 0 && options->isolate)
		status = enter_isolation(options);
	if (status == 0)
		status = run(options, director);
	director_free(director);
	return status;
}

/* --- scenarios
 * ----------------------------------------------------------------------------------------- */

static int complain_scenario(const struct options *options, const char *path, int error,
			     const struct scenario_error *what)
{
	if (error == -EINVAL && what->line)
		return complain(NULL, "%s:%u: %s", path, what->line, what->message);
	if (error == -EINVAL)
		return complain(NULL, "%s: %s", path, what->message);
	if (!options->demo)
		return complain(NULL, "--scenario %s: %s", options->scenario, strerror(-error));
	if (error == -ENOENT || error == -ENOTDIR)
		return complain("socktrace --list demos names them", "--demo %s: no such demo",
				options->demo);
	return complain(NULL, "--demo %s: %s", options->demo, strerror(-error));
}

static int play(struct options *options)
{
	autofree char *path = NULL;
	autofree char *folder = NULL;
	struct scenario scenario = { 0 };
	struct scenario_error error = { 0 };
	struct director *director = NULL;
	const char *name = NULL;

	int status = check_user(options->user);
	if (status)
		return status;
	int result = options->demo ? demo_find(options->demo, &path)
				   : scenario_find(options->scenario, &path);
	if (result == 0)
		result = scenario_read(path, &scenario, &error);
	if (result < 0)
		return complain_scenario(options, path, result, &error);
	folder = strndup(path, (size_t)(strrchr(path, '/') - path));
	options->isolate = true;
	if (!options->selection_given)
		selection_add(&options->selection, &scenario.shown);
	if (sysctls_add_missing(&options->sysctls, &scenario.sysctls) < 0)
		result = -ENOMEM;
	result = folder && result == 0
			 ? director_for_scenario(&director, options, &scenario, folder, &name)
			 : -ENOMEM;
	status = result < 0 ? complain_program(name ? name : "scenario", -result) : 0;
	if (status == 0)
		status = enter_isolation(options);
	if (status == 0)
		status = run(options, director);
	director_free(director);
	scenario_done(&scenario);
	return status;
}

/* --- replay and lists
 * -------------------------------------------------------------------------------- */

struct replayed {
	struct outputs *outputs;
	struct verdict verdict;
	bool any;
};

static int emit(void *context, const struct record *record)
{
	struct replayed *replayed = context;
	replayed->any = true;
	verdict_see(&replayed->verdict, record);
	outputs_write(replayed->outputs, record);
	return 0;
}

static int replay(const struct options *options)
{
	struct outputs *outputs;
	struct replay_error error = { 0 };
	const char *path = NULL;

	autofclose FILE *file = fopen(options->replay, "re");
	if (!file)
		return complain(NULL, "%s: %s", options->replay, strerror(errno));
	int result = outputs_open(&outputs, options, &path);
	if (result == -EEXIST)
		return complain(NULL, "-o %s: is the file replayed, or two outputs in one file",
				path);
	if (result < 0)
		return complain(NULL, "%s: %s", path, strerror(-result));
	struct replayed replayed = {
		.outputs = outputs,
		.verdict = { .rules = options->check_rules },
	};
	result = replay_run(file, emit, &replayed, &error);
	int written = outputs_close(outputs);
	if (result == -EBADMSG) {
		char message[4 * sizeof error.message];
		text_escape(message, sizeof message, error.message, strlen(error.message));
		return complain(NULL, "%s:%lu: %s", options->replay, error.line, message);
	}
	if (result == 0 && !replayed.any)
		return complain(NULL, "%s: is empty, no recording", options->replay);
	if (result < 0)
		return complain(NULL, "%s: %s", options->replay, strerror(-result));
	if (options->check)
		return verdict_status(&replayed.verdict, written < 0);
	return written < 0 ? STATUS_FAILED : 0;
}

static int list(const char *what)
{
	int result = list_write(what, stdout);
	if (result == -EINVAL)
		return complain("demos, formats, rules and calls can be listed",
				"--list %s: unknown", what);
	return result < 0 ? complain(NULL, "--list %s: %s", what, strerror(-result)) : 0;
}

/* What was printed must have arrived. */
static int finish_output(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain(NULL, "standard output: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct options_error error = { { 0 }, { 0 } };
	int status = 0;

	/* Payloads are UTF-8 whatever the terminal's language is. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
	if (options_parse(&options, argc, argv, &error) < 0) {
		options_done(&options);
		return complain(error.hint, "%s", error.what);
	}
	switch (options.action) {
	case ACTION_TRACE:
		status = trace(&options);
		break;
	case ACTION_PLAY:
		status = play(&options);
		break;
	case ACTION_REPLAY:
		status = replay(&options);
		break;
	case ACTION_LIST:
		status = finish_output(list(options.list));
		break;
	case ACTION_HELP:
		options_help(stdout);
		status = finish_output(0);
		break;
	case ACTION_VERSION:
		puts("socktrace " SOCKTRACE_VERSION);
		status = finish_output(0);
		break;
	}
	options_done(&options);
	return status;
}
