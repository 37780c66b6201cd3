#include "verdict.h"

#include <string.h>

enum { STATUS_MISTAKE = 1, STATUS_INCOMPLETE = 125 };

static bool is_asked_for(const struct verdict *verdict, const char *id)
{
	size_t length = strlen(id);
	const char *at = verdict->rules;
	for (; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, id, length) == 0 && (!at[length] || at[length] == ','))
			return true;
	}
	return !verdict->rules;
}

void verdict_see(struct verdict *verdict, const struct record *record)
{
	for (size_t i = 0; i < record->note_count; i++)
		if (record->notes[i].severity == SEVERITY_MISTAKE &&
		    is_asked_for(verdict, record->notes[i].id))
			verdict->mistake = true;
	if (record->type != RECORD_END)
		return;
	/* A mistake in a call that was not to be shown stands here alone. */
	for (const char *const *id = record->end.mistakes; id && *id; id++)
		if (is_asked_for(verdict, *id))
			verdict->mistake = true;
	if (record->end.lost)
		verdict->incomplete = true;
}

int verdict_status(const struct verdict *verdict, bool output_failed)
{
	if (verdict->mistake)
		return STATUS_MISTAKE;
	return verdict->incomplete || output_failed ? STATUS_INCOMPLETE : 0;
}
