#include "scenario_parser.h"

#include "support/arena.h"
#include "support/language.h"
#include "support/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

/* --- texts: title, lesson ---------------------------------------------------------------- */

/* "[zh]: words" and ": words" -> the language; *rest is then ": words". */
static size_t take_language(char **rest)
{
	if (**rest != '[')
		return SCENARIO_ENGLISH;
	for (size_t language = 0; language < SCENARIO_LANGUAGES; language++) {
		const char *name = language_nth((unsigned)language)->name;
		size_t length = strlen(name);
		if (strncmp(*rest + 1, name, length) == 0 && (*rest)[1 + length] == ']') {
			*rest += length + 2;
			return language;
		}
	}
	return SCENARIO_LANGUAGES;
}

static int parse_text(struct parser *parser, char *rest, const char **texts)
{
	size_t language = take_language(&rest);
	if (language == SCENARIO_LANGUAGES)
		return parser_refuse(parser, _("unknown language: neither [en] nor [zh]"));
	if (*rest != ':')
		return parser_refuse(parser, _("the colon is missing"));
	if (texts[language])
		return parser_refuse(parser, _("this was said before in the same language"));
	texts[language] = parser->text = parser_skip_blanks(rest + 1);
	return 0;
}

static int parse_title(struct parser *parser, char *rest)
{
	return parse_text(parser, rest, parser->scenario->title);
}

static int parse_lesson(struct parser *parser, char *rest)
{
	return parse_text(parser, rest, parser->scenario->lesson);
}

static int parse_show(struct parser *parser, char *rest)
{
	struct selection shown = { 0 };
	const char *bad = rest;
	size_t length = 0;
	if (parser->scenario->step_count)
		return parser_refuse(parser, _("stands above the first start"));
	if (selection_parse(&shown, rest, &bad, &length) < 0)
		return parser_refuse_word(parser, _("no such call or class"), bad);
	selection_add(&parser->scenario->shown, &shown);
	return 0;
}

/* From the CJK radicals (U+2E80) on, scripts are written without spaces between words. */
static bool spaceless(uint32_t code)
{
	return code >= 0x2E80;
}

static uint32_t last_character(const char *text)
{
	uint32_t code = 0;
	size_t left = strlen(text);
	for (size_t length; left; text += length, left -= length)
		length = utf8_length(text, left, &code);
	return code;
}

/* A line break is a space, but none in a script that has no spaces. */
static int continue_text(struct parser *parser, char *words)
{
	uint32_t next = 0;
	size_t length = strlen(words);
	char *end = parser->text + strlen(parser->text);
	utf8_length(words, length, &next);
	if (end != parser->text && !(spaceless(last_character(parser->text)) || spaceless(next)))
		*end++ = ' ';
	memmove(end, words, length + 1);
	return 0;
}

/* --- lines ------------------------------------------------------------------------------- */

struct statement {
	const char *word;
	int (*parse)(struct parser *parser, char *rest);
};

static const struct statement statements[] = {
	{ "title", parse_title }, { "lesson", parse_lesson }, { "start", parser_start },
	{ "when", parser_when },  { "stop", parser_stop },    { "expect", parser_expect },
	{ "type", parser_type },  { "end", parser_end },      { "sysctl", parser_sysctl },
	{ "show", parse_show },   { "link", parser_link },
};

/* Indented below a `start`, each with a colon. */
static const struct statement attributes[] = {
	{ "input", parser_input },
	{ "python", parser_python },
};

static const struct statement *find_statement(const struct statement *table, size_t count,
					      const char *word, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(table[i].word) == length && strncmp(table[i].word, word, length) == 0)
			return &table[i];
	return NULL;
}

static int parse_statement(struct parser *parser, char *line)
{
	size_t length = strcspn(line, " \t:[");
	const struct statement *statement =
		find_statement(statements, sizeof statements / sizeof *statements, line, length);
	if (!statement)
		return parser_refuse_word(parser, _("unknown statement"), parser_take_word(&line));
	parser->text = NULL;
	parser->started = NULL;
	/* A text says its language right behind the word; the others have words. */
	bool text = statement->parse == parse_title || statement->parse == parse_lesson;
	return statement->parse(parser, text ? line + length : parser_skip_blanks(line + length));
}

static int parse_indented(struct parser *parser, char *line)
{
	if (parser->text)
		return continue_text(parser, line);
	if (!parser->started)
		return parser_refuse(parser, _("an indented line that belongs to nothing"));
	size_t length = strcspn(line, " \t:");
	const struct statement *attribute =
		find_statement(attributes, sizeof attributes / sizeof *attributes, line, length);
	if (!attribute)
		return parser_refuse_word(parser, _("neither `input:` nor `python:`"),
					  parser_take_word(&line));
	if (line[length] != ':')
		return parser_refuse(parser, _("the colon is missing"));
	return attribute->parse(parser, parser_skip_blanks(line + length + 1));
}

static int parse_line(struct parser *parser, char *line)
{
	char *words = parser_skip_blanks(line);
	parser_strip_end(words);
	if (!*words || *words == '#')
		return 0;
	return words == line ? parse_statement(parser, line) : parse_indented(parser, words);
}

static bool is_control(uint32_t code, const char *next, size_t left)
{
	bool line_end = code == '\n' || (code == '\r' && left && *next == '\n');
	return (code < ' ' && code != '\t' && !line_end) || (code >= 0x7F && code < 0xA0);
}

/* Text, not bytes: UTF-8, no control characters, or a lesson could play with a terminal. */
static int check_text(struct parser *parser, const char *text, size_t size)
{
	for (parser->line = 1; size;) {
		uint32_t code = 0;
		size_t length = utf8_length(text, size, &code);
		if (!length)
			return parser_refuse(parser, _("not UTF-8"));
		text += length;
		size -= length;
		if (is_control(code, text, size))
			return parser_refuse(parser, _("a control character"));
		parser->line += code == '\n';
	}
	return 0;
}

static int parse_lines(struct parser *parser, char *text)
{
	parser->line = 1;
	for (char *end; (end = strchr(text, '\n')); text = end + 1, parser->line++) {
		*end = '\0';
		int error = parse_line(parser, text);
		if (error)
			return error;
	}
	parser->line = 0;
	return 0;
}

static bool starts_something(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].kind == STEP_START)
			return true;
	return false;
}

/* What must be there in the end, and what stands for what is missing. */
static int complete(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	const char **title = scenario->title, **lesson = scenario->lesson;
	if (!title[SCENARIO_ENGLISH])
		return parser_refuse(parser, _("the title is missing"));
	if (!starts_something(scenario))
		return parser_refuse(parser, _("it starts no program"));
	if (!title[SCENARIO_CHINESE])
		title[SCENARIO_CHINESE] = title[SCENARIO_ENGLISH];
	if (!lesson[SCENARIO_CHINESE])
		lesson[SCENARIO_CHINESE] = lesson[SCENARIO_ENGLISH];
	return 0;
}

static int parse_all(struct parser *parser, const char *text, size_t size)
{
	struct scenario *scenario = parser->scenario;
	int error = size > SCENARIO_MAX_SIZE
			    ? parser_refuse(parser, _("larger than %d bytes"), SCENARIO_MAX_SIZE)
			    : check_text(parser, text, size);
	if (error)
		return error;
	scenario->arena = arena_new();
	if (!scenario->arena)
		return -ENOMEM;
	scenario->steps = arena_zero(scenario->arena, SCENARIO_MAX_STEPS * sizeof(struct step));
	char *copy = arena_printf(scenario->arena, "%.*s\n", (int)size, text);
	if (!scenario->steps || !copy)
		return -ENOMEM;
	error = parse_lines(parser, copy);
	return error ? error : complete(parser);
}

int scenario_parse(struct scenario *ret, const char *text, size_t size,
		   struct scenario_error *ret_error)
{
	struct scenario scenario = { 0 };
	struct parser parser = { .scenario = &scenario, .error = ret_error };
	int error = parse_all(&parser, text, size);
	if (error)
		scenario_done(&scenario);
	else
		*ret = scenario;
	return error;
}

void scenario_done(struct scenario *scenario)
{
	sysctls_done(&scenario->sysctls);
	arena_free(scenario->arena);
	*scenario = (struct scenario){ 0 };
}

const char *scenario_text(const char *const texts[SCENARIO_LANGUAGES], const char *language)
{
	for (unsigned i = 0; i < SCENARIO_LANGUAGES; i++)
		if (strcmp(language_nth(i)->name, language) == 0)
			return texts[i];
	return texts[SCENARIO_ENGLISH];
}

struct record_words scenario_words(const char *const texts[SCENARIO_LANGUAGES])
{
	struct record_words words = { 0 };
	for (unsigned i = 0; i < SCENARIO_LANGUAGES; i++)
		if (texts[i] && (i == SCENARIO_ENGLISH || texts[i] != texts[SCENARIO_ENGLISH]))
			words.in[words.count++] = (struct record_translation){
				.lang = language_nth(i)->name,
				.words = texts[i],
			};
	return words;
}

static bool stopped_by(const struct scenario *scenario, const char *name, int signal)
{
	for (size_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];
		if (step->kind == STEP_STOP && step->signal == signal &&
		    strcmp(step->name, name) == 0)
			return true;
	}
	return false;
}

bool scenario_ended_well(const struct scenario *scenario, const struct step *start, int wait_status)
{
	int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
	switch (start->expected.how) {
	case EXPECT_STATUS:
		return status == start->expected.number;
	case EXPECT_SIGNAL:
		return signal == start->expected.number;
	case EXPECT_SUCCESS:
		return status == 0 || (signal && stopped_by(scenario, start->name, signal));
	}
	return false;
}
