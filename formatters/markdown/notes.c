/* Explanations below a call; what was a mistake goes to the table at the end, too. */
#include "formatters/markdown/escape.h"
#include "formatters/markdown/parts.h"
#include "support/hash.h"
#include "support/language.h"

#include <inttypes.h>
#include <string.h>

static bool is_errno(const struct note *note)
{
	return !note->id || strcmp(note->id, "errno") == 0;
}

static uint64_t hash_of(const struct note *note)
{
	const char *words = is_errno(note) && note->text ? note->text : note->id;
	return hash_ascii(words ? words : "");
}

/* --notes: a thing is explained once, a mistake is told each time. */
static bool is_wanted(struct formatter *markdown, const struct note *note)
{
	if (markdown->options.notes == NOTES_NONE)
		return false;
	if (markdown->options.notes == NOTES_ALL || note->severity == SEVERITY_MISTAKE)
		return true;
	if (map_get(&markdown->explained, hash_of(note)))
		return false;
	map_put(&markdown->explained, hash_of(note), markdown);
	return true;
}

static void put_labelled(struct line *line, const char *label, const char *words, bool code)
{
	if (!words)
		return;
	line_format(line, "\n> **%s:** ", label);
	if (code)
		code_put(line, words);
	else
		prose_put(line, words);
	/* Two blanks at the end of a line break it. */
	line_put(line, "  ");
}

static void put_note(struct line *line, const struct note *note, bool first)
{
	bool lesson = note->severity == SEVERITY_NOTICE && !note->fix && !note->check;
	line_put(line, first ? "" : "\n>");
	put_labelled(line, lesson ? _("Note") : _("Why"), note->text, false);
	if (note->text && !lesson && !is_errno(note)) {
		line_put(line, "[");
		code_put(line, note->id);
		line_put(line, "]  ");
	}
	put_labelled(line, _("Fix"), note->fix, false);
	put_labelled(line, _("Check"), note->check, true);
}

static void add_mistake(struct formatter *markdown, const struct record *record,
			const struct note *note)
{
	struct line row = { 0 };
	if (record->number)
		line_format(&row, "| %" PRIu64 " | ", record->number);
	else
		line_put(&row, "| | ");
	prose_put(&row, record->lane ? record->lane : "");
	line_put(&row, " | ");
	prose_put(&row, note->id ? note->id : "");
	line_put(&row, " | ");
	prose_put(&row, note->text ? note->text : "");
	line_put(&row, " | ");
	prose_put(&row, note->fix ? note->fix : "");
	line_put(&row, " |\n");
	part_add(markdown, PART_MISTAKES, &row);
	line_done(&row);
}

void notes_put(struct formatter *markdown, const struct record *record, struct line *line)
{
	size_t before = line->size;
	for (size_t i = 0; i < record->note_count; i++) {
		const struct note *note = &record->notes[i];
		if (note->severity == SEVERITY_MISTAKE)
			add_mistake(markdown, record, note);
		if (is_wanted(markdown, note))
			put_note(line, note, line->size == before);
	}
	line_put(line, line->size > before ? "\n" : "");
}
