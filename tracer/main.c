/* socktrace: what the command line asks for, and the exit status. */
#include "complaints.h"
#include "demo.h"
#include "director.h"
#include "explaining.h"
#include "isolation.h"
#include "lists.h"
#include "options.h"
#include "progress.h"
#include "replay/replay.h"
#include "scenario.h"
#include "session.h"
#include "speaking.h"

#include "support/arena.h"
#include "support/auto.h"
#include "support/language.h"
#include "support/text.h"

#include <errno.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int run(const struct options *options, struct director *director)
{
	struct outputs *outputs;
	struct session_result result = { 0 };
	const char *path = NULL;

	int opened = outputs_open(&outputs, options, &path);
	if (opened == -EEXIST)
		return complain(NULL, _("-o %s: two outputs in one file"), path);
	if (opened < 0)
		return complain_output(path ? path : _("output"), -opened);
	int traced = session_run(options, outputs, director, &result);
	int written = outputs_close(outputs);

	if (result.failure.error)
		return complain_launch(result.failure_name, result.failure);
	if (result.wire_error)
		return complain(
			result.wire_error == -EPERM
				? _("as root it works, or in a network of its own: --isolate")
				: _("--wire=off goes without"),
			_("wire: %s"), strerror(-result.wire_error));
	if (result.step_error)
		return complain(_("a person has to press keys: run it in a terminal"),
				_("--step: no terminal: %s"), strerror(-result.step_error));
	if (*result.step_reader)
		return complain(_("give it a file or < /dev/null as standard input"),
				_("--step: %s reads the terminal too"), result.step_reader);
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
		return complain(NULL, _("-u %s: no such user"), user);
	if (user && geteuid() != 0)
		return complain(_("only root may become another user"), _("-u %s: not permitted"),
				user);
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
	status = result < 0 ? complain_program(name ? name : _("program"), -result) : 0;
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
		return complain(_("socktrace --list demos names them"),
				_("--demo %s: no such demo"), options->demo);
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
	status = result < 0 ? complain_program(name ? name : _("scenario"), -result) : 0;
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
	struct progress progress;
	bool any;
};

static int emit(void *context, const struct record *record)
{
	struct replayed *replayed = context;
	struct arena *arena = arena_new();
	if (!arena)
		return -ENOMEM;
	replayed->any = true;
	verdict_see(&replayed->verdict, record);
	outputs_write(replayed->outputs, speaking_again(arena, record));
	progress_record(&replayed->progress, record);
	arena_free(arena);
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
		return complain(NULL, _("-o %s: is the file replayed, or two outputs in one file"),
				path);
	if (result < 0)
		return complain_output(path, -result);
	signal(SIGXFSZ, SIG_IGN); /* a limit on files is told as a full disk is */
	struct replayed replayed = {
		.outputs = outputs,
		.verdict = { .rules = options->check_rules },
	};
	if (!outputs_on_terminal(outputs))
		progress_begin(&replayed.progress, file);
	result = replay_run(file, emit, &replayed, &error);
	int written = outputs_close(outputs);
	progress_end(&replayed.progress);
	if (result == -EBADMSG) {
		char message[4 * sizeof error.message];
		text_escape(message, sizeof message, error.message, strlen(error.message));
		return complain(NULL, "%s:%lu: %s", options->replay, error.line, message);
	}
	if (result == 0 && !replayed.any)
		return complain(NULL, _("%s: is empty, no recording"), options->replay);
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
		return complain("socktrace --list " LISTS, _("--list %s: unknown"), what);
	return result < 0 ? complain(NULL, "--list %s: %s", what, strerror(-result)) : 0;
}

static int explain(const struct options *options)
{
	char hint[256];
	int result = explain_write(options, stdout);
	if (result != -ENOENT)
		return result < 0 ? complain(NULL, "--explain: %s", strerror(-result)) : 0;
	explain_nearest(options->explain, hint, sizeof hint);
	return complain(hint, _("--explain %s: no such topic"), options->explain);
}

/* What was printed must have arrived. */
static int finish_output(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain(NULL, _("standard output: %s"), strerror(errno));
	return status;
}

/* In the environment's language, until the command line names another. */
static int parse(struct options *options, int argc, char **argv)
{
	struct options_error error = { { 0 }, { 0 } };
	/* Where its texts are not there nobody has asked for them: then it is English. */
	speaking_use(language_of_locale());
	int result = options_parse(options, argc, argv, &error);
	const struct language *wanted = options->language;
	if (wanted && wanted != language_used()) {
		if (speaking_use(wanted) < 0)
			return complain(
				_("it was built without gettext's msgfmt, or its files were "
				  "moved"),
				_("--lang=%s: the texts in this language are not there"),
				wanted->name);
		if (result < 0) { /* once more, in words of that language */
			options_done(options);
			result = options_parse(options, argc, argv, &error);
		}
	}
	const char *what = *error.what ? error.what : strerror(-result); /* ENOMEM tells no more */
	return result < 0 ? complain(error.hint, "%s", what) : 0;
}

int main(int argc, char **argv)
{
	struct options options;

	/* Payloads are UTF-8 whatever the terminal's language is. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
	int status = parse(&options, argc, argv);
	if (status) {
		options_done(&options);
		return status;
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
	case ACTION_EXPLAIN:
		status = finish_output(explain(&options));
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
