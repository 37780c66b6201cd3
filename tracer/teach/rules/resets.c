/* RST: who sends one instead of a FIN, and what it does to those who receive it. */
#include "teach/rules/rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Who is at the other end: its lane if it is traced, else its address. */
static void note_peer(struct finding *finding, const char *name)
{
	const struct socket *socket = finding->socket;
	const struct socket *peer = socket->peer;
	note_param(finding, name, "%s", peer && peer->lane ? peer->lane : socket->remote);
}

static void note_states(struct finding *finding)
{
	const struct record_state *state = &finding->record->state;
	note_evidence(finding, witness_name(state->witness));
	note_evidence_param(finding, "before", "%s", tcp_state_name(state->before));
	note_evidence_param(finding, "after", "%s", tcp_state_name(state->after));
}

/* Nobody holds it any more and nobody will send on it. */
static bool is_closed(const struct socket *socket)
{
	return socket && !socket->holders && socket->opened;
}

/* --- the end that closes ------------------------------------------------------------------------
 */

/* The last descriptor is gone, and of an open connection nothing is left: no FIN does that. */
static bool closed_with_reset(const struct finding *finding)
{
	const struct record_state *state = &finding->record->state;
	return succeeded_with(finding) && socket_is_tcp(finding->socket) &&
	       is_closed(finding->socket) && state->after == STATE_CLOSED &&
	       (state->before == STATE_ESTABLISHED || state->before == STATE_CLOSE_WAIT ||
		state->before == STATE_FIN_WAIT_1 || state->before == STATE_FIN_WAIT_2);
}

static void note_unread(struct finding *finding, const struct socket *closed)
{
	note_param(finding, "unread", "%lld", (long long)closed->unread);
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "unread", "%lld", (long long)closed->unread);
}

static bool reset_by_closing(struct finding *finding)
{
	if (!closed_with_reset(finding) || finding->socket->unread <= 0 ||
	    finding->history->resets.aborts || !first_time(finding, finding->socket->cookie))
		return false;
	note_peer(finding, "peer");
	/* One that has closed is no longer there to see it. */
	if (finding->record->state.before == STATE_ESTABLISHED)
		note_peer(finding, "victim");
	note_unread(finding, finding->socket);
	note_states(finding);
	return true;
}

/* What the other end finds, where no close() has told it: a process ended. */
static bool reset_by_peer(struct finding *finding)
{
	const struct socket *peer = finding->socket ? finding->socket->peer : NULL;
	if (!failed_with(finding, ECONNRESET) || !socket_is_tcp(finding->socket) || !peer ||
	    !peer->ending || peer->unread <= 0 || !peer->lane ||
	    /* What is sent to one that is gone is answered with RST, whatever was sent before. */
	    finding->socket->bytes_sent != peer->sent_to || finding->peer->resets.aborts ||
	    !first_time(finding, peer->cookie))
		return false;
	note_param(finding, "ended", "%s", peer->lane);
	note_unread(finding, peer);
	return true;
}

static bool reset_unread(struct finding *finding)
{
	return finding->event->call == CALL_CLOSE ? reset_by_closing(finding)
						  : reset_by_peer(finding);
}

static bool reset_linger(struct finding *finding)
{
	if (!closed_with_reset(finding) || !finding->history->resets.aborts)
		return false;
	note_peer(finding, "peer");
	note_evidence(finding, "calls");
	note_evidence_param(finding, "SO_LINGER", "1, 0");
	note_states(finding);
	return true;
}

static bool reset_queue(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	if (!succeeded_with(finding) || !socket_is_tcp(socket) || socket->holders ||
	    finding->record->state.before != STATE_LISTEN || socket->unaccepted <= 0)
		return false;
	note_param(finding, "waiting", "%lld", (long long)socket->unaccepted);
	note_param(finding, "port", "%d", endpoint_port(socket->local));
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "accept", "%lld", (long long)socket->unaccepted);
	return true;
}

/* --- the end that goes on -----------------------------------------------------------------------
 */

static bool reset_read(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	if (!succeeded_with(finding) || finding->event->result <= 0 || !socket_is_tcp(socket) ||
	    !socket->reset || finding->record->state.before != STATE_CLOSED ||
	    event_message_flags(finding->event) & MSG_PEEK ||
	    call_flow(finding->event->call) != FLOW_RECEIVES ||
	    !first_time(finding, socket->cookie))
		return false;
	note_peer(finding, "peer");
	note_param(finding, "bytes", "%lld", (long long)finding->event->result);
	note_param(finding, "call", "%s", finding->event->name);
	note_states(finding);
	return true;
}

/* Who only shut its sending half down still receives: that one holds its socket. */
static bool send_after_peer_closed(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	const struct record_state *state = &finding->record->state;
	if (!succeeded_with(finding) || finding->event->result <= 0 || !socket_is_tcp(socket) ||
	    call_flow(finding->event->call) != FLOW_SENDS || state->before != STATE_CLOSE_WAIT)
		return false;
	const struct socket *peer = socket->peer;
	bool answered = state->after == STATE_CLOSED;
	if (!(peer ? is_closed(peer) || peer->ending : answered) ||
	    !first_time(finding, socket->cookie))
		return false;
	note_peer(finding, "peer");
	note_param(finding, "bytes", "%lld", (long long)finding->event->result);
	note_param(finding, "call", "%s", finding->event->name);
	note_states(finding);
	return true;
}

/* --- SIGPIPE -----------------------------------------------------------------------------------
 */

static bool sigpipe(struct finding *finding)
{
	const struct record_process *process = finding->record->process;
	const struct broken_pipe *broken = &finding->life->broken;
	if (process->what != PROCESS_EXIT || !process->signal ||
	    strcmp(process->signal, "SIGPIPE") != 0 || !broken->signalled)
		return false;
	note_param(finding, "call", "%s", broken->call);
	note_param(finding, "lane", "%s", finding->record->lane);
	if (*broken->remote)
		note_param(finding, "remote", "%s", broken->remote);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "call", "%s", broken->call);
	note_evidence_param(finding, "errno", "EPIPE");
	note_evidence_param(finding, "signal", "SIGPIPE");
	return true;
}

/* --- what is remembered ------------------------------------------------------------------------
 */

static void note_linger(const struct event *event, struct socket *socket)
{
	const struct value *level = event_arg(event, "level");
	const struct value *name = event_arg(event, "optname");
	const struct value *value = event_arg(event, "optval");
	const struct value *on = value ? value_field(value, "onoff") : NULL;
	const struct value *seconds = value ? value_field(value, "linger") : NULL;
	if (!level || !name || !on || !seconds || value_number(level) != SOL_SOCKET ||
	    value_number(name) != SO_LINGER || event->error)
		return;
	struct history *history = history_own(socket);
	if (history)
		history->resets.aborts = value_number(on) && !value_number(seconds);
}

/* SIGPIPE comes from within the call, so that nothing lies between the two. */
static void note_broken(struct histories *histories, const struct record *record,
			const struct socket *socket)
{
	const struct event *event = record->event;
	const struct life *known = life_of(histories, record->pid);
	bool breaks = event->error == EPIPE && !(event_message_flags(event) & MSG_NOSIGNAL);
	if (!breaks && known->broken.tid != record->tid)
		return;
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	life->broken = (struct broken_pipe){ .tid = breaks ? record->tid : 0, .call = event->name };
	if (breaks && socket && socket->reset)
		snprintf(life->broken.remote, sizeof life->broken.remote, "%.63s", socket->remote);
}

static void note_signal(struct histories *histories, const struct record *record)
{
	const struct record_process *process = record->process;
	if (process->what != PROCESS_SIGNAL || !process->signal ||
	    strcmp(process->signal, "SIGPIPE") != 0 ||
	    !life_of(histories, record->pid)->broken.call)
		return;
	struct life *life = life_own(histories, record->pid);
	/* Of another thread, or a second one: from a pipe, whose calls are not seen. */
	if (life->broken.tid != record->tid || life->broken.signalled)
		life->broken = (struct broken_pipe){ 0 };
	else
		life->broken.signalled = true;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	if (record->type == RECORD_PROCESS)
		note_signal(histories, record);
	if (record->type != RECORD_CALL)
		return;
	note_broken(histories, record, socket);
	if (record->event->call == CALL_SETSOCKOPT)
		note_linger(record->event, socket);
}

#define CLOSE CALL_BIT(CALL_CLOSE)
#define SENDS                                                                       \
	(CALL_BIT(CALL_SENDTO) | CALL_BIT(CALL_SENDMSG) | CALL_BIT(CALL_SENDMMSG) | \
	 CALL_BIT(CALL_WRITE) | CALL_BIT(CALL_WRITEV))
#define RECEIVES                                                                      \
	(CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | CALL_BIT(CALL_RECVMMSG) | \
	 CALL_BIT(CALL_READ) | CALL_BIT(CALL_READV))

static const struct rule rows[] = {
	{ "sigpipe", SEVERITY_MISTAKE, AT_PROCESS, 0, sigpipe },
	{ "reset-unread", SEVERITY_NOTICE, AT_RETURN, CLOSE | SENDS | RECEIVES, reset_unread },
	{ "send-after-peer-closed", SEVERITY_NOTICE, AT_RETURN, SENDS, send_after_peer_closed },
	{ "reset-linger", SEVERITY_NOTICE, AT_RETURN, CLOSE, reset_linger },
	{ "reset-queue", SEVERITY_NOTICE, AT_RETURN, CLOSE, reset_queue },
	{ "reset-read", SEVERITY_NOTICE, AT_RETURN, RECEIVES, reset_read },
};

const struct rule_table resets_rules = { rows, sizeof rows / sizeof *rows, note };
