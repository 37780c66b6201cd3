#include "lists.h"

#include "demo.h"
#include "options.h"

#include "decode/decode.h"
#include "formatters/formatter.h"
#include "support/auto.h"
#include "support/language.h"
#include "teach/explain.h"
#include "teach/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int list_demos(FILE *file)
{
	autofree char *demos = demos_folder();
	struct dirent **entries = NULL;
	int count = demos ? scandir(demos, &entries, NULL, alphasort) : -1;

	if (count < 0)
		return demos ? -errno : -ENOMEM;
	for (int i = 0; i < count; i++) {
		autofree char *path = NULL;
		struct scenario scenario = { 0 };
		struct scenario_error error = { 0 };
		if (demo_find(entries[i]->d_name, &path) == 0 &&
		    scenario_read(path, &scenario, &error) == 0) {
			fprintf(file, "%-18s %s\n", entries[i]->d_name,
				scenario_text(scenario.title, language_used()->name));
			scenario_done(&scenario);
		}
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int list_formats(FILE *file)
{
	for (const struct format *format = formats; format->name; format++)
		fprintf(file, "%-10s .%-14s %s\n", format->name, format->extension,
			_(format->summary));
	return 0;
}

static int list_topics(FILE *file)
{
	struct topic topic;
	size_t position = 0;
	while (topic_next(&position, &topic))
		fprintf(file, "%-24s %s\n", topic.name, topic_title(&topic));
	return 0;
}

static int list_calls(FILE *file)
{
	static const struct {
		enum call_class class;
		const char *name;
	} classes[] = {
		{ CLASS_SETUP, "setup" }, { CLASS_DATA, "data" }, { CLASS_OPTIONS, "options" },
		{ CLASS_WAIT, "wait" },   { CLASS_HIDDEN, "" },
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		size_t position = 0;
		for (const struct call *call; (call = call_next(&position));)
			if (call_class(call) == classes[i].class && *classes[i].name)
				fprintf(file, "%-14s %s\n", call_name(call), classes[i].name);
	}
	return 0;
}

static int list_rules(FILE *file)
{
	for (size_t n = 0; rule_id(n); n++)
		fprintf(file, "%-26s %-8s %s\n", rule_id(n), rule_severity(n), rule_title(n));
	return 0;
}

static int list_options(FILE *file)
{
	options_list(file);
	return 0;
}

static const struct list {
	const char *name; /* these are LISTS */
	int (*write)(FILE *file);
} lists[] = {
	{ "demos", list_demos }, { "formats", list_formats }, { "topics", list_topics },
	{ "rules", list_rules }, { "calls", list_calls },     { "options", list_options },
};

int list_write(const char *what, FILE *file)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(what, lists[i].name) == 0)
			return lists[i].write(file);
	return -EINVAL;
}
