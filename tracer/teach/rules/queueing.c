/* Who waits, and for whom: full queues, a server that is busy, calls that a signal ended. */
#include "teach/rules/rule.h"

#include "teach/rules/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* --- the queue is full ------------------------------------------------------------------------ */

/* The listener that a connect() to that address comes to, if its queue is full. */
static const struct port_holder *full_listener(const struct port_holders *holders,
					       const char *target)
{
	for (size_t i = 0; i < holders->count; i++) {
		const struct port_holder *holder = &holders->rows[i];
		if (holder->state == STATE_LISTEN && holder->accept > holder->backlog &&
		    listener_takes(holder, target) == 1)
			return holder;
	}
	return NULL;
}

static void note_queue(struct finding *finding, const struct port_holder *listener)
{
	note_param(finding, "listener", "%s", listener->local);
	note_param(finding, "port", "%d", endpoint_port(listener->local));
	note_param(finding, "count", "%lld", (long long)listener->accept);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "queue", "%lld", (long long)listener->accept);
	note_evidence_param(finding, "limit", "%lld", (long long)listener->backlog);
}

/* connect() sleeps, or poll() after one that had only begun. */
static bool backlog_full(struct finding *finding)
{
	const struct evidence *evidence = finding->evidence;
	bool connects = finding->event->call == CALL_CONNECT;
	const char *target = connects ? arg_endpoint(finding) : finding->life->connecting.target;
	uint64_t network = !connects         ? finding->life->connecting.network
			   : finding->socket ? finding->socket->network
					     : 0;
	if (endpoint_port(target) <= 0 || (connects && !socket_is_tcp(finding->socket)) ||
	    evidence->is_own_address(evidence, network, target) != 1)
		return false;
	struct port_holders *holders = note_room(finding, sizeof *holders);
	if (!holders || evidence->holders(evidence, network, IPPROTO_TCP,
					  (uint16_t)endpoint_port(target), holders) < 0)
		return false;
	const struct port_holder *listener = full_listener(holders, target);
	struct listen_counters counters;
	if (!listener)
		return false;
	note_queue(finding, listener);
	note_param(finding, "limit", "%lld", (long long)listener->backlog);
	if (evidence->listen_counters(evidence, network, &counters) == 0) {
		note_evidence(finding, "proc");
		note_evidence_param(finding, "ListenOverflows", "%llu",
				    (unsigned long long)counters.overflows);
	}
	return true;
}

/* --- the server is busy ----------------------------------------------------------------------- */

static const struct port_holder *waiting_at(struct finding *finding,
					    const struct listening *listening)
{
	struct port_holders *holders = note_room(finding, sizeof *holders);
	if (!holders ||
	    finding->evidence->holders(finding->evidence, listening->network, IPPROTO_TCP,
				       (uint16_t)endpoint_port(listening->local), holders) < 0)
		return NULL;
	for (size_t i = 0; i < holders->count; i++)
		if (holders->rows[i].cookie == listening->cookie && holders->rows[i].accept > 0)
			return &holders->rows[i];
	return NULL;
}

/* Whether that process, and no other, could accept them. */
static bool is_only_holder(struct finding *finding, const struct port_holder *listener, pid_t pid)
{
	struct owners *owners = note_room(finding, sizeof *owners);
	return owners && listener->inode &&
	       finding->evidence->owners(finding->evidence, &listener->inode, 1, owners) == 0 &&
	       owners->total == 1 && owners->count == 1 && owners->rows[0].pid == pid;
}

static bool note_busy(struct finding *finding, const struct listening *listening,
		      const struct life *server, const char *call, const char *remote)
{
	const struct port_holder *listener = waiting_at(finding, listening);
	if (!listener || !server->queueing.lane || !is_only_holder(finding, listener, server->pid))
		return false;
	note_queue(finding, listener);
	note_param(finding, "server", "%s", server->queueing.lane);
	note_param(finding, "call", "%s", call);
	if (*remote)
		note_param(finding, "remote", "%s", remote);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "asleep", "%s", call);
	return true;
}

/* Of the client that waits for an answer: nobody has accepted it, the server sleeps elsewhere. */
static bool client_waits(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	const struct socket *queued = socket_is_tcp(socket) ? socket->peer : NULL;
	const struct listening *listening =
		queued && !queued->holders ? listening_find(finding->histories, queued->listener)
					   : NULL;
	const struct life *server = listening ? life_of(finding->histories, listening->pid) : NULL;
	if (!server || !server->pid || server->queueing.threaded || !server->queueing.asleep.call ||
	    server->queueing.asleep.waits || finding->history->connecting.queue_slept)
		return false;
	return note_busy(finding, listening, server, server->queueing.asleep.call,
			 server->queueing.asleep.remote);
}

/* The same, where the server falls asleep after the client. */
static bool server_sleeps(struct finding *finding)
{
	const struct life *server = finding->life;
	if (!finding->socket || !server->pid || server->queueing.threaded)
		return false;
	for (size_t i = 0; i < LISTENINGS; i++) {
		const struct listening *listening = &finding->histories->listenings[i];
		if (listening->cookie && listening->pid == server->pid && listening->waiting > 0 &&
		    listening->cookie != finding->socket->cookie)
			return !listening->told &&
			       note_busy(finding, listening, server, finding->event->name,
					 finding->socket->remote);
	}
	return false;
}

static bool accept_queue_waits(struct finding *finding)
{
	return client_waits(finding) || server_sleeps(finding);
}

/* --- it blocks after all ---------------------------------------------------------------------- */

static bool nonblock_not_inherited(struct finding *finding)
{
	const struct connecting_history *connecting = &finding->history->connecting;
	if (connecting->listener_blocking != BLOCKING_OFF || connecting->blocking != BLOCKING_ON ||
	    connecting->data_slept)
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "fd", "%d", finding->event->fd);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "listener", "O_NONBLOCK");
	note_evidence_param(finding, "asleep", "%s", finding->event->name);
	return true;
}

/* --- a signal --------------------------------------------------------------------------------- */

/* Signals that tell of something and are no way to end a program, as SIGTERM and SIGALRM are. */
static bool only_tells(const char *signal)
{
	static const char *const signals[] = { "SIGCHLD", "SIGWINCH", "SIGCONT", "SIGURG",
					       "SIGIO" };
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (strcmp(signal, signals[i]) == 0)
			return true;
	return false;
}

static bool eintr(struct finding *finding)
{
	const struct record *record = finding->record;
	const struct interruption *interruption = &finding->life->queueing.interruption;
	if (record->process->what != PROCESS_EXIT || record->process->status <= 0 ||
	    record->pid != record->tid || !interruption->call || !only_tells(interruption->signal))
		return false;
	note_param(finding, "call", "%s", interruption->call);
	note_param(finding, "signal", "%s", interruption->signal);
	note_param(finding, "status", "%d", record->process->status);
	note_evidence(finding, "calls");
	note_evidence_param(finding, interruption->call, "EINTR");
	note_evidence_param(finding, "signal", "%s", interruption->signal);
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

static void copy_endpoint(char to[INET_END_SIZE], const char *from)
{
	snprintf(to, INET_END_SIZE, "%.*s", INET_END_SIZE - 1, from);
}

static void note_process(struct histories *histories, const struct record *record)
{
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	if (record->pid == record->tid)
		life->queueing.lane = record->lane;
	life->queueing.threaded |=
		record->process->what == PROCESS_THREAD || record->process->what == PROCESS_ATTACH;
	struct interruption *interruption = &life->queueing.interruption;
	if (record->process->what == PROCESS_SIGNAL && interruption->call &&
	    interruption->tid == record->tid && !*interruption->signal)
		snprintf(interruption->signal, sizeof interruption->signal, "%s",
			 record->process->signal);
}

static bool waits_for_any(const struct event *event)
{
	return event->class == CLASS_WAIT || event->call == CALL_ACCEPT ||
	       event->call == CALL_ACCEPT4;
}

static void note_asleep(struct histories *histories, const struct record *record,
			struct socket *socket)
{
	const struct event *event = record->event;
	struct life *life = life_own(histories, record->pid);
	struct history *history = call_flow(event->call) != FLOW_NONE ? history_own(socket) : NULL;
	if (life) {
		life->queueing.asleep =
			(struct asleep){ .call = event->name, .waits = waits_for_any(event) };
		copy_endpoint(life->queueing.asleep.remote, socket ? socket->remote : "");
		if (event->class == CLASS_WAIT)
			*life->connecting.target = '\0';
	}
	if (socket && history) {
		history->connecting.data_slept = true;
		history->connecting.queue_slept =
			socket->peer && socket->peer->listener && !socket->peer->holders;
	}
	for (size_t i = 0; life && i < LISTENINGS; i++)
		if (histories->listenings[i].pid == record->pid &&
		    histories->listenings[i].waiting > 0)
			histories->listenings[i].told = true;
}

/* As a signal's handler makes it seen: as EINTR, or one of the kernel's own numbers, which becomes
 * EINTR where the handler lacks SA_RESTART. */
static void note_interrupted(struct histories *histories, const struct record *record)
{
	const struct event *event = record->event;
	/* poll() and its like are left also when what happened was waited for: a child's end. */
	bool ended = event->returned && (event->restarted || event->error == EINTR) &&
		     event->class != CLASS_WAIT;
	const struct life *known = life_of(histories, record->pid);
	if (!ended && !known->queueing.interruption.call)
		return;
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	if (ended)
		life->queueing.interruption = (struct interruption){
			.call = event->name, .id = event->call, .fd = event->fd, .tid = record->tid
		};
	else if (life->queueing.interruption.id == event->call &&
		 life->queueing.interruption.fd == event->fd)
		life->queueing.interruption.call = NULL;
}

static void note_listening(struct histories *histories, const struct record *record,
			   const struct socket *socket)
{
	const struct event *event = record->event;
	if (event->error || !socket_is_tcp(socket))
		return;
	struct listening *listening = listening_find(
		histories, event->call == CALL_CONNECT && socket->peer ? socket->peer->listener
			   : event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4
				   ? socket->listener
				   : socket->cookie);
	if (event->call == CALL_LISTEN && !listening) {
		listening = &histories->listenings[histories->listening_count++ % LISTENINGS];
		*listening = (struct listening){ .cookie = socket->cookie,
						 .pid = record->pid,
						 .network = socket->network };
		copy_endpoint(listening->local, socket->local);
	}
	if (!listening)
		return;
	if (listening->cookie == socket->cookie)
		listening->blocking = history_of(socket)->connecting.blocking;
	else if (event->call == CALL_CONNECT)
		listening->waiting++;
	else {
		listening->waiting--;
		listening->told = false;
		listening->accepted = (int)event->result;
	}
}

static void note_returned(struct histories *histories, const struct record *record,
			  struct socket *socket)
{
	const struct event *event = record->event;
	static const uint64_t listeners = CALL_BIT(CALL_LISTEN) | CALL_BIT(CALL_CONNECT) |
					  CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4) |
					  CALL_BIT(CALL_FCNTL) | CALL_BIT(CALL_IOCTL);
	if (life_of(histories, record->pid)->queueing.asleep.call)
		life_own(histories, record->pid)->queueing.asleep.call = NULL;
	if (event->restarted || !(CALL_BIT(event->call) & listeners))
		return;
	note_listening(histories, record, socket);
	bool accepts = event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4;
	const struct listening *listening =
		accepts && socket ? listening_find(histories, socket->listener) : NULL;
	struct history *history = listening ? history_own(socket) : NULL;
	if (history)
		history->connecting.listener_blocking = listening->blocking;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	if (record->type == RECORD_PROCESS)
		note_process(histories, record);
	if (!record->event)
		return;
	note_interrupted(histories, record);
	if (record->type == RECORD_ENTER)
		note_asleep(histories, record, socket);
	if (record->type == RECORD_CALL)
		note_returned(histories, record, socket);
}

#define WAITS                                                                               \
	(CALL_BIT(CALL_POLL) | CALL_BIT(CALL_PPOLL) | CALL_BIT(CALL_SELECT) |               \
	 CALL_BIT(CALL_PSELECT6) | CALL_BIT(CALL_EPOLL_WAIT) | CALL_BIT(CALL_EPOLL_PWAIT) | \
	 CALL_BIT(CALL_EPOLL_PWAIT2))

static const struct rule rows[] = {
	{ "backlog-full", SEVERITY_NOTICE, AT_WAITING, CALL_BIT(CALL_CONNECT) | WAITS,
	  backlog_full },
	{ "accept-queue-waits", SEVERITY_NOTICE, AT_WAITING, MOVES, accept_queue_waits },
	{ "nonblock-not-inherited", SEVERITY_NOTICE, AT_WAITING, MOVES, nonblock_not_inherited },
	{ "eintr", SEVERITY_MISTAKE, AT_PROCESS, 0, eintr },
};

const struct rule_table queueing_rules = { rows, sizeof rows / sizeof *rows, note };
