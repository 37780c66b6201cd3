#include "formatters/text/parts.h"

#include <string.h>

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
		put_sentence(text, lesson ? "note" : "why", note->text);
		if (!lesson && has_rule(note))
			put_rule(text, note->id);
	}
	if (note->fix)
		put_sentence(text, "fix", note->fix);
	if (note->check) {
		/* A command stays in one piece, so that it can be copied. */
		text_detail(text, "check");
		line_name(&text->line, note->check);
	}
}

void text_notes(struct formatter *text, const struct record *record)
{
	for (size_t i = 0; i < record->note_count; i++)
		put_note(text, &record->notes[i]);
}
