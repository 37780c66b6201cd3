#include "formatters/markdown/escape.h"

#include <string.h>

/* What has a meaning inside a line. A backslash takes it from any punctuation (CommonMark 2.4). */
static bool is_special(const char *at)
{
	if (*at == ':')
		return strncmp(at, "://", 3) == 0; /* GitHub makes a link of it */
	if (*at == '.')
		return false;
	return *at && strchr("\\`*_{}[]<>#|~$!^", *at);
}

static bool is_letter_or_digit(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* Whether GitHub would look for an e-mail address around this @, even after a backslash. */
static bool is_mail(const char *words, const char *at)
{
	if (*at != '@' || at == words || !at[1])
		return false;
	return (is_letter_or_digit(at[-1]) || strchr(".+-_", at[-1])) &&
	       (is_letter_or_digit(at[1]) || strchr("-_", at[1]));
}

/* What has one at the beginning of a line: lists, and lines below a heading. */
static size_t put_beginning(struct line *line, const char *words)
{
	size_t digits = strspn(words, "0123456789");
	if (*words && strchr("-+=", *words)) {
		line_format(line, "\\%c", *words);
		return 1;
	}
	if (!digits || (words[digits] != '.' && words[digits] != ')'))
		return 0;
	line_format(line, "%.*s\\%c", (int)digits, words, words[digits]);
	return digits + 1;
}

/* Whether nothing but the signs of a quotation or a list stands before. */
static bool is_beginning(const struct line *line)
{
	size_t i = line->size;
	while (i && strchr("> -", line->bytes[i - 1]))
		i--;
	return i == 0 || line->bytes[i - 1] == '\n';
}

/* How much from there on has no meaning. */
static size_t plain_length(const char *words, const char *at)
{
	size_t plain = 0;
	while (at[plain] && at[plain] != '&' && !is_special(at + plain) &&
	       strncmp(at + plain, "www.", 4) != 0 && !is_mail(words, at + plain))
		plain++;
	return plain;
}

void prose_put(struct line *line, const char *words)
{
	struct line inert = { 0 };
	line_name(&inert, words);
	const char *text = line_string(&inert) + strspn(line_string(&inert), " ");
	const char *at = text;
	at += is_beginning(line) ? put_beginning(line, at) : 0;
	while (*at) {
		size_t plain = plain_length(text, at);
		line_name_part(line, at, plain);
		at += plain;
		if (*at == '@') {
			line_put(line, "`@`");
			at++;
		} else if (*at == 'w') {
			line_put(line, "www\\.");
			at += 4;
		} else if (*at == '&') {
			line_put(line, "&amp;");
			at++;
		} else if (*at) {
			line_format(line, "\\%c", *at++);
		}
	}
	line_done(&inert);
}

/* The longest row of backticks. */
static size_t longest_row(const char *words)
{
	size_t longest = 0;
	while (*words) {
		size_t row = strspn(words, "`");
		longest = row > longest ? row : longest;
		words += row ? row : 1;
	}
	return longest;
}

static void put_row(struct line *line, size_t count)
{
	while (count--)
		line_put(line, "`");
}

void code_put(struct line *line, const char *words)
{
	struct line inert = { 0 };
	line_name(&inert, words);
	const char *text = line_string(&inert);
	size_t row = longest_row(text) + 1;
	/* One blank at each end is taken away again, so that a backtick may stand there. */
	const char *pad = *text == '`' || *text == ' ' || row > 1 ? " " : "";
	if (*text) {
		put_row(line, row);
		line_format(line, "%s%s%s", pad, text, pad);
		put_row(line, row);
	}
	line_done(&inert);
}

void fence_put(struct line *line, const char *language, const char *text)
{
	enum { SHORTEST = 3 };
	size_t row = longest_row(text) + 1;
	row = row < SHORTEST ? SHORTEST : row;
	put_row(line, row);
	line_put(line, language);
	line_break(line);
	line_put(line, text);
	if (*text && text[strlen(text) - 1] != '\n')
		line_break(line);
	put_row(line, row);
	line_break(line);
}
