#include "formatters/python/program.h"

#include "formatters/python/parts.h"
#include "support/language.h"

#include <stdlib.h>

struct formatter *program_open(FILE *file, const struct format_options *options)
{
	struct formatter *python = calloc(1, sizeof *python);
	if (!python)
		return NULL;
	python->file = file;
	python->options = *options;
	python->last = &python->sections;
	python->spool = spool_new();
	return python;
}

/* What ran, and on what. A line each, so that no word of a stranger stands among the first two,
 * where Python looks for an encoding (PEP 263). */
static void put_header(struct formatter *python, const struct record *record)
{
	const struct record_header *header = record->header;
	struct line *line = &python->header;
	if (header->title) {
		line_names(line, "# %s", header->title);
		line_break(line);
	}
	line_names(line, "# socktrace %s, Linux %s, %s", header->version ? header->version : "",
		   header->kernel ? header->kernel : "", header->started ? header->started : "");
	line_break(line);
}

void program_write(struct formatter *python, const struct record *record)
{
	switch (record->type) {
	case RECORD_HEADER:
		if (!python->header.size)
			put_header(python, record);
		break;
	case RECORD_PROCESS:
		section_process(python, record);
		break;
	case RECORD_ENTER:
	case RECORD_CALL:
		program_call(python, record);
		break;
	case RECORD_UNFINISHED:
	case RECORD_OUTPUT:
	case RECORD_STATE:
	case RECORD_SEGMENT:
	case RECORD_CONNECTION:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
	case RECORD_END:
		break;
	}
}

void program_close(struct formatter *python)
{
	if (!python)
		return;
	for (struct section *section = python->sections; section; section = section->next)
		section_rest(python, section);
	programs_put(python);
	sections_done(python);
	spool_free(python->spool);
	line_done(&python->header);
	line_done(&python->line);
	line_done(&python->scratch);
	free(python);
}
