/* Who closes first, who does not close, and what close() does not do. */
#include "teach/rules/rule.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

static const uint64_t MILLISECOND = 1000000;
static const uint64_t SECOND = 1000000000;

/* --- TIME_WAIT ----------------------------------------------------------------------------------
 */

/* Both ends wait where both closed at the same time (RFC 9293, figure 13). */
static bool closed_first(const struct socket *socket)
{
	for (unsigned i = 0; i < socket->state_count; i++)
		if (socket->states[i] == STATE_CLOSING)
			return false;
	return socket->state == STATE_TIME_WAIT;
}

static bool time_wait_here(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	struct sight sight;
	if (!socket_is_tcp(socket) || !closed_first(socket) || !socket->lane ||
	    endpoint_port(socket->local) < 0 || !first_time(finding, key_of(socket->lane)) ||
	    finding->evidence->sight(finding->evidence, socket, &sight) < 0 ||
	    sight.state != STATE_TIME_WAIT || sight.expires < 0)
		return false;
	bool accepted = socket->role == ROLE_ACCEPTED;
	note_param(finding, accepted ? "server" : "client", "%s", socket->lane);
	note_param(finding, "port", "%d", endpoint_port(socket->local));
	note_param(finding, "seconds", "%lld", (long long)(sight.expires + 999) / 1000);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "TIME_WAIT");
	note_evidence_param(finding, "milliseconds", "%lld", (long long)sight.expires);
	return true;
}

/* --- the last FIN -------------------------------------------------------------------------------
 */

static bool delayed_ack(struct finding *finding)
{
	/* One that is not delayed comes at once; one that is, 40 ms later at the earliest
	 * (TCP_DELACK_MIN). */
	const uint64_t at_once = 30 * MILLISECOND;
	const struct socket *socket = finding->socket;
	const struct record_transition *transition = &finding->record->transition;
	if (!socket || transition->to != STATE_FIN_WAIT_2 || !socket->fin_sent ||
	    socket->fin_again || socket->fin_acknowledged < socket->fin_sent + at_once ||
	    !first_time(finding, key_of(socket->lane)))
		return false;
	uint64_t delay = (socket->fin_acknowledged - socket->fin_sent) / MILLISECOND;
	const struct socket *peer = socket->peer;
	note_param(finding, "lane", "%s", socket->lane);
	note_param(finding, "peer", "%s", peer && peer->lane ? peer->lane : socket->remote);
	note_param(finding, "delay", "%llu", (unsigned long long)delay);
	note_evidence(finding, "wire");
	note_evidence_param(finding, "milliseconds", "%llu", (unsigned long long)delay);
	return true;
}

/* --- close() that sends nothing -----------------------------------------------------------------
 */

static bool close_still_open(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	const struct record_state *state = &finding->record->state;
	uint64_t inode = 0;
	if (!succeeded_with(finding) || !socket_is_tcp(socket) || !socket->opened ||
	    !socket->holders || state->before != state->after ||
	    (state->after != STATE_ESTABLISHED && state->after != STATE_CLOSE_WAIT) ||
	    !first_time(finding, (uint64_t)finding->record->pid) ||
	    finding->evidence->inode(finding->evidence, socket, &inode) < 0)
		return false;
	note_evidence(finding, witness_name(state->witness));
	note_evidence_param(finding, "state", "%s", tcp_state_name(state->after));
	note_param(finding, "port", "%d", endpoint_port(socket->local));
	note_owner(finding, inode);
	return finding->note->evidence_count > 1;
}

static void note_sleeper(struct finding *finding, const struct descriptor_call *sleeper,
			 const struct descriptor_call *closer)
{
	note_param(finding, "sleeper", "%s", sleeper->lane);
	note_param(finding, "call", "%s", sleeper->call);
	note_param(finding, "closer", "%s", closer->lane);
	note_param(finding, "fd", "%d", closer->fd);
	if (finding->socket)
		note_param(finding, "port", "%d", endpoint_port(finding->socket->local));
	note_evidence(finding, "calls");
	note_evidence_param(finding, "sleeps", "%s", sleeper->call);
	note_evidence_param(finding, "fd", "%d", closer->fd);
}

static struct descriptor_call call_of(const struct record *record)
{
	const struct event *event = record->event;
	return (struct descriptor_call){ .tid = record->tid,
					 .fd = event->fd,
					 .cookie = event->cookie,
					 .at = event->entered,
					 .call = event->name,
					 .lane = record->lane };
}

/* Another thread of the same process: in another process the number is another descriptor. */
static bool meet(const struct descriptor_call *sleeper, const struct descriptor_call *closer)
{
	return sleeper->tid && closer->tid && sleeper->tid != closer->tid &&
	       sleeper->fd == closer->fd && sleeper->cookie == closer->cookie &&
	       sleeper->at < closer->at;
}

static bool close_does_not_wake(struct finding *finding)
{
	const struct closing_life *life = &finding->life->closing;
	struct descriptor_call here = call_of(finding->record);
	if (!socket_is_tcp(finding->socket) || !here.cookie)
		return false;
	/* Who closed before it was clear that the other one sleeps. */
	if (finding->record->type == RECORD_ENTER && meet(&here, &life->closed)) {
		note_sleeper(finding, &here, &life->closed);
		return true;
	}
	if (finding->event->call != CALL_CLOSE || !finding->event->returned ||
	    !succeeded_with(finding))
		return false;
	for (size_t i = 0; life->sleeping && i < MOST_SLEEPERS; i++)
		if (meet(&life->sleepers[i], &here)) {
			note_sleeper(finding, &life->sleepers[i], &here);
			return true;
		}
	return false;
}

/* --- close() that is missing --------------------------------------------------------------------
 */

/* Whether the other end can get nothing more; where it is not traced, nobody can say. */
static bool peer_is_done(const struct socket *socket)
{
	return !socket->peer || !socket->peer->holders;
}

static bool is_due(const struct record *record, const struct ended_stream *ended)
{
	if (!ended->cookie || record->type == RECORD_PROCESS)
		return ended->cookie && ended->moved_on;
	return record->time >= ended->at + 5 * SECOND && record->event->cookie != ended->cookie;
}

static bool is_leaked(const struct finding *finding, const struct ended_stream *ended)
{
	const struct record *record = finding->record;
	const struct socket *socket =
		is_due(record, ended) ? finding->evidence->socket(finding->evidence, ended->cookie)
				      : NULL;
	if (!socket || socket->holders != 1 || socket->holder_pid != record->pid ||
	    !peer_is_done(socket))
		return false;
	/* The kernel has closed it by now. */
	if (record->type == RECORD_PROCESS)
		return socket->ending && socket->last == STATE_CLOSE_WAIT;
	return socket->state == STATE_CLOSE_WAIT && (socket->peer || ended->moved_on);
}

static bool close_wait_leak(struct finding *finding)
{
	const struct closing_life *life = &finding->life->closing;
	const struct record *record = finding->record;
	if (!life->ended_count ||
	    (record->type == RECORD_PROCESS && record->process->what != PROCESS_EXIT))
		return false;
	for (size_t i = 0; i < MOST_ENDED; i++) {
		const struct ended_stream *ended = &life->ended[i];
		if (!is_leaked(finding, ended) || !first_time(finding, ended->cookie))
			continue;
		const struct socket *socket =
			finding->evidence->socket(finding->evidence, ended->cookie);
		note_param(finding, "remote", "%s", socket->remote);
		note_param(finding, "port", "%d", endpoint_port(socket->local));
		note_param(finding, "fd", "%d", ended->fd);
		if (record->type == RECORD_PROCESS)
			note_param(finding, "lane", "%s", record->lane);
		note_param(finding, "seconds", "%llu",
			   (unsigned long long)((record->time - ended->at) / SECOND));
		note_evidence(finding, "tcp_info");
		note_evidence_param(finding, "state", "CLOSE_WAIT");
		return true;
	}
	return false;
}

/* Somebody is about to accept what waits there. */
static bool is_being_accepted(const struct finding *finding, uint64_t listener)
{
	const struct socket *socket = finding->evidence->socket(finding->evidence, listener);
	return !socket || socket->under_way;
}

/* A connection that the client closed before anybody accepted it. */
static bool close_wait_queue(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	const struct socket *peer = socket ? socket->peer : NULL;
	if (!succeeded_with(finding) || !socket_is_tcp(socket) || !peer || peer->holders ||
	    !peer->listener || finding->record->state.peer_after != STATE_CLOSE_WAIT ||
	    !peer->lane || is_being_accepted(finding, peer->listener) ||
	    !first_time(finding, peer->listener))
		return false;
	int port = endpoint_port(socket->remote);
	const struct port_holders *holders = port_holders(finding, IPPROTO_TCP, port);
	for (size_t i = 0; holders && i < holders->count; i++) {
		const struct port_holder *holder = &holders->rows[i];
		if (holder->cookie != peer->cookie || holder->inode ||
		    holder->state != STATE_CLOSE_WAIT)
			continue;
		note_param(finding, "lane", "%s", finding->record->lane);
		note_param(finding, "server", "%s", peer->lane);
		note_param(finding, "port", "%d", port);
		note_evidence(finding, "sock_diag");
		note_evidence_param(finding, "state", "CLOSE_WAIT");
		note_evidence_param(finding, "inode", "0");
		return true;
	}
	return false;
}

/* --- what is remembered ------------------------------------------------------------------------
 */

static struct descriptor_call *sleeper_of(struct closing_life *life, pid_t tid)
{
	for (size_t i = 0; i < MOST_SLEEPERS; i++)
		if (life->sleepers[i].tid == tid)
			return &life->sleepers[i];
	return NULL;
}

static void note_sleep(struct histories *histories, const struct record *record)
{
	bool sleeps = record->type == RECORD_ENTER && record->event->cookie;
	if (!sleeps && !life_of(histories, record->pid)->closing.sleeping)
		return;
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	struct closing_life *closing = &life->closing;
	struct descriptor_call *old = sleeper_of(closing, record->tid);
	if (old) {
		old->tid = 0;
		closing->sleeping--;
	}
	struct descriptor_call *room = sleeps ? sleeper_of(closing, 0) : NULL;
	if (room) {
		*room = call_of(record);
		closing->sleeping++;
	}
}

/* With threads alone: nobody else can sleep on what this one closes. */
static void note_close(struct histories *histories, const struct record *record)
{
	const struct event *event = record->event;
	if (event->call != CALL_CLOSE || event->error || !event->cookie)
		return;
	struct life *life = life_own(histories, record->pid);
	if (life)
		life->closing.closed = call_of(record);
}

static bool is_end(const struct record *record, const struct socket *socket)
{
	const struct event *event = record->event;
	return record->type == RECORD_CALL && call_flow(event->call) == FLOW_RECEIVES &&
	       !event->error && !event->restarted && event->result == 0 && socket_is_tcp(socket) &&
	       record->state.after == STATE_CLOSE_WAIT && record->queues.receive == 0;
}

static void note_accept(struct closing_life *life, const struct record *record)
{
	for (size_t i = 0; i < MOST_ENDED; i++) {
		struct ended_stream *ended = &life->ended[i];
		ended->moved_on |= ended->cookie && ended->tid == record->tid &&
				   ended->at < record->event->entered;
	}
}

/* Whatever is done to a socket, it is not forgotten. */
static void drop_ended(struct closing_life *life, uint64_t cookie)
{
	for (size_t i = 0; i < MOST_ENDED && cookie; i++)
		if (life->ended[i].cookie == cookie) {
			life->ended[i] = (struct ended_stream){ 0 };
			life->ended_count--;
		}
}

/* In a free row, or in place of the oldest. */
static void add_ended(struct closing_life *life, const struct record *record)
{
	struct ended_stream *row = &life->ended[0];
	for (size_t i = 1; i < MOST_ENDED; i++)
		if (life->ended[i].at < row->at)
			row = &life->ended[i];
	life->ended_count += !row->cookie;
	*row = (struct ended_stream){ .cookie = record->event->cookie,
				      .at = record->event->entered,
				      .tid = record->tid,
				      .fd = record->event->fd };
}

static void note_end(struct histories *histories, const struct record *record,
		     const struct socket *socket)
{
	const struct event *event = record->event;
	bool end = is_end(record, socket) && event->cookie;
	if (!end && !life_of(histories, record->pid)->closing.ended_count)
		return;
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	drop_ended(&life->closing, event->cookie);
	if (event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4)
		note_accept(&life->closing, record);
	if (end)
		add_ended(&life->closing, record);
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	if (!record->event)
		return;
	note_sleep(histories, record);
	if (record->type == RECORD_CALL)
		note_close(histories, record);
	if (record->type != RECORD_UNFINISHED)
		note_end(histories, record, socket);
}

#define CLOSE    CALL_BIT(CALL_CLOSE)
#define SHUTDOWN CALL_BIT(CALL_SHUTDOWN)

static const struct rule rows[] = {
	{ "time-wait-here", SEVERITY_NOTICE, AT_CONNECTION, 0, time_wait_here },
	{ "close-still-open", SEVERITY_NOTICE, AT_RETURN, CLOSE, close_still_open },
	{ "close-wait-leak", SEVERITY_MISTAKE, AT_RETURN | AT_WAITING | AT_PROCESS, ANY_CALL_AT_ALL,
	  close_wait_leak },
	{ "close-does-not-wake", SEVERITY_MISTAKE, AT_RETURN | AT_WAITING, ANY_CALL_AT_ALL,
	  close_does_not_wake },
	{ "close-wait-queue", SEVERITY_NOTICE, AT_RETURN, CLOSE | SHUTDOWN, close_wait_queue },
	{ "delayed-ack", SEVERITY_NOTICE, AT_STATE, 0, delayed_ack },
};

const struct rule_table closing_rules = { rows, sizeof rows / sizeof *rows, note };
