#include "option_values.h"

#include "support/language.h"
#include "teach/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int option_fail(struct options_error *error, const char *hint, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(error->what, sizeof error->what, format, args);
	va_end(args);
	snprintf(error->hint, sizeof error->hint, "%s", hint);
	return -EINVAL;
}

/* Appends to one of the lists of strings. */
int option_append(const char ***list, size_t *count, const char *word)
{
	const char **longer = realloc(*list, (*count + 1) * sizeof *longer);
	if (!longer)
		return -ENOMEM;
	*list = longer;
	longer[(*count)++] = word;
	return 0;
}

int option_number(struct parser *parser, const char *option, const char *text, size_t most,
		  size_t *ret)
{
	char *end;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || number > most)
		return option_fail(parser->error, "", _("%s: %s: not a number from 0 to %zu"),
				   option, text, most);
	*ret = number;
	return 0;
}

static const char *extension_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	return dot ? dot + 1 : "";
}

int option_output(struct parser *parser, const char *path)
{
	struct options *options = parser->options;
	const struct format *format = parser->format;

	if (!format)
		format = path && *path != '|' ? format_for_path(path) : NULL;
	if (!format && path && *path != '|' && strcmp(extension_of(path), "json") == 0)
		return option_fail(
			parser->error,
			_("name it .jsonl for the record (.perfetto.json is another format)"),
			_("%s: the extension .json is no format"), path);
	struct output_option *longer =
		realloc(options->outputs, (options->output_count + 1) * sizeof *longer);
	if (!longer)
		return -ENOMEM;
	options->outputs = longer;
	longer[options->output_count++] = (struct output_option){
		.path = path,
		.format = format ? format : format_named("text"),
	};
	parser->format = NULL;
	return 0;
}

int option_format(struct parser *parser, const char *name)
{
	parser->format = format_named(name);
	return parser->format ? 0
			      : option_fail(parser->error, _("socktrace --list formats names them"),
					    _("--format=%s: unknown format"), name);
}

int option_color(struct parser *parser, const char *when)
{
	parser->options->colors_always = strcmp(when, "always") == 0;
	parser->options->colors_never = strcmp(when, "never") == 0;
	if (strcmp(when, "auto") == 0 || parser->options->colors_always ||
	    parser->options->colors_never)
		return 0;
	return option_fail(parser->error, _("auto, always and never are known"),
			   _("--color=%s: unknown"), when);
}

int option_wire(struct parser *parser, const char *how)
{
	enum wire_option wire = !how                       ? WIRE_SEGMENTS
				: strcmp(how, "full") == 0 ? WIRE_HEADERS
				: strcmp(how, "off") == 0  ? WIRE_NONE
							   : WIRE_AUTO;
	parser->options->wire = wire;
	if (wire != WIRE_AUTO)
		return 0;
	return option_fail(parser->error, _("full and off are known"), _("--wire=%s: unknown"),
			   how);
}

int option_notes(struct parser *parser, const char *when)
{
	static const char *const names[] = { [NOTES_OPTION_FIRST] = "first",
					     [NOTES_OPTION_ALL] = "all",
					     [NOTES_OPTION_NONE] = "none" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(when, names[i]) != 0)
			continue;
		parser->options->notes = (enum notes_option)i;
		return 0;
	}
	return option_fail(parser->error, _("first, all and none are known"),
			   _("--notes=%s: unknown"), when);
}

int option_source(struct parser *parser, const char *how)
{
	parser->options->no_source = strcmp(how, "off") == 0;
	if (parser->options->no_source || strcmp(how, "auto") == 0)
		return 0;
	return option_fail(parser->error, _("auto and off are known"), _("--source=%s: unknown"),
			   how);
}

int option_check(struct parser *parser, const char *rules)
{
	char id[64];
	parser->options->check = true;
	parser->options->check_rules = rules;
	for (const char *at = rules; at; at = strchr(at, ',')) {
		at += at != rules;
		size_t length = strcspn(at, ",");
		snprintf(id, sizeof id, "%.*s", (int)length, at);
		if (length >= sizeof id || !rule_exists(id))
			return option_fail(parser->error, _("socktrace --list rules names them"),
					   _("--check=%s: no such rule: %.*s"), rules, (int)length,
					   at);
	}
	return 0;
}

int option_language(struct parser *parser, const char *name)
{
	parser->options->language = language_named(name);
	if (parser->options->language)
		return 0;
	return option_fail(parser->error, _("en and zh are known"), _("--lang=%s: unknown"), name);
}

int option_set(struct parser *parser, const char *set)
{
	const char *bad;
	size_t length;
	parser->options->selection_given = true;
	if (selection_parse(&parser->options->selection, set, &bad, &length) == 0)
		return 0;
	return option_fail(parser->error,
			   _("socktrace --list calls names the calls and their classes"),
			   _("-e %s: no such call or class: %.*s"), set, (int)length, bad);
}

int option_sysctl(struct parser *parser, const char *setting)
{
	const char *why = sysctls_add(&parser->options->sysctls, setting);
	return why ? option_fail(parser->error, "", "--sysctl=%s: %s", setting, why) : 0;
}
