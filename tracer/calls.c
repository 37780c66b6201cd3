#include "session.h"

#include "director.h"
#include "stepping.h"

#include "ptrace/memory.h"
#include "ptrace/stops.h"
#include "teach/teach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- the list of calls not yet shown -------------------------------------------------------- */

static void unshown_add(struct session *session, struct pending *pending)
{
	/* In the order of entry, which is that of their numbers. */
	pending->link = session->unshown ? session->unshown_end : &session->unshown;
	*pending->link = pending;
	session->unshown_end = &pending->next;
}

static void unshown_remove(struct session *session, struct pending *pending)
{
	if (!pending->link)
		return;
	*pending->link = pending->next;
	if (pending->next)
		pending->next->link = pending->link;
	else
		session->unshown_end = pending->link;
	pending->link = NULL;
	pending->next = NULL;
}

static void postponed_remove(struct session *session, struct pending *pending)
{
	struct pending **link = &session->postponed;
	while (*link && *link != pending)
		link = &(*link)->next_postponed;
	if (*link)
		*link = pending->next_postponed;
	pending->postponed = false;
}

static void pending_free(struct session *session, struct pending *pending)
{
	unshown_remove(session, pending);
	postponed_remove(session, pending);
	hidden_end(session, pending);
	wiring_settle(session, pending);
	if (pending->asleep)
		director_awake(session->director, pending);
	call_ends(session, pending);
	pending->thread->pending = NULL;
	event_free(pending->event);
	free(pending);
}

/* --- entry ---------------------------------------------------------------------------------- */

/* What the program says: a write to standard output or error. */
static bool is_output(enum call_id id, int fd)
{
	return (fd == 1 || fd == 2) && (id == CALL_WRITE || id == CALL_WRITEV);
}

static bool is_of_interest(const struct session *session, const struct thread *thread,
			   const struct call *call, const struct stop *stop)
{
	if (!call_only_sockets(call))
		return true;
	int other = call_other_descriptor(call, stop);
	return sockets_current(session->sockets, thread->process, call_descriptor(call, stop)) ||
	       (other >= 0 && sockets_current(session->sockets, thread->process, other)) ||
	       closed_is_used(session, thread->process, call_descriptor(call, stop));
}

static struct pending *pending_new(struct thread *thread, struct event *event)
{
	struct pending *pending = calloc(1, sizeof *pending);
	if (!pending)
		return NULL;
	pending->event = event;
	pending->thread = thread;
	thread->pending = pending;
	return pending;
}

enum resume call_enter(struct session *session, struct thread *thread, struct stop *stop)
{
	const struct selection *selection = &session->options->selection;
	struct decode_limits limits = { .capture = session->options->capture };
	struct live_memory memory;
	live_memory_init(&memory, thread->tid);

	/* A child of ours that has not become the program yet. */
	if (!thread->process->lane)
		return RESUME;
	const struct call *call = call_find(stop->abi, stop->number);
	if (call && call_id(call) == CALL_SOCKETCALL)
		call = call_unwrap(stop, &memory.memory);
	if (!call)
		return RESUME;
	bool socket_call = is_of_interest(session, thread, call, stop);
	bool output = !socket_call && is_output(call_id(call), call_descriptor(call, stop)) &&
		      selection_shows(selection, CALL_COUNT, CLASS_OUTPUT);
	if ((!socket_call && !output) || watching_before(session, call, stop))
		return RESUME;

	struct event *event = decode_entry(call, stop, &memory.memory, &limits);
	struct pending *pending = event ? pending_new(thread, event) : NULL;
	if (!pending) {
		session_lost(session, -ENOMEM);
		event_free(event);
		return RESUME;
	}
	hidden_enter(session, pending, stop);
	event->entered = session_now(session);
	pending->output = output;
	if (output) {
		/* What was written so far stands before what the program says now. */
		outputs_flush(session->outputs);
		return RESUME_TO_EXIT;
	}

	struct socket *socket = sockets_enter(session->sockets, thread->process, event);
	pending->socket = socket ? socket->cookie : 0;
	if (selection_shows(selection, event->call, event->class))
		pending->number = ++session->calls;
	if (pending->number)
		sourcing_enter(session, pending, stop);
	if (session->stepping && pending->number) {
		stepping_hold(session, pending);
		socket = sockets_by_cookie(session->sockets, pending->socket);
	}
	pending->before = state_before(session, thread->process, socket);
	if (event->call == CALL_CLOSE)
		queue_see_last(session, socket);
	call_begins(session, pending);
	wiring_enter(session, pending, socket);
	origins_enter(session, pending, socket);
	tracing_known(session, socket);
	unshown_add(session, pending);
	return RESUME_TO_EXIT;
}

/* So many that run are looked at for one line: of hundreds the rest has its turn later. */
enum { MOST_AWAKE = 8 };

/* --- waiting ---------------------------------------------------------------------------------- */

static struct record call_record(enum record_type type, const struct pending *pending,
				 uint64_t time)
{
	struct record record = record_blank(type, time);
	record.number = pending->number;
	record.pid = pending->thread->process->pid;
	record.tid = pending->thread->tid;
	record.lane = pending->thread->lane;
	record.event = pending->event;
	sourcing_tell(pending, &record);
	return record;
}

struct record call_entered(const struct session *session, const struct pending *pending,
			   struct python *python)
{
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	struct record record = call_record(RECORD_ENTER, pending, pending->event->entered);
	python_equivalent(pending->event, socket, python);
	record.python = python;
	record.socket = socket;
	return record;
}

static bool may_be_shown(const struct session *session, const struct pending *pending)
{
	/* With -z or -Z nobody knows yet. */
	return pending->number && !session->options->only_successful &&
	       !session->options->only_failed;
}

static void show_waiting(struct session *session, struct pending *pending, bool asleep)
{
	struct python python = { 0 };
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	struct record record = call_entered(session, pending, &python);

	unshown_remove(session, pending);
	if (asleep)
		teach_call(session, &record, pending->event, socket);
	if (may_be_shown(session, pending)) {
		pending->waiting = true;
		session_write(session, &record);
	}
	wiring_waits(session, pending);
	/* A connect that sleeps is in SYN_SENT, and this is the moment to see it. */
	if (socket && is_tcp(socket))
		state_look(session, socket, pending->number);
}

bool call_is_asleep(struct session *session, struct pending *pending)
{
	if (pending->out)
		return false;
	enum activity activity = thread_activity(&session->tracees, pending->thread);
	pending->out = activity == ACTIVITY_STOPPED;
	return activity == ACTIVITY_SLEEPS;
}

void calls_show_waiting(struct session *session, uint64_t since)
{
	struct pending *next;
	unsigned awake = 0;
	for (struct pending *pending = session->unshown; pending; pending = next) {
		next = pending->next;
		if (pending->event->entered > since || awake == MOST_AWAKE)
			break;
		if (!call_is_asleep(session, pending)) {
			awake += !pending->out;
			continue;
		}
		show_waiting(session, pending, true);
		pending->asleep = true;
		director_asleep(session->director, session, pending);
	}
}

/* --- return ----------------------------------------------------------------------------------- */

static void return_output(struct session *session, struct pending *pending)
{
	const struct event *event = pending->event;
	const struct value *buffer = event_arg(event, "buf");
	struct record record = call_record(RECORD_OUTPUT, pending, event->entered);
	record.number = 0;
	record.event = NULL;

	if (event->result <= 0)
		return;
	const struct value *vector = event_arg(event, "iov");
	size_t count = vector && vector->kind == VALUE_ARRAY ? vector->list.count : 0;
	const struct value *parts = count ? vector->list.items : buffer;
	uint64_t left = (uint64_t)event->result;
	for (size_t i = 0; parts && i < (count ? count : 1) && left; i++) {
		if (parts[i].kind != VALUE_BYTES)
			continue;
		struct value_bytes bytes = parts[i].bytes;
		if (bytes.length > left)
			bytes.length = left;
		if (bytes.captured > bytes.length)
			bytes.captured = bytes.length;
		left -= bytes.length;
		record.output.fd = event->fd;
		record.output.data = bytes;
		session_write(session, &record);
	}
}

static bool is_shown(const struct session *session, const struct pending *pending)
{
	bool failed = pending->event->error != 0 || pending->event->restarted;
	return pending->number && !(session->options->only_successful && failed) &&
	       !(session->options->only_failed && !failed);
}

static void return_call(struct session *session, struct pending *pending)
{
	struct event *event = pending->event;
	struct process *process = pending->thread->process;
	struct python python = { 0 };

	witnesses_begin(session->witnesses, process);
	struct socket *socket = sockets_return(session->sockets, process, event);
	tracing_return(session, pending);
	tracing_known(session, socket);
	wiring_return(session, pending);
	call_ends(session, pending);
	closed_note(process, event);
	struct record record = call_record(RECORD_CALL, pending, event->entered);
	record.resumed = pending->waiting;
	record.socket = socket;
	state_after(session, pending, socket, &record);
	origins_return(session, pending, &record);
	wiring_confirm(session);
	witnesses_end(session->witnesses);
	python_equivalent(event, socket, &python);
	record.python = &python;
	teach_call(session, &record, event, socket);
	if (is_shown(session, pending)) {
		calls_show_waiting(session, event->returned);
		session_write(session, &record);
	}
	if (socket)
		connection_settle(session, socket);
	connections_collect(session);
	director_returned(session->director, session, pending);
}

void call_return(struct session *session, struct thread *thread, const struct stop *stop)
{
	struct pending *pending = thread->pending;
	struct decode_limits limits = { .capture = session->options->capture };
	struct live_memory memory;

	if (!pending)
		return;
	live_memory_init(&memory, thread->tid);
	pending->event->returned = session_now(session);
	decode_return(pending->event, stop, &memory.memory, &limits);
	unshown_remove(session, pending);
	hidden_return(session, pending, stop);
	if (pending->output)
		return_output(session, pending);
	else
		return_call(session, pending);
	pending_free(session, pending);
	watching_appeared(session, stop);
}

void call_abandon(struct session *session, struct thread *thread, const char *why)
{
	struct pending *pending = thread->pending;
	if (!pending)
		return;
	/* A line that says it will not return needs one that says it was called. */
	if (!pending->waiting && !pending->output)
		show_waiting(session, pending, false);
	struct record record = call_record(RECORD_UNFINISHED, pending, session_now(session));
	record.why = why;
	teach_record(session, &record, sockets_by_cookie(session->sockets, pending->socket));
	record.event = NULL;
	if (pending->waiting)
		session_write(session, &record);
	pending_free(session, pending);
}
