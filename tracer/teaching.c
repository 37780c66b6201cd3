/* What the transcript says of a record beyond the record: rules that it proves, an errno's meaning.
 */
#include "session.h"

#include "support/arena.h"
#include "teach/rules.h"
#include "teach/teach.h"

#include <errno.h>

int teaching_open(struct session *session)
{
	session->rules = rules_new(&session->evidence.evidence);
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

void teach_call(struct session *session, struct record *record, struct event *event,
		struct socket *socket)
{
	rules_look(session->rules, record, socket, event->arena);
	/* Where a rule has found the cause, the errno's general meaning says no more. */
	struct note *meaning = record->note_count || !event->returned
				       ? NULL
				       : arena_zero(event->arena, sizeof *meaning);
	if (!meaning)
		return;
	record->note_count = errno_meaning(event, socket, meaning);
	record->notes = meaning;
}

void teach_record(struct session *session, struct record *record, struct socket *socket)
{
	/* What was said of the record before is written. */
	arena_free(session->scratch);
	session->scratch = arena_new();
	if (session->scratch)
		rules_look(session->rules, record, socket, session->scratch);
}
