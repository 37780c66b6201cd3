#include "session.h"

#include "director.h"
#include "signals.h"
#include "stepping.h"

#include "ptrace/attach.h"
#include "ptrace/stops.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { NANOSECONDS = 1000000000 };

/* A call that lasts longer is shown as waiting; in nanoseconds. */
static const uint64_t TICK = TICK_MICROSECONDS * UINT64_C(1000);
/* So long an effect is held back for its cause, which may have to wait for a processor. */
static const uint64_t PATIENCE = 100000000;

static uint64_t monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t session_now(const struct session *session)
{
	return monotonic() - session->started;
}

void session_held(struct session *session, uint64_t nanoseconds)
{
	director_held(session->director, nanoseconds);
	for (struct pending *pending = session->postponed; pending;
	     pending = pending->next_postponed)
		pending->postponed_at += nanoseconds;
}

/* --- time and signals ------------------------------------------------------------------- */

/* Needed only while there is something to show, to write, or to wait for. */
static void keep_ticking(struct session *session)
{
	bool needed = session->unshown || session->colocation.sharing || session->postponed ||
		      session->held || session->wiring || tracing_waits(session) ||
		      outputs_dirty(session->outputs) || session->orphans.count ||
		      remains_count(session) || director_waits(session->director);
	if (needed != session->ticking) {
		session->ticking = needed;
		signals_set_timer(needed);
	}
}

void session_detach(struct session *session)
{
	size_t position = 0;
	if (session->detaching)
		return;
	session->detaching = true;
	calls_take_up(session, UINT64_MAX);
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));)
		if (thread->process && thread->process->attached) {
			thread->interrupted = true;
			attach_interrupt(thread->tid);
		}
}

void session_tick(struct session *session)
{
	uint64_t now = session_now(session);
	signals_ticked();
	wiring_tick(session);
	tracing_collect(session);
	wiring_confirm(session);
	if (now > TICK)
		calls_show_waiting(session, now - TICK);
	connections_tick(session);
	remains_tick(session);
	processes_adopt(session);
	colocation_tick(&session->colocation, &session->tracees, now);
	int termination = signals_termination();
	if (termination) {
		session_detach(session);
		if (termination != SIGINT)
			director_terminate(session->director, session, termination);
	}
	if (signals_question()) {
		all_sockets_write(session, SOCKETS_ASKED);
		session->ticking = true; /* it is, since the signal came */
	}
	director_tick(session->director, session);
	calls_take_up(session, now > PATIENCE ? now - PATIENCE : 0);
	outputs_flush(session->outputs);
	/* Nobody is there to read of those that were there before us. */
	if (outputs_failed(session->outputs))
		session_detach(session);
	keep_ticking(session);
}

/* --- records ------------------------------------------------------------------------------ */

void session_write(struct session *session, const struct record *record)
{
	verdict_see(&session->verdict, record);
	outputs_write(session->outputs, record);
}

void session_lost(struct session *session, int error)
{
	session->lost++;
	if (!session->lost_told)
		fprintf(stderr, _("socktrace: %s: not all is seen; the programs go on\n"),
			strerror(-error));
	session->lost_told = true;
}

int session_answer(struct session *session, int result)
{
	if (result == -ENOMEM || result == -ENOBUFS || result == -EMFILE || result == -ENFILE)
		session_lost(session, result);
	return result;
}

/* --- the turn ------------------------------------------------------------------------------- */

/* A first stop: of a thread just made, or because we asked for it. */
static int handle_birth(struct session *session, struct stop *stop)
{
	if (!stop->thread) {
		/* Its maker has not told us yet: it is held until then. */
		stop->thread = tracees_add(&session->tracees, stop->tid);
		if (!stop->thread)
			return -ENOMEM;
		stop->thread->held = true;
		session->held++;
	}
	if (stop->thread->held)
		return 0;
	if (stop->thread->interrupted)
		attach_restart_call(stop->tid);
	stop->thread->interrupted = false;
	watching_appeared(session, stop);
	return stop_resume(stop, RESUME);
}

/* A stop that came before the one we asked for uses that one up, but a call that would sleep
 * returns with EINTR all the same. So a call at its entry is left, and entered again. */
static bool take_interruption(const struct stop *stop)
{
	stop->thread->interrupted = false;
	return stop->kind == STOP_ENTRY && attach_repeat_call(stop->tid);
}

/* Whether this stop is the last we want of the thread. */
static bool lets_go(const struct session *session, const struct stop *stop)
{
	const struct thread *thread = stop->thread;
	return session->detaching && thread->process && thread->process->attached &&
	       stop->kind != STOP_GONE && stop->kind != STOP_EXITING && stop->kind != STOP_FORK;
}

static int handle(struct session *session, struct stop *stop)
{
	struct thread *thread = stop->thread;
	enum resume how = RESUME;

	/* Of a call that gives its socket its ends, when it has: see call_return(). */
	if (stop->kind != STOP_EXIT || !thread || !thread->pending || !thread->pending->unsettled)
		tracing_collect(session);
	if (!thread)
		return handle_birth(session, stop);
	if (lets_go(session, stop)) {
		/* Our interruption makes a call return that would sleep. Only on its way out of the
		 * kernel can it be started anew, and this stop has used up the interruption that
		 * leads there (ptrace_stop() in kernel/signal.c): here is another one. */
		if (stop->kind == STOP_ENTRY ||
		    (stop->kind == STOP_EXIT && attach_ended_call(stop->result))) {
			attach_interrupt(stop->tid);
			return stop_resume(stop, RESUME);
		}
		if (stop->kind == STOP_EXIT)
			call_return(session, thread, stop);
		return thread_detach(session, stop);
	}

	if (stop->kind == STOP_ENTRY || stop->kind == STOP_EXIT) {
		colocation_stop(&session->colocation, thread, session_now(session));
		if (thread->interrupted && take_interruption(stop))
			return stop_resume(stop, RESUME);
	}
	switch (stop->kind) {
	case STOP_ENTRY:
		hidden_forbid(thread, stop);
		if (session->stepping)
			stepping_watch(session, stop);
		how = call_enter(session, thread, stop);
		break;
	case STOP_EXIT:
		if (stop->refused)
			call_abandon(session, thread, "refused");
		if (call_postpone(session, thread, stop))
			return 0;
		call_return(session, thread, stop);
		break;
	case STOP_SIGNAL:
		process_signalled(session, stop);
		break;
	case STOP_GROUP:
		how = RESUME_LISTEN;
		break;
	case STOP_FORK:
		process_forked(session, stop);
		break;
	case STOP_BORN:
		return handle_birth(session, stop);
	case STOP_EXEC:
		process_execed(session, stop);
		break;
	case STOP_EXITING:
		call_abandon(session, thread, WIFSIGNALED(stop->status) ? "killed" : "exit");
		queues_see_exiting(session, thread);
		all_sockets_exiting(session, thread);
		break;
	case STOP_GONE:
		thread_gone(session, stop);
		return 0;
	case STOP_OTHER:
		break;
	}
	return stop_resume(stop, how);
}

/* Nobody is left to stop, but a scenario waits for what the kernel keeps of a connection. */
static void session_rest(struct session *session)
{
	const struct timespec tick = { .tv_nsec = (long)TICK };
	nanosleep(&tick, NULL);
	session_tick(session);
}

/* Wait for a stop, decode it, apply it, ask the witnesses, write, resume. */
static int session_turn(struct session *session)
{
	struct stop stop;
	if (!session->tracees.threads.count) {
		session_rest(session);
		return 0;
	}
	session->tracees.apart = !session->colocation.sharing;
	int result = stop_wait(&session->tracees, &stop);

	if (signals_came())
		session_tick(session);
	if (result == -EINTR)
		return 0;
	if (result < 0)
		return result;
	if (!stop.thread && stop.kind == STOP_GONE)
		return 0; /* a reader of ours */
	result = handle(session, &stop);
	if (result == 0 && session->postponed)
		result = calls_take_up(session, 0);
	if (!session->ticking)
		keep_ticking(session);
	return result == 0 ? session->error : result;
}

/* --- beginning and end ---------------------------------------------------------------------- */

static void session_done(struct session *session)
{
	size_t position = 0;
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));)
		if (thread->pending) {
			event_free(thread->pending->event);
			free(thread->pending);
		}
	tracees_done(&session->tracees);
	position = 0;
	for (struct process *process; (process = map_next(&session->processes, &position));) {
		sockets_process_exit(session->sockets, process, false, NULL, NULL);
		auto_close(&process->pidfd);
		free(process);
	}
	map_done(&session->processes);
	map_done(&session->orphans);
	sockets_free(session->sockets);
	wiring_close(session);
	remains_done(session);
	tracing_close(session);
	teaching_close(session);
	sourcing_close(session);
	witnesses_free(session->witnesses);
	stepping_free(session->stepping);
	lanes_done(&session->lanes);
	filter_done(&session->filter);
	watcher_done(&session->watcher);
}

/* One is kept open for each process; the programs have the limit they would have. */
static void use_all_descriptors(const struct inherited *inherited)
{
	struct rlimit files = inherited->files;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static int open_wire(struct session *session)
{
	const struct options *options = session->options;
	if (options->wire == WIRE_NONE || (options->wire == WIRE_AUTO && !options->isolate))
		return 0;
	int result = wiring_open(session);
	return options->wire == WIRE_AUTO ? 0 : result;
}

int session_run(const struct options *options, struct outputs *outputs, struct director *director,
		struct session_result *ret_result)
{
	struct session session = {
		.options = options,
		.outputs = outputs,
		.verdict = { .rules = options->check_rules },
		.director = director,
		.identifier = { .identify = identify_socket, .name = name_socket },
	};
	int result = witnesses_new(&session.witnesses);

	live_evidence_init(&session.evidence, session.witnesses);
	session.started = monotonic();
	session.sockets = sockets_new(&session.identifier);
	session.evidence.sockets = session.sockets;
	if (result == 0 && !session.sockets)
		result = -ENOMEM;
	if (result == 0)
		result = lanes_init(&session.lanes);
	if (result == 0)
		result = teaching_open(&session);
	if (result == 0)
		result = sourcing_open(&session);
	if (result == 0)
		result = watching_init(&session);
	if (result == 0)
		result = ret_result->wire_error = open_wire(&session);
	if (result == 0 && options->step)
		result = ret_result->step_error = stepping_open(&session.stepping);
	if (result == 0)
		tracing_open(&session);
	inherited_save(&session.inherited);
	use_all_descriptors(&session.inherited);
	if (result == 0) {
		signals_catch(options);
		session_write_header(&session);
		result = director_begin(director, &session);
		/* Not until waitpid() finds nobody: the reader of a |COMMAND waits for our end. */
		while (result == 0 && (session.tracees.threads.count || director_goes_on(director)))
			result = session_turn(&session);
		if (result == -ECHILD) /* everybody has ended: so has the trace */
			result = 0;
		session_settle(&session);
		session_linger(&session);
		signals_set_timer(false);
		if (options->sockets && !session.listed)
			all_sockets_write(&session, SOCKETS_END);
		connections_close(&session);
		session_write_end(&session);
		director_result(director, ret_result);
		ret_result->verdict = session.verdict;
		if (stepping_reader(session.stepping))
			snprintf(ret_result->step_reader, sizeof ret_result->step_reader, "%s",
				 stepping_reader(session.stepping));
	}
	session_done(&session);
	return result;
}
