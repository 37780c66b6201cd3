#include "scenario_parser.h"

#include "support/arena.h"
#include "support/auto.h"
#include "support/language.h"
#include "support/names.h"
#include "support/text.h"
#include "support/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STATUS = 255 /* wait(2): a status has eight bits */, MAX_SIGNAL = 31 };

/* --- complaints -------------------------------------------------------------------------- */

int parser_refuse(const struct parser *parser, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	parser->error->line = parser->line;
	vsnprintf(parser->error->message, sizeof parser->error->message, format, args);
	va_end(args);
	return -EINVAL;
}

int parser_refuse_word(const struct parser *parser, const char *what, const char *word)
{
	char shown[64];
	text_escape(shown, sizeof shown, word, strlen(word));
	return parser_refuse(parser, "%s: \"%s\"", what, shown);
}

/* --- words of a line --------------------------------------------------------------------- */

char *parser_skip_blanks(char *text)
{
	return text + strspn(text, " \t");
}

void parser_strip_end(char *text)
{
	size_t length = strlen(text);
	while (length && strchr(" \t\r", text[length - 1]))
		length--;
	text[length] = '\0';
}

char *parser_take_word(char **rest)
{
	char *word = parser_skip_blanks(*rest);
	char *end = word + strcspn(word, " \t");
	*rest = *end ? parser_skip_blanks(end + 1) : end;
	*end = '\0';
	return word;
}

static bool name_valid(const char *name)
{
	size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-_");
	return length > 0 && length <= SCENARIO_MAX_NAME && name[length] == '\0';
}

static struct step *find_start(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].kind == STEP_START &&
		    strcmp(scenario->steps[i].name, name) == 0)
			return &scenario->steps[i];
	return NULL;
}

struct step *parser_take_started(struct parser *parser, char **rest)
{
	const char *name = parser_take_word(rest);
	struct step *start = find_start(parser->scenario, name);
	if (!start)
		parser_refuse_word(parser, _("no program of this name was started above"), name);
	return start;
}

struct step *parser_add_step(struct parser *parser, enum step_kind kind, const char *name)
{
	struct scenario *scenario = parser->scenario;
	if (scenario->step_count == SCENARIO_MAX_STEPS) {
		parser_refuse(parser, _("more than %d steps"), SCENARIO_MAX_STEPS);
		return NULL;
	}
	struct step *step = &scenario->steps[scenario->step_count++];
	*step = (struct step){ .kind = kind, .line = parser->line, .name = name, .input = "" };
	return step;
}

/* "SIGTERM" or "TERM"; 0 if there is no such signal. Real-time signals have no names here. */
static int signal_named(const char *name)
{
	const char *wanted = strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
	for (int signal = 1; signal <= MAX_SIGNAL; signal++)
		if (strcmp(signal_name(signal) + 3, wanted) == 0)
			return signal;
	return 0;
}

/* --- programs ---------------------------------------------------------------------------- */

/* A copy of the words in the arena; first, if there is one, comes before them. */
static char **copy_words(struct arena *arena, const char *first, char *const *words)
{
	size_t count = 0;
	while (words[count])
		count++;
	char **copy = arena_alloc(arena, (count + 2) * sizeof *copy);
	if (!copy)
		return NULL;
	size_t used = 0;
	if (first && !(copy[used++] = arena_copy(arena, first)))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!(copy[used++] = arena_copy(arena, words[i])))
			return NULL;
	copy[used] = NULL;
	return copy;
}

static int take_command(struct parser *parser, const char *text, const char *first, char ***ret)
{
	autofree char **words = NULL;
	int error = words_split(text, &words);
	if (error == -EINVAL)
		return parser_refuse(parser,
				     _("a quote is left open, or the line ends in a backslash"));
	if (error)
		return error;
	if (!words[0] || !*words[0])
		return parser_refuse(parser, _("the program is missing"));
	*ret = copy_words(parser->scenario->arena, first, words);
	return *ret ? 0 : -ENOMEM;
}

/* By default ./server 8000 becomes python3 ./server.py 8000; a program that is searched in
 * PATH has no twin and stays what it is. */
static int set_default_twin(struct arena *arena, struct step *start)
{
	bool ours = strchr(start->argv[0], '/');
	char **twin = copy_words(arena, ours ? "python3" : NULL, start->argv);
	if (twin && ours && !(twin[1] = arena_printf(arena, "%s.py", start->argv[0])))
		return -ENOMEM;
	start->python = twin;
	return twin ? 0 : -ENOMEM;
}

/* "NAME: words" -> NAME; *rest is then "words". NULL: there is no colon. */
static char *take_name(char **rest)
{
	char *name = *rest;
	char *colon = strchr(name, ':');
	if (!colon)
		return NULL;
	*colon = '\0';
	parser_strip_end(name);
	*rest = parser_skip_blanks(colon + 1);
	return name;
}

int parser_start(struct parser *parser, char *rest)
{
	char *name = take_name(&rest);
	if (!name)
		return parser_refuse(parser,
				     _("the colon is missing: start NAME: PROGRAM ARGUMENT..."));
	if (!name_valid(name))
		return parser_refuse_word(parser, _("not a name of letters, digits, - and _"),
					  name);
	if (find_start(parser->scenario, name))
		return parser_refuse_word(parser, _("two programs of one name"), name);

	struct step *start = parser_add_step(parser, STEP_START, name);
	if (!start)
		return -EINVAL;
	parser->started = start;
	parser->input_end = NULL;
	int error = take_command(parser, rest, NULL, &start->argv);
	return error ? error : set_default_twin(parser->scenario->arena, start);
}

/* Lines of input are put together where the first one stands; the newline behind a line
 * has its place, since the copy of the file ends in one. */
int parser_input(struct parser *parser, char *rest)
{
	struct step *start = parser->started;
	size_t length = strlen(rest);
	if (start->input_later)
		return parser_refuse(parser, _("after `input: later` only `type` has more"));
	start->input_later = strcmp(rest, "later") == 0;
	if (start->input_later)
		return 0;
	if (!parser->input_end)
		start->input = parser->input_end = rest;
	memmove(parser->input_end, rest, length);
	parser->input_end[length] = '\n';
	parser->input_end += length + 1;
	start->input_size += length + 1;
	return 0;
}

int parser_python(struct parser *parser, char *rest)
{
	return take_command(parser, rest, "python3", &parser->started->python);
}

/* The program whose input the scenario types; NULL with the error filled in. */
static struct step *find_typed(struct parser *parser, const char *name)
{
	struct step *start = find_start(parser->scenario, name);
	if (!start)
		parser_refuse_word(parser, _("no program of this name was started above"), name);
	else if (!start->input_later)
		parser_refuse_word(parser, _("its start has no `input: later`"), name);
	else if (start->input_ended)
		parser_refuse_word(parser, _("its input was ended above"), name);
	else
		return start;
	return NULL;
}

int parser_type(struct parser *parser, char *rest)
{
	const char *name = take_name(&rest);
	if (!name)
		return parser_refuse(parser, _("the colon is missing: type NAME: TEXT"));
	const struct step *start = find_typed(parser, name);
	struct step *step = start ? parser_add_step(parser, STEP_TYPE, start->name) : NULL;
	if (!step)
		return -EINVAL;
	step->input = rest;
	step->input_size = strlen(rest) + 1;
	/* As in parser_input(): its place is there. */
	rest[step->input_size - 1] = '\n';
	return 0;
}

int parser_end(struct parser *parser, char *rest)
{
	struct step *start = find_typed(parser, rest);
	if (!start)
		return -EINVAL;
	start->input_ended = true;
	return parser_add_step(parser, STEP_END, start->name) ? 0 : -EINVAL;
}

/* --- the other steps --------------------------------------------------------------------- */

int parser_stop(struct parser *parser, char *rest)
{
	const struct step *start = parser_take_started(parser, &rest);
	if (!start)
		return -EINVAL;
	int signal = signal_named(*rest ? rest : "SIGTERM");
	if (!signal)
		return parser_refuse_word(parser, _("unknown signal"), rest);
	struct step *step = parser_add_step(parser, STEP_STOP, start->name);
	if (!step)
		return -EINVAL;
	step->signal = signal;
	return 0;
}

static bool status_number(const char *text, int *ret_status)
{
	char *end;
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	long status = strtol(text, &end, 10);
	if (errno || *end || status > MAX_STATUS)
		return false;
	*ret_status = (int)status;
	return true;
}

int parser_expect(struct parser *parser, char *rest)
{
	struct step *start = parser_take_started(parser, &rest);
	if (!start)
		return -EINVAL;
	if (start->expected.how != EXPECT_SUCCESS)
		return parser_refuse(parser, _("two expectations for one program"));
	const char *how = parser_take_word(&rest);
	if (strcmp(how, "status") == 0) {
		start->expected.how = EXPECT_STATUS;
		return status_number(rest, &start->expected.number)
			       ? 0
			       : parser_refuse_word(parser, _("not a status from 0 to 255"), rest);
	}
	if (strcmp(how, "signal") == 0) {
		start->expected.how = EXPECT_SIGNAL;
		start->expected.number = signal_named(rest);
		return start->expected.number
			       ? 0
			       : parser_refuse_word(parser, _("unknown signal"), rest);
	}
	return parser_refuse_word(parser, _("neither `status N` nor `signal NAME`"), how);
}
