/* A note's sentences, of its id and its parameters. */
#include "teach/teach.h"

#include "teach/texts.h"

#include <string.h>

static const char *param(const struct note *note, const char *name)
{
	for (size_t i = 0; i < note->param_count; i++)
		if (strcmp(note->params[i].name, name) == 0)
			return note->params[i].value;
	return NULL;
}

static const struct text *text_of(const struct note *note)
{
	if (strcmp(note->id, "errno") != 0) {
		const struct text *text = texts_find(&texts_rules, note->id);
		return text ? text : texts_find(&texts_lessons, note->id);
	}
	const char *meaning = param(note, "meaning");
	return meaning ? texts_find(&texts_errno, meaning) : NULL;
}

void note_speak(struct arena *arena, struct note *note)
{
	const struct text *text = text_of(note);
	if (!text)
		return;
	const struct note_param *params = note->params;
	size_t count = note->param_count;
	note->text = text_fill(arena, text, "text", params, count, false);
	note->fix = text_fill(arena, text, "fix", params, count, false);
	note->check = text_fill(arena, text, "check", params, count, true);
}
