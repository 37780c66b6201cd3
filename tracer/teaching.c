/* What the transcript says of a record beyond the record: rules that it proves, an errno's meaning.
 */
#include "session.h"

#include "support/arena.h"
#include "teach/rules.h"
#include "teach/teach.h"

#include <errno.h>

int teaching_open(struct session *session)
{
	static const enum lessons lessons[] = { [NOTES_OPTION_FIRST] = LESSONS_ONCE,
						[NOTES_OPTION_ALL] = LESSONS_ALWAYS,
						[NOTES_OPTION_NONE] = LESSONS_NEVER };
	session->rules = rules_new(&session->evidence.evidence, lessons[session->options->notes]);
	session->scratch = arena_new();
	return session->rules && session->scratch ? 0 : -ENOMEM;
}

void teaching_close(struct session *session)
{
	rules_free(session->rules);
	arena_free(session->scratch);
	session->rules = NULL;
	session->scratch = NULL;
}

/* In front of what else was said. */
static void add_meaning(struct record *record, struct event *event, const struct socket *socket)
{
	struct note *notes = arena_alloc(event->arena, (1 + record->note_count) * sizeof *notes);
	if (!notes || !errno_meaning(event, socket, notes))
		return;
	for (size_t i = 0; i < record->note_count; i++)
		notes[1 + i] = record->notes[i];
	record->notes = notes;
	record->note_count++;
}

void teach_call(struct session *session, struct record *record, struct event *event,
		struct socket *socket)
{
	bool found = rules_look(session->rules, record, socket, event->arena);
	/* Where a rule has found the cause, the errno's general meaning says no more. */
	if (!found && event->error && event->returned)
		add_meaning(record, event, socket);
}

void teach_record(struct session *session, struct record *record, struct socket *socket)
{
	/* What was said of the record before is written. */
	arena_free(session->scratch);
	session->scratch = arena_new();
	if (session->scratch)
		rules_look(session->rules, record, socket, session->scratch);
}
