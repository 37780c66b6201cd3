/* The programs as they are written, when all is known: names, modules, how it ended. */
#include "formatters/python/parts.h"
#include "support/language.h"

#include <stdlib.h>
#include <string.h>

static const char indent[] = "    ";

/* What is being written. */
struct page {
	struct formatter *python;
	FILE *file;
	unsigned depth;
	bool fresh; /* the line has not begun */
};

static void put_char(struct page *page, int byte)
{
	for (unsigned i = 0; page->fresh && byte != '\n' && i < page->depth; i++)
		fputs_unlocked(indent, page->file);
	page->fresh = byte == '\n';
	/* One thread writes, and each byte passes here. */
	putc_unlocked(byte, page->file);
}

static void put(struct page *page, const char *text)
{
	for (; *text; text++)
		put_char(page, *text);
}

static void put_line(struct page *page, struct line *line)
{
	put(page, line_string(line));
	line->size = 0;
}

/* A stranger's name as a literal. */
static void put_quoted(struct page *page, struct line *line, const char *name)
{
	struct line *inert = &page->python->scratch;
	inert->size = 0;
	line_name(inert, name);
	line_put(line, "\"");
	line_literal(line, line_string(inert), inert->size);
	line_put(line, "\"");
}

/* --- bodies ------------------------------------------------------------------------------------
 */

/* The name behind a mark: 's' or 'c', a number, a semicolon. */
static void put_name(struct page *page, struct chain_reader *reader, const struct names *names)
{
	struct line *line = &page->python->scratch;
	enum name_kind kind = chain_next(reader) == 's' ? NAME_SOCK : NAME_CONN;
	unsigned number = 0;
	for (int byte; (byte = chain_next(reader)) >= '0' && byte <= '9';)
		number = number * 10 + (unsigned)(byte - '0');
	line->size = 0;
	names_put(names, kind, number, line);
	put_line(page, line);
}

static void put_body(struct page *page, const struct section *section)
{
	struct chain_reader reader;
	if (!page->python->spool)
		return;
	chain_read(&reader, page->python->spool, &section->body);
	for (int byte; (byte = chain_next(&reader)) >= 0;) {
		if (byte == CODE_MARK)
			put_name(page, &reader, section->process->names);
		else
			put_char(page, byte);
	}
}

/* --- the end ------------------------------------------------------------------------------------
 */

/* Threads are waited for, but not those that were still in a call when their process ended. */
static void put_joins(struct page *page, const struct process *process)
{
	struct line *line = &page->python->scratch;
	line->size = 0;
	for (const struct section *thread = process->threads; thread; thread = thread->other_thread)
		if (!thread->stays)
			line_format(line, "thread%u.join()\n", thread->number);
	if (line->size)
		put(page, "\n");
	put_line(page, line);
}

/* What a program leaves open the kernel closes; Python would do it itself, with calls. */
static void put_end(struct page *page, const struct section *section)
{
	struct line *line = &page->python->scratch;
	bool leaves = section->kind == SECTION_CHILD || section->process->open > 0;
	put_joins(page, section->process);
	line->size = 0;
	if (leaves) {
		line_format(line, "\nos._exit(%d)", section->status);
		if (section->process->open > 0)
			line_format(line, "  # %s", _("sockets are left open, as they were"));
		line_put(line, "\n");
	} else if (section->status) {
		line_format(line, "\nraise SystemExit(%d)\n", section->status);
	}
	put_line(page, line);
}

/* --- programs ------------------------------------------------------------------------------------
 */

static void put_imports(struct page *page, const struct section *program)
{
	unsigned modules = program->modules;
	const char *name = NULL;
	bool exits = program->children || program->process->open > 0;
	modules |= exits ? code_module_bit("os") : 0;
	for (unsigned i = 0; (name = code_module(i)); i++)
		if (modules & 1U << i) {
			put(page, "import ");
			put(page, name);
			put(page, "\n");
		}
	if (program->threads)
		put(page, "import threading\n");
	if (program->suppresses)
		put(page, "from contextlib import suppress\n");
}

static void put_refusal(struct page *page, const struct section *program)
{
	struct line *line = &page->python->line;
	const char *reason = program->refusal;
	if (!page->python->spool || spool_failed(page->python->spool))
		reason = _("there was no room for a temporary file");
	if (!reason)
		return;
	line->size = 0;
	line_put(line, "\n# ");
	line_put(line, _("This program is not whole, so it does not run."));
	line_put(line, "\nraise SystemExit(");
	put_quoted(page, line, reason);
	line_put(line, ")\n");
	put_line(page, line);
}

static void put_function(struct page *page, const struct section *section)
{
	struct line *line = &page->python->line;
	bool thread = section->kind == SECTION_THREAD;
	const char *word = thread ? "thread" : "child";
	line->size = 0;
	line_format(line, "\n\ndef %s%u():  # ", word, section->number);
	line_name(line, section->lane);
	line_put(line, "\n");
	put_line(page, line);
	page->depth++;
	put_body(page, section);
	if (thread)
		put(page, "return\n");
	else
		put_end(page, section);
	page->depth--;
	if (!thread)
		return;
	line_format(line, "\n\nthread%u = threading.Thread(target=thread%u%s)\n", section->number,
		    section->number, section->stays ? ", daemon=True" : "");
	put_line(page, line);
}

static void put_program(struct page *page, struct section *program)
{
	names_settle(program->process->names);
	put_imports(page, program);
	put_refusal(page, program);
	for (struct section *section = program->functions; section; section = section->sibling) {
		if (section->kind == SECTION_CHILD)
			names_settle(section->process->names);
		put_function(page, section);
	}
	put(page, program->functions ? "\n" : "");
	put_body(page, program);
	put_end(page, program);
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static void put_head(struct page *page, const struct section *program)
{
	struct line *line = &page->python->line;
	line->size = 0;
	line_put(line, "#!/usr/bin/env python3\n# ");
	line_put(line,
		 _("The socket calls of a program, made again. Above each line is the call in "
		   "C."));
	line_put(line, "\n");
	line_append(line, &page->python->header);
	if (program && program->command)
		line_names(line, "# %s\n", program->command);
	line_put(line, "\n");
	put_line(page, line);
}

static bool is_shown(const struct section *section)
{
	return section == section->program && section->has_calls;
}

static size_t count_shown(const struct formatter *python)
{
	size_t count = 0;
	for (const struct section *section = python->sections; section; section = section->next)
		count += is_shown(section);
	return count;
}

static void put_alone(struct formatter *python, FILE *file, struct section *program)
{
	struct page page = { .python = python, .file = file, .fresh = true };
	put_head(&page, program);
	if (program)
		put_program(&page, program);
}

/* Each in a file of its own, and in the first one what there is. */
static void put_parts(struct formatter *python)
{
	struct format_parts *parts = python->options.parts;
	struct page page = { .python = python, .file = python->file, .fresh = true };
	put_head(&page, NULL);
	put(&page, "# ");
	put(&page, _("To be run each in a terminal of its own, the first one first:"));
	put(&page, "\n");
	for (struct section *section = python->sections; section; section = section->next) {
		FILE *file = is_shown(section) ? parts->open(parts, section->lane) : NULL;
		if (!file)
			continue;
		char *name = parts->name(parts, section->lane);
		struct line *line = &python->line;
		line->size = 0;
		line_names(line, "#     python3 %s\n", name ? name : "");
		put_line(&page, line);
		free(name);
		put_alone(python, file, section);
		parts->close(parts, file);
	}
}

/* All in one file: an argument says which. */
static void put_sections(struct formatter *python)
{
	struct page page = { .python = python, .file = python->file, .fresh = true };
	struct line *line = &python->line;
	put_head(&page, NULL);
	put(&page, "import sys\n\nlane = sys.argv[1] if sys.argv[1:] else \"\"\n");
	put(&page, "lanes = []\n");
	for (struct section *section = python->sections; section; section = section->next) {
		if (!is_shown(section))
			continue;
		line->size = 0;
		line_put(line, "\nlanes.append(");
		put_quoted(&page, line, section->lane);
		line_put(line, ")\nif lane == lanes[-1]:\n");
		put_line(&page, line);
		page.depth++;
		if (section->command) {
			line_names(line, "# %s\n", section->command);
			put_line(&page, line);
		}
		put_program(&page, section);
		put(&page, "raise SystemExit(0)\n");
		page.depth--;
	}
	put(&page, "\nraise SystemExit(f\"usage: {sys.argv[0]} {' | '.join(lanes)}\")\n");
}

void programs_put(struct formatter *python)
{
	size_t count = count_shown(python);
	struct section *section = python->sections;
	while (section && !is_shown(section))
		section = section->next;
	if (count <= 1)
		put_alone(python, python->file, section);
	else if (python->options.parts)
		put_parts(python);
	else
		put_sections(python);
}
