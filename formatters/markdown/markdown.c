#include "formatters/markdown/markdown.h"

#include "formatters/markdown/escape.h"
#include "formatters/markdown/parts.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Mermaid draws at most 50,000 characters (maxTextSize), and who would look at more? */
enum { LONGEST_DIAGRAM = 30000 };

struct formatter *markdown_open(FILE *file, const struct format_options *options)
{
	struct formatter *markdown = calloc(1, sizeof *markdown);
	if (!markdown)
		return NULL;
	markdown->file = file;
	markdown->options = *options;
	markdown->spool = spool_new();
	return markdown;
}

void part_add(struct formatter *markdown, enum part part, struct line *line)
{
	if (markdown->spool && line->size)
		spool_add(markdown->spool, &markdown->parts[part], line_string(line), line->size);
	line->size = line->columns = 0;
}

/* --- the head --------------------------------------------------------------------------------- */

static void put_command(struct line *line, const char *const *argv)
{
	struct line words = { 0 };
	for (const char *const *word = argv; *word; word++)
		line_names(&words, word == argv ? "%s" : " %s", *word);
	code_put(line, line_string(&words));
	line_done(&words);
}

static void put_title(struct line *line, const struct record_header *header)
{
	line_put(line, "# ");
	if (header->title)
		prose_put(line, header->title);
	else if (header->commands && *header->commands)
		put_command(line, *header->commands);
	else
		line_put(line, "socktrace");
	line_put(line, "\n");
	if (!header->lesson)
		return;
	line_put(line, "\n");
	prose_put(line, header->lesson);
	line_put(line, "\n");
}

static void put_where(struct line *line, const struct record_header *header)
{
	line_put(line, "\nsocktrace ");
	prose_put(line, header->version ? header->version : "");
	line_put(line, ", Linux ");
	prose_put(line, header->kernel ? header->kernel : "");
	line_put(line, ", ");
	prose_put(line, header->started ? header->started : "");
	if (header->isolated)
		line_format(line, ", %s", _("in a network of its own"));
	line_put(line, "\n");
}

static void put_head(struct formatter *markdown, const struct record_header *header)
{
	struct line *line = &markdown->head;
	if (line->size)
		return;
	put_title(line, header);
	line_format(line, "\n## %s\n\n", _("What ran"));
	for (const char *const *const *argv = header->commands; argv && *argv; argv++) {
		line_put(line, "- ");
		put_command(line, *argv);
		line_put(line, "\n");
	}
	put_where(line, header);
	for (size_t i = 0; i < header->sysctl_count; i++) {
		line_put(line, i ? "- " : "\n- ");
		prose_put(line, header->sysctls[i].name);
		line_put(line, " = ");
		prose_put(line, header->sysctls[i].value);
		line_put(line, "\n");
	}
}

/* --- records -----------------------------------------------------------------------------------
 */

static void draw(struct formatter *markdown, const struct record *record)
{
	struct line *line = &markdown->line;
	if (markdown->cut)
		return;
	line->size = 0;
	if (record)
		sequence_add(&markdown->sequence, record, line);
	else
		sequence_end(&markdown->sequence, line);
	markdown->drawn += line->size;
	markdown->cut = markdown->drawn > LONGEST_DIAGRAM;
	if (!markdown->cut)
		part_add(markdown, PART_SEQUENCE, line);
	else
		sequence_done(&markdown->sequence);
	line->size = 0;
}

static void add_last_notes(struct formatter *markdown, const struct record *record)
{
	struct line *line = &markdown->line;
	line->size = 0;
	notes_put(markdown, record, line);
	part_add(markdown, PART_STORY, line);
}

void markdown_write(struct formatter *markdown, const struct record *record)
{
	draw(markdown, record);
	switch (record->type) {
	case RECORD_HEADER:
		put_head(markdown, record->header);
		break;
	case RECORD_PROCESS:
		story_process(markdown, record);
		break;
	case RECORD_CALL:
		states_learn(markdown, record);
		story_call(markdown, record);
		break;
	case RECORD_ENTER:
		story_call(markdown, record);
		break;
	case RECORD_OUTPUT:
		story_output(markdown, record);
		break;
	case RECORD_STATE:
		states_learn(markdown, record);
		break;
	case RECORD_CONNECTION:
		states_connection(markdown, record);
		break;
	case RECORD_END:
		add_last_notes(markdown, record);
		break;
	case RECORD_UNFINISHED:
		map_remove(&markdown->waiting, record->number);
		break;
	case RECORD_LISTING:
		sources_add(markdown, &record->listing);
		break;
	case RECORD_SEGMENT:
	case RECORD_SOCKETS:
		break;
	}
}

/* --- the document --------------------------------------------------------------------------------
 */

static int next_byte(void *context)
{
	return chain_next(context);
}

static void put_part(struct formatter *markdown, enum part part)
{
	struct line *line = &markdown->line;
	struct chain_reader reader;
	chain_read(&reader, markdown->spool, &markdown->parts[part]);
	for (int byte; (byte = chain_next(&reader)) >= 0;) {
		if (byte != ROLES_MARK) {
			putc_unlocked(byte, markdown->file);
			continue;
		}
		roles_put(&markdown->roles, next_byte, &reader, line);
		line_write(line, markdown->file);
	}
}

static bool has_part(const struct formatter *markdown, enum part part)
{
	return markdown->parts[part].first != 0;
}

static void put_heading(struct formatter *markdown, const char *words)
{
	fprintf(markdown->file, "\n## %s\n", words);
}

static void put_sequence(struct formatter *markdown)
{
	if (!has_part(markdown, PART_SEQUENCE))
		return;
	put_heading(markdown, _("Who talks to whom"));
	fputs("\n```mermaid\nsequenceDiagram\n", markdown->file);
	put_part(markdown, PART_SEQUENCE);
	fputs("```\n", markdown->file);
	if (markdown->cut)
		fprintf(markdown->file, "\n%s\n",
			_("The run is longer than its drawing. All of it: `-o FILE.mmd`."));
}

static void put_states(struct formatter *markdown)
{
	if (!has_part(markdown, PART_STATES))
		return;
	put_heading(markdown, _("States"));
	fprintf(markdown->file, "\n%s\n", _("The number at an arrow is that of the call."));
	put_part(markdown, PART_STATES);
	if (markdown->more_diagrams)
		fprintf(markdown->file, "\n... +%zu\n", markdown->more_diagrams);
}

/* The heads of a table, and the line below them. */
static void put_heads(struct formatter *markdown, const char *const *heads, size_t count)
{
	putc_unlocked('\n', markdown->file);
	for (size_t i = 0; i < count; i++)
		fprintf(markdown->file, "| %s ", _(heads[i]));
	fputs("|\n", markdown->file);
	for (size_t i = 0; i < count; i++)
		fputs("|---", markdown->file);
	fputs("|\n", markdown->file);
}

static void put_tables(struct formatter *markdown)
{
	static const char *const ends[] = { "#",         N_("end"),      N_("address"),
					    N_("sent"),  N_("received"), N_("closed"),
					    N_("states") };
	static const char *const mistakes[] = { N_("call"), N_("lane"), N_("rule"), N_("why"),
						N_("fix") };
	if (has_part(markdown, PART_CONNECTIONS)) {
		put_heading(markdown, _("Connections"));
		put_heads(markdown, ends, sizeof ends / sizeof *ends);
		put_part(markdown, PART_CONNECTIONS);
	}
	if (has_part(markdown, PART_MISTAKES)) {
		put_heading(markdown, _("Mistakes"));
		put_heads(markdown, mistakes, sizeof mistakes / sizeof *mistakes);
		put_part(markdown, PART_MISTAKES);
	}
}

static void put_document(struct formatter *markdown)
{
	if (!markdown->head.size)
		line_put(&markdown->head, "# socktrace\n");
	line_write(&markdown->head, markdown->file);
	for (enum part part = PART_SEQUENCE; markdown->spool && part < PARTS; part++)
		spool_rest(markdown->spool, &markdown->parts[part]);
	if (!markdown->spool || spool_failed(markdown->spool)) {
		fprintf(markdown->file, "\n%s\n", _("there was no room for a temporary file"));
		return;
	}
	markdown->line.size = 0;
	roles_settle(&markdown->roles);
	put_sequence(markdown);
	put_states(markdown);
	if (has_part(markdown, PART_STORY)) {
		put_heading(markdown, _("What happened"));
		put_part(markdown, PART_STORY);
	}
	put_tables(markdown);
	if (has_part(markdown, PART_SOURCES)) {
		put_heading(markdown, _("Sources"));
		put_part(markdown, PART_SOURCES);
	}
}

void markdown_close(struct formatter *markdown)
{
	if (!markdown)
		return;
	draw(markdown, NULL);
	put_document(markdown);
	for (enum part part = PART_SEQUENCE; part < PARTS; part++)
		chain_done(&markdown->parts[part]);
	spool_free(markdown->spool);
	sequence_done(&markdown->sequence);
	states_done(markdown);
	roles_done(&markdown->roles);
	map_done(&markdown->waiting);
	map_done(&markdown->explained);
	line_done(&markdown->head);
	line_done(&markdown->line);
	free(markdown);
}
