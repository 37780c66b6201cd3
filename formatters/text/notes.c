#include "formatters/text/parts.h"
#include "support/language.h"

#include <string.h>

enum { FOOTNOTE_COLUMN = 8 };

/* The meaning of an errno is no rule: nobody looks it up by an id. */
static bool has_rule(const struct note *note)
{
	return note->id && strcmp(note->id, "errno") != 0;
}

/* Worth knowing, with nothing to repair. */
static bool is_lesson(const struct note *note)
{
	return note->severity == SEVERITY_NOTICE && !note->fix && !note->check && has_rule(note);
}

static void put_rule(struct formatter *text, const char *id)
{
	struct line *line = &text->line;
	struct line_mark mark = line_mark(line);
	for (int again = 0; again < 2; again++) {
		line_put(line, again ? "" : "   ");
		line_style(line, STYLE_DIM);
		line_put(line, "[");
		line_name(line, id);
		line_put(line, "]");
		line_style(line, STYLE_PLAIN);
		if (again || !text->options.width || line->columns <= text->options.width)
			return;
		line_rewind(line, mark);
		text_detail(text, "");
	}
}

static void put_sentence(struct formatter *text, const char *label, const char *sentence)
{
	text_detail(text, label);
	line_wrap(&text->line, sentence, text->options.width);
}

static void put_note(struct formatter *text, const struct note *note)
{
	bool lesson = is_lesson(note);
	if (note->text) {
		put_sentence(text, lesson ? _("note") : _("why"), note->text);
		if (!lesson && has_rule(note))
			put_rule(text, note->id);
	}
	if (note->fix)
		put_sentence(text, _("fix"), note->fix);
	if (note->check) {
		/* A command stays in one piece, so that it can be copied. */
		text_detail(text, _("check"));
		line_name(&text->line, note->check);
	}
}

/* What is explained is the rule, or of an errno the sentence. */
static uint64_t hash_of(const struct note *note)
{
	return 1 + text_hash(has_rule(note) || !note->text ? note->id : note->text);
}

/* --notes: a thing is explained once, a mistake is told each time. */
static bool is_wanted(struct formatter *text, const struct note *note)
{
	switch (text->options.notes) {
	case NOTES_NONE:
		return false;
	case NOTES_ALL:
		return true;
	case NOTES_FIRST:
		break;
	}
	if (note->severity == SEVERITY_MISTAKE)
		return true;
	if (map_get(&text->explained, hash_of(note)))
		return false;
	map_put(&text->explained, hash_of(note), text);
	return true;
}

void text_notes(struct formatter *text, const struct record *record)
{
	for (size_t i = 0; i < record->note_count; i++)
		if (is_wanted(text, &record->notes[i]))
			put_note(text, &record->notes[i]);
}

void text_footnotes(struct formatter *text, const struct record *record)
{
	struct line line = text->line;
	size_t indent = text->indent;
	if (!record->note_count)
		return;
	text->line = text->footnotes;
	text->line.color = text->options.color;
	text->indent = FOOTNOTE_COLUMN;
	text_notes(text, record);
	text->footnotes = text->line;
	text->line = line;
	text->indent = indent;
}
