/* The options as people read them, and as programs do. */
#include "lists.h"
#include "options.h"
#include "selection.h"

#include "support/language.h"

#include <ctype.h>
#include <string.h>

/* What stands before --help's sentences; where it is longer, they have a line of their own. */
enum { HELP_WIDTH = 28 };

void options_help(FILE *file)
{
	struct option_text option;
	size_t position = 0;

	fputs(_("socktrace - traces the socket calls of programs, and explains them"), file);
	fputs(_("\n\n"
		"  socktrace [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
		"  socktrace [OPTION]... -p PID[,PID]...\n"
		"  socktrace [OPTION]... --demo DEMO [--python]\n"
		"  socktrace [OPTION]... --scenario FILE\n"
		"  socktrace [OPTION]... --replay FILE.jsonl\n"
		"  socktrace --explain TOPIC\n"
		"  socktrace --list WHAT\n\n"),
	      file);
	while (options_next(&position, &option)) {
		if (!option.help)
			continue;
		int width = option.letter ? fprintf(file, "  -%c", option.letter)
					  : fprintf(file, "    ");
		if (option.name)
			width += fprintf(file, "%s --%s", option.letter ? "," : " ", option.name);
		if (option.argument)
			width += fprintf(file, "%s%s",
					 !option.name              ? " "
					 : *option.argument == '[' ? ""
								   : "=",
					 option.argument);
		if (width > HELP_WIDTH)
			width = fprintf(file, "\n") - 1;
		fprintf(file, "%*s %s\n", HELP_WIDTH - width, "", option.help);
	}
}

/* --- for programs ------------------------------------------------------------------------------
 */

/* TOPIC has a list where "topics" is one of LISTS. */
static bool has_list(const char *word, size_t length)
{
	for (const char *list = LISTS; *list; list += strcspn(list, "|"), list += *list == '|')
		if (strcspn(list, "|") == length + 1 && strncasecmp(list, word, length) == 0)
			return true;
	return false;
}

/* What may stand for the argument, made of how --help writes it: "[=full|off]", "[=RULE,...]". */
static void put_values(FILE *file, const char *argument)
{
	if (strncmp(argument, "[=", 2) == 0)
		argument += 2;
	size_t length = strcspn(argument, "],");
	bool is_list = has_list(argument, length);

	if (strcmp(argument, "SET") == 0) {
		for (size_t n = 0; selection_class_name(n); n++)
			fprintf(file, "%s|", selection_class_name(n));
		fputs("@calls", file);
	} else if (is_list) {
		fputc('@', file);
		for (size_t i = 0; i < length; i++)
			fputc(tolower((unsigned char)argument[i]), file);
		fputc('s', file);
	} else if (memchr(argument, '|', length)) {
		fwrite(argument, 1, length, file);
	} else {
		fputc('-', file);
	}
}

void options_list(FILE *file)
{
	struct option_text option;
	size_t position = 0;

	while (options_next(&position, &option)) {
		fprintf(file, option.letter ? "-%c " : "-  ", option.letter);
		fprintf(file, "%s%-11s ", option.name ? "--" : "- ",
			option.name ? option.name : "");
		fprintf(file, "%-14s ", option.argument ? option.argument : "-");
		put_values(file, option.argument ? option.argument : "");
		fprintf(file, " %s\n", option.help ? option.help : "-");
	}
}
