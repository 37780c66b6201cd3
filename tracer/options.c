#include "options.h"

#include "lists.h"
#include "option_values.h"

#include "source/native.h"
#include "support/language.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
	DEFAULT_CAPTURE = 65536,
	DEFAULT_SHOW = 64,
	DEFAULT_CLASSES = CLASS_SETUP | CLASS_DATA | CLASS_OPTIONS | CLASS_PROCESS,
};

/* Codes of options without a letter. */
enum {
	CODE_CLIENT = 256,
	CODE_NO_FOLLOW,
	CODE_ISOLATE,
	CODE_SYSCTL,
	CODE_LINGER,
	CODE_SOCKETS,
	CODE_STEP,
	CODE_DEMO,
	CODE_SCENARIO,
	CODE_PYTHON,
	CODE_KEEP,
	CODE_REPLAY,
	CODE_LIST,
	CODE_EXPLAIN,
	CODE_FORMAT,
	CODE_CAPTURE,
	CODE_COLOR,
	CODE_WIRE,
	CODE_NOTES,
	CODE_CHECK,
	CODE_LANG,
	CODE_SOURCE,
};

static const struct row {
	int code;
	const char *name;     /* NULL: it has only a letter */
	const char *argument; /* NULL: it takes none; "[=...]": it may have one */
	const char *help;     /* NULL: accepted, not worth a line */
} rows[] = {
	{ 'p', "attach", "PID,...", N_("attach to running processes; Ctrl-C lets them go on") },
	{ CODE_CLIENT, "client", "COMMAND",
	  N_("start COMMAND, traced too, as soon as the program listens") },
	{ CODE_KEEP, "keep", NULL, N_("leave the program running after the last client") },
	{ 'f', NULL, NULL, NULL },
	{ CODE_NO_FOLLOW, "no-follow", NULL, N_("do not trace children") },
	{ CODE_ISOLATE, "isolate", NULL,
	  N_("run in a network of its own: no root, no port clash") },
	{ CODE_SYSCTL, "sysctl", "NAME=VALUE", N_("a setting of that network, below net.") },
	{ 'u', NULL, "USER", N_("run the program as USER (root only)") },
	{ 'E', NULL, "VAR[=VALUE]", N_("set a variable of the program, or remove it") },
	{ CODE_WIRE, "wire", "[=full|off]",
	  N_("show the segments under the call that caused them (on in an isolated network); "
	     "full: their headers field by field") },
	{ CODE_NOTES, "notes", "first|all|none",
	  N_("explain things the first time, each time, never (first)") },
	{ CODE_CHECK, "check", "[=RULE,...]",
	  N_("end with status 1 if there was a mistake (of these rules)") },
	{ CODE_SOURCE, "source", "auto|off",
	  N_("the line of C or Python that made each call (auto)") },
	{ 'k', NULL, NULL, N_("the stack of each call too") },
	{ CODE_LINGER, "linger", "SECONDS", N_("follow what remains after the last call so long") },
	{ CODE_SOCKETS, "sockets", NULL, N_("all sockets at the end, and at each SIGUSR1") },
	{ CODE_STEP, "step", NULL,
	  N_("hold all lanes before each call that is shown, and wait for a key") },
	{ CODE_DEMO, "demo", "DEMO", N_("run a lesson; --list demos names them") },
	{ CODE_SCENARIO, "scenario", "FILE", N_("run a lesson of your own") },
	{ CODE_PYTHON, "python", NULL,
	  N_("with these two: the Python programs instead of the C ones") },
	{ CODE_REPLAY, "replay", "FILE.jsonl", N_("make transcripts from a recording") },
	{ CODE_LIST, "list", LISTS, N_("list all there are, with a word about each") },
	{ CODE_EXPLAIN, "explain", "TOPIC",
	  N_("explain a call, an errno, a state, an option, a concept; --list topics names them") },
	{ 'e', "trace", "SET",
	  N_("show these calls: setup, data, options, wait, process, output, all, names, !x") },
	{ 'z', NULL, NULL, N_("show only calls that succeeded") },
	{ 'Z', NULL, NULL, N_("show only calls that failed") },
	{ 's', "bytes", "N", N_("payload bytes shown (64)") },
	{ CODE_CAPTURE, "capture", "N", N_("payload bytes recorded for each call (65536)") },
	{ 't', NULL, NULL, N_("wall clock; -tt with microseconds; -ttt since 1970") },
	{ 'r', NULL, NULL, N_("time since the line before") },
	{ 'T', NULL, NULL, N_("time spent in each call") },
	{ 'c', NULL, NULL,
	  N_("count calls, time, bytes and errors, by call and by socket; nothing else without "
	     "-o") },
	{ 'y', NULL, NULL, NULL },
	{ CODE_COLOR, "color", "auto|always|never", N_("colours (auto; NO_COLOR is honoured)") },
	{ 'o', "output", "FILE",
	  N_("write to FILE, in the format its name ends with; - standard output; |COMMAND; "
	     "repeatable") },
	{ CODE_FORMAT, "format", "FORMAT", N_("the format of the next -o, or of standard error") },
	{ CODE_LANG, "lang", "en|zh",
	  N_("the language of everything explained (from LC_ALL, LC_MESSAGES, LANG)") },
	{ 'q', "quiet", NULL, N_("no start and end lines") },
	{ 'h', "help", NULL, N_("this text") },
	{ 'V', "version", NULL, N_("the version") },
};

static int parse_one(struct parser *parser, int code, const char *argument)
{
	struct options *options = parser->options;
	switch (code) {
	case CODE_CLIENT:
		return option_append(&options->clients, &options->client_count, argument);
	case 'p':
		return option_append(&options->attach, &options->attach_count, argument);
	case CODE_KEEP:
		options->keep = true;
		return 0;
	case CODE_NO_FOLLOW:
		options->no_follow = true;
		return 0;
	case CODE_ISOLATE:
		options->isolate = true;
		return 0;
	case CODE_SOCKETS:
		options->sockets = true;
		return 0;
	case CODE_STEP:
		options->step = true;
		return 0;
	case CODE_LINGER:
		return option_number(parser, "--linger", argument, MOST_SECONDS, &options->linger);
	case CODE_SYSCTL:
		return option_sysctl(parser, argument);
	case CODE_DEMO:
		options->demo = argument;
		return 0;
	case CODE_SCENARIO:
		options->scenario = argument;
		return 0;
	case CODE_PYTHON:
		options->python = true;
		return 0;
	case CODE_REPLAY:
		options->replay = argument;
		return 0;
	case CODE_LIST:
		options->list = argument;
		return 0;
	case CODE_EXPLAIN:
		options->explain = argument;
		return 0;
	case CODE_FORMAT:
		return option_format(parser, argument);
	case CODE_CAPTURE:
		return option_number(parser, "--capture", argument, MOST_BYTES, &options->capture);
	case CODE_COLOR:
		return option_color(parser, argument);
	case CODE_WIRE:
		return option_wire(parser, argument);
	case CODE_NOTES:
		return option_notes(parser, argument);
	case CODE_CHECK:
		return option_check(parser, argument);
	case CODE_LANG:
		return option_language(parser, argument);
	case CODE_SOURCE:
		return option_source(parser, argument);
	case 'k':
		options->stack = true;
		return 0;
	case 'u':
		options->user = argument;
		return 0;
	case 'E':
		return option_append(&options->environment, &options->environment_count, argument);
	case 'e':
		return option_set(parser, argument);
	case 'z':
		options->only_successful = true;
		return 0;
	case 'Z':
		options->only_failed = true;
		return 0;
	case 's':
		return option_number(parser, "-s", argument, MOST_BYTES, &options->show_bytes);
	case 't':
		options->time_letters++;
		return 0;
	case 'r':
		options->relative = true;
		return 0;
	case 'T':
		options->duration = true;
		return 0;
	case 'c':
		options->counts = true;
		return 0;
	case 'o':
		return option_output(parser, argument);
	case 'q':
		options->quiet = true;
		return 0;
	case 'h':
		options->action = ACTION_HELP;
		return 0;
	case 'V':
		options->action = ACTION_VERSION;
		return 0;
	default: /* -f, -y: it is always so */
		return 0;
	}
}

/* Formats without a file: standard error, besides the files only if asked for, and so besides -c.
 */
static int settle_outputs(struct parser *parser)
{
	struct options *options = parser->options;
	int result = 0;
	if ((options->output_count == 0 && !options->counts) || parser->format)
		result = option_output(parser, NULL);
	if (result < 0 || !options->counts)
		return result;
	/* The last one: its tables come below everything else. */
	parser->format = &counts_format;
	return option_output(parser, NULL);
}

/* Which options exclude each other, and what is left to be done. */
static int settle(struct parser *parser)
{
	struct options *options = parser->options;
	struct options_error *error = parser->error;
	const char *see = _("socktrace --help shows how it is used");
	const char *plays = options->demo ? "--demo" : options->scenario ? "--scenario" : NULL;

	if (options->action != ACTION_TRACE)
		return 0;
	if (options->list || options->explain) {
		options->action = options->list ? ACTION_LIST : ACTION_EXPLAIN;
		return 0;
	}
	if (options->replay &&
	    (options->program || options->attach_count || options->client_count || plays ||
	     options->isolate || options->linger || options->step))
		return option_fail(error, see,
				   _("--replay: runs no program, so nothing else goes with it"));
	if (options->isolate && options->attach_count)
		return option_fail(
			error, see,
			_("-p and --isolate: a running process has its network already"));
	if (options->sysctls.count && !options->isolate && !plays)
		return option_fail(error, see,
				   _("--sysctl: goes with --isolate, --demo or --scenario"));
	if (options->demo && options->scenario)
		return option_fail(error, see, _("--demo and --scenario: one at a time"));
	if (plays && (options->program || options->attach_count || options->client_count))
		return option_fail(error, see, _("%s: brings its own programs"), plays);
	if (options->python && !plays)
		return option_fail(error, see, _("--python: goes with --demo or --scenario"));
	if (options->stack && !natives_exist())
		return option_fail(error, _("install libdw-dev and libelf-dev, and build it anew"),
				   _("-k: this socktrace was built without libdw"));
	if (options->only_successful && options->only_failed)
		return option_fail(error, see, _("-z and -Z: together they show nothing"));
	if (options->replay)
		options->action = ACTION_REPLAY;
	else if (plays)
		options->action = ACTION_PLAY;
	else if (!options->program && !options->attach_count)
		return option_fail(error, see, _("no program given"));
	else if (options->program && !**options->program)
		return option_fail(error, see, _("the program's name is empty"));
	return settle_outputs(parser);
}

/* getopt's tables, made from ours. */
static void make_tables(char *letters, struct option *names)
{
	*letters++ = '+'; /* stop at the first word that is no option */
	*letters++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].code < 256) {
			*letters++ = (char)rows[i].code;
			if (rows[i].argument)
				*letters++ = ':';
		}
		if (rows[i].name)
			*names++ = (struct option){
				.name = rows[i].name,
				.has_arg = !rows[i].argument          ? no_argument
					   : *rows[i].argument == '[' ? optional_argument
								      : required_argument,
				.val = rows[i].code,
			};
	}
	*letters = '\0';
	*names = (struct option){ 0 };
}

int options_parse(struct options *ret_options, int argc, char **argv,
		  struct options_error *ret_error)
{
	char letters[2 * COUNT(rows) + 3];
	struct option names[COUNT(rows) + 1];
	*ret_options = (struct options){
		.capture = DEFAULT_CAPTURE,
		.show_bytes = DEFAULT_SHOW,
		.selection = { .classes = DEFAULT_CLASSES },
	};
	struct parser parser = { .options = ret_options, .error = ret_error };
	const char *see = _("socktrace --help lists the options");

	make_tables(letters, names);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	for (int code; (code = getopt_long(argc, argv, letters, names, NULL)) != -1;) {
		const char *word = argv[optind > 1 ? optind - 1 : 1];
		int result = 0;
		bool is_name = strncmp(word, "--", 2) == 0;
		if (code == '?' && is_name)
			result = option_fail(ret_error, see,
					     optopt ? _("%s: takes no argument")
						    : _("%s: unknown option"),
					     word);
		else if (code == '?')
			result = option_fail(ret_error, see, _("-%c: unknown option"), optopt);
		else if (code == ':')
			result = option_fail(ret_error, see, _("%s: needs an argument"), word);
		else
			result = parse_one(&parser, code, optarg);
		if (result < 0)
			return result;
	}
	if (optind < argc)
		ret_options->program = argv + optind;
	if (!ret_options->selection_given &&
	    (ret_options->client_count || ret_options->demo || ret_options->scenario))
		ret_options->selection.classes |= CLASS_OUTPUT;
	return settle(&parser);
}

bool options_take(const struct options *options, bool (*takes)(const struct format *format))
{
	for (size_t i = 0; i < options->output_count; i++)
		if (takes(options->outputs[i].format))
			return true;
	return false;
}

void options_done(struct options *options)
{
	free(options->attach);
	free(options->clients);
	free(options->outputs);
	free(options->environment);
	sysctls_done(&options->sysctls);
}

bool options_next(size_t *position, struct option_text *ret_text)
{
	if (*position == COUNT(rows))
		return false;
	const struct row *row = &rows[(*position)++];
	*ret_text = (struct option_text){
		.letter = row->code < 256 ? (char)row->code : '\0',
		.name = row->name,
		.argument = row->argument,
		.help = row->help ? _(row->help) : NULL,
	};
	return true;
}
