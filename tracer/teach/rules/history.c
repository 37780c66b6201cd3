#include "teach/rules/history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const struct history no_history;
static const struct life no_life;

void histories_done(struct histories *histories)
{
	size_t position = 0;
	for (void *life; (life = map_next(&histories->processes, &position));)
		free(life);
	map_done(&histories->processes);
}

const struct history *history_of(const struct socket *socket)
{
	return socket && socket->history ? socket->history : &no_history;
}

const struct life *life_of(const struct histories *histories, pid_t pid)
{
	const struct life *life = pid ? map_get(&histories->processes, (uint64_t)pid) : NULL;
	return life ? life : &no_life;
}

/* --- what a record adds ----------------------------------------------------------------------- */

static int64_t number(const struct event *event, const char *name)
{
	const struct value *value = event_arg(event, name);
	return value ? value_number(value) : 0;
}

/* setsockopt() of one of SOL_SOCKET: its value as a number, -1 if it is another one. */
static int64_t switched(const struct event *event, int option)
{
	const struct value *value = event_arg(event, "optval");
	if (event->call != CALL_SETSOCKOPT || number(event, "level") != SOL_SOCKET ||
	    number(event, "optname") != option || !value)
		return -1;
	return value_number(value);
}

static void note_binding(struct history *history, const struct record *record)
{
	const struct event *event = record->event;
	if (event->call == CALL_BIND && event->error) {
		history->bind_failed = event->entered;
		history->bind_error = event->error;
	} else if (event->call == CALL_BIND) {
		history->bound = event->entered;
		history->bind_failed = 0;
	} else if (event->call == CALL_LISTEN && !event->error) {
		history->listening = event->entered;
	}
	int64_t reuse = event->error ? -1 : switched(event, SO_REUSEADDR);
	if (reuse >= 0)
		history->reuse_address = reuse ? event->entered : 0;
}

static bool makes_descriptor(enum call_id call)
{
	return call == CALL_SOCKET || call == CALL_ACCEPT || call == CALL_ACCEPT4 ||
	       call == CALL_DUP;
}

static void note_life(struct histories *histories, const struct record *record)
{
	struct life *life = map_get(&histories->processes, (uint64_t)record->pid);
	if (!life) {
		life = calloc(1, sizeof *life);
		if (!life || map_put(&histories->processes, (uint64_t)record->pid, life) < 0) {
			free(life);
			return;
		}
		life->pid = record->pid;
	}
	life->failed = record->event->error ? record->event->entered : 0;
	life->failed_call = record->event->name;
	life->failed_error = record->event->error;
}

static void note_call(struct histories *histories, const struct record *record,
		      struct socket *socket)
{
	const struct event *event = record->event;
	if (makes_descriptor(event->call))
		note_life(histories, record);
	if (socket && !socket->history)
		socket->history = calloc(1, sizeof *socket->history);
	if (!socket || !socket->history)
		return;
	note_binding(socket->history, record);
}

static void end_life(struct histories *histories, const struct record *record)
{
	if (record->process->what == PROCESS_EXIT && record->pid == record->tid)
		free(map_remove(&histories->processes, (uint64_t)record->pid));
}

void histories_note(struct histories *histories, const struct record *record, struct socket *socket)
{
	if (record->type == RECORD_CALL && !record->event->restarted)
		note_call(histories, record, socket);
	else if (record->type == RECORD_PROCESS)
		end_life(histories, record);
}
