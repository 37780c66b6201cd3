/* What the programs have done, and whether that is what a step waits for. */
#include "director_parts.h"

#include <assert.h>

static_assert(CALL_COUNT <= 64, "struct program counts failed calls by bits");

/* --- what happened ------------------------------------------------------------------------------
 */

/* A datagram socket that has its address is ready; a stream must listen. */
static bool is_ready(const struct session *session, const struct pending *pending)
{
	const struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	return pending->event->call == CALL_LISTEN || (socket && socket->role == ROLE_DATAGRAM);
}

/* What the success of a call means to a scenario; MOMENT_COUNT: nothing. */
static enum moment moment_of(const struct session *session, const struct pending *pending)
{
	const struct event *event = pending->event;
	switch ((int)event->call) {
	case CALL_LISTEN:
		return MOMENT_LISTENS;
	case CALL_BIND:
		return MOMENT_BINDS;
	case CALL_CONNECT:
		return MOMENT_CONNECTS;
	case CALL_ACCEPT:
	case CALL_ACCEPT4:
		return MOMENT_ACCEPTS;
	}
	const struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	switch (socket ? origins_flow(session, pending, socket) : FLOW_NONE) {
	case FLOW_SENDS:
		return MOMENT_SENDS;
	case FLOW_RECEIVES:
		return event->result > 0 ? MOMENT_RECEIVES : MOMENT_COUNT;
	case FLOW_NONE:
		break;
	}
	return MOMENT_COUNT;
}

void director_returned(struct director *director, struct session *session,
		       const struct pending *pending)
{
	const struct event *event = pending->event;
	const struct process *process = pending->thread->process;
	struct program *program = &director->programs[process->program];
	bool timed_out = event->class == CLASS_WAIT && event->result == 0;

	if (!timed_out && process->program == PROGRAM_ITSELF)
		director->last_activity = session_now(session);
	if (event->restarted)
		return;
	enum moment moment = event->error ? MOMENT_COUNT : moment_of(session, pending);
	if (event->error)
		program->failed |= UINT64_C(1) << call_sister(event->call);
	else if (moment != MOMENT_COUNT)
		program->happened[moment]++;
	if ((moment == MOMENT_LISTENS || moment == MOMENT_BINDS) && is_ready(session, pending))
		program->happened[MOMENT_READY]++;
	director_go_on(director, session);
}

/* The steps are taken up when the call that was looked at is over. */
void director_state(struct director *director, const struct socket *socket)
{
	director->programs[socket->program].states |= 1U << socket->state;
}

void director_asleep(struct director *director, struct session *session,
		     const struct pending *pending)
{
	director->programs[pending->thread->process->program].sleeping++;
	director_go_on(director, session);
}

void director_awake(struct director *director, const struct pending *pending)
{
	director->programs[pending->thread->process->program].sleeping--;
}

/* --- whether it is what a step waits for --------------------------------------------------------
 */

/* A thread that was woken a moment ago still counts as asleep until its call returns. */
static bool sleeps(struct session *session, int program, enum call_id call)
{
	size_t position = 0;
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));)
		if (thread->pending && thread->pending->asleep &&
		    (int)thread->process->program == program &&
		    (call == CALL_COUNT || call_sister(thread->pending->event->call) == call) &&
		    thread_is_asleep(&session->tracees, thread))
			return true;
	return false;
}

/* Whether a socket of the program, of a program that is gone too, is in that state; STATE_COUNT: in
 * any that it can leave. */
static bool has_socket(const struct session *session, int program, enum tcp_state state)
{
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));)
		if ((int)socket->program == program && is_tcp(socket) &&
		    (state == STATE_COUNT || socket->state == state))
			return true;
	for (size_t i = 0; i < remains_count(session); i++) {
		const struct socket *socket = remains_get(session, i);
		if ((int)socket->program == program &&
		    (state == STATE_COUNT || socket->state == state))
			return true;
	}
	return false;
}

static bool has_happened(const struct program *program, const struct awaited *awaited)
{
	return program->happened[awaited->moment] >= awaited->count;
}

bool moment_has_come(const struct director *director, struct session *session,
		     const struct act *act)
{
	const struct awaited *awaited = &act->awaited;
	if (act->program == ANY_PROGRAM) {
		for (size_t i = 0; i < director->program_count; i++)
			if (has_happened(&director->programs[i], awaited))
				return true;
		return false;
	}
	const struct program *program = &director->programs[act->program];
	switch (awaited->moment) {
	case MOMENT_WAITS:
		return sleeps(session, act->program, awaited->call);
	case MOMENT_FAILS:
		return program->failed & UINT64_C(1) << awaited->call;
	case MOMENT_STATE:
		return program->states & 1U << awaited->state ||
		       has_socket(session, act->program, awaited->state);
	case MOMENT_LISTENS:
	case MOMENT_BINDS:
	case MOMENT_CONNECTS:
	case MOMENT_ACCEPTS:
	case MOMENT_SENDS:
	case MOMENT_RECEIVES:
	case MOMENT_ENDS:
	case MOMENT_READY:
	case MOMENT_COUNT:
		break;
	}
	return has_happened(program, awaited);
}

bool moment_cannot_come(const struct director *director, struct session *session,
			const struct act *act)
{
	if (act->program == ANY_PROGRAM)
		return director->programs[PROGRAM_ITSELF].ended;
	/* What is left of its connections goes on without it. */
	if (act->awaited.moment == MOMENT_STATE && has_socket(session, act->program, STATE_COUNT))
		return false;
	return director->programs[act->program].ended;
}

void moment_look(const struct director *director, struct session *session, const struct act *act)
{
	size_t position = 0;
	(void)director;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));)
		if ((int)socket->program == act->program && is_tcp(socket))
			state_look(session, socket, 0);
}
