/* How the table of sockets asks who a socket is, and what is said where nobody may ask. */
#include "session.h"

#include "support/language.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

static struct session *session_of(const struct identifier *identifier)
{
	return (struct session *)((uintptr_t)identifier - offsetof(struct session, identifier));
}

void session_notice(struct session *session, const struct process *process, const char *what,
		    const char *advice)
{
	outputs_flush(session->outputs);
	fprintf(stderr, "socktrace: %s (pid %d): %s\n  %s\n", process->lane, process->pid, what,
		advice);
}

/* A program that its file's mode or its own prctl(PR_SET_DUMPABLE) hides (ptrace(2)). */
static void tell_unreadable(struct session *session, const struct process *process)
{
	if (!session->unreadable_told)
		session_notice(
			session, process,
			_("may not be looked into: no states, addresses for contents"),
			_("its file is not readable, or it forbade it (PR_SET_DUMPABLE); as root "
			  "it works"));
	session->unreadable_told = true;
}

int identify_socket(const struct identifier *identifier, const struct process *process, int fd,
		    unsigned asked, struct identity *identity)
{
	struct session *session = session_of(identifier);
	int result = witness_identify(session->witnesses, process, fd, asked, identity);
	if (result == -EPERM || result == -EACCES)
		tell_unreadable(session, process);
	return session_answer(session, result);
}

void name_socket(const struct identifier *identifier, struct socket *socket)
{
	const struct session *session = session_of(identifier);
	/* A number without a name needs memory for one, as long as the trace lasts. */
	struct arena *arena = session->lanes.arena;
	socket->domain_name = decode_domain_name(arena, socket->domain);
	socket->type_name = decode_type_name(arena, socket->type);
	socket->protocol_name = decode_protocol_name(arena, socket->domain, socket->protocol);
}
