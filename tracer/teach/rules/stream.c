/* A stream: what one send gives to one receive, where it ends, and asking it too often. */
#include "teach/rules/rule.h"

#include <errno.h>
#include <netinet/in.h>

static bool is_stream(const struct socket *socket)
{
	return socket && socket->type == SOCK_STREAM;
}

static bool only_looks(const struct event *event)
{
	return event_message_flags(event) & (MSG_PEEK | MSG_ERRQUEUE | MSG_OOB);
}

/* --- a send that took less than it was given -------------------------------------------------- */

/* The socket sends no more from now on. */
static bool ends_sending(const struct finding *finding)
{
	if (finding->event->call == CALL_SHUTDOWN)
		return arg_number(finding, "how") != SHUT_RD;
	return finding->socket->holders == 0;
}

/* The other end still listens to it: else the rest would be of no use. */
static bool is_heard(enum tcp_state state)
{
	return state == STATE_ESTABLISHED || state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2;
}

static bool short_send(struct finding *finding)
{
	const struct stream_history *history = &finding->history->stream;
	if (!succeeded_with(finding) || !socket_is_tcp(finding->socket) || !history->rest ||
	    !is_heard(finding->record->state.before) || !ends_sending(finding))
		return false;
	note_param(finding, "asked", "%llu", (unsigned long long)history->short_asked);
	note_param(finding, "sent", "%llu", (unsigned long long)history->short_sent);
	note_param(finding, "rest", "%llu", (unsigned long long)history->rest);
	note_param(finding, "call", "%s", finding->event->name);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "rest", "%llu", (unsigned long long)history->rest);
	return true;
}

/* What is sent later is taken for the rest, whatever it is. */
static void note_sent(struct stream_history *history, const struct event *event)
{
	int64_t asked = asked_bytes(event);
	uint64_t sent = event->bytes_moved;
	if (asked > 0 && sent && sent < (uint64_t)asked) {
		history->short_asked = (uint64_t)asked;
		history->short_sent = sent;
		history->rest = (uint64_t)asked - sent;
	} else {
		history->rest -= sent < history->rest ? sent : history->rest;
	}
}

/* --- the end ---------------------------------------------------------------------------------- */

enum { IGNORED = 3, SPINNING = 100 };

static bool is_end(const struct event *event, const struct socket *socket)
{
	return is_stream(socket) && has_received(event) && !only_looks(event) &&
	       event->result == 0 && asked_bytes(event) > 0;
}

static bool ended_times(struct finding *finding, unsigned times)
{
	if (!is_end(finding->event, finding->socket) || !socket_is_tcp(finding->socket) ||
	    finding->socket->state != STATE_CLOSE_WAIT ||
	    finding->history->stream.ends + 1 != times)
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "count", "%u", times);
	note_param(finding, "state", "%s", tcp_state_name(finding->socket->state));
	note_param(finding, "port", "%d", endpoint_port(finding->socket->local));
	note_evidence(finding, "calls");
	note_evidence_param(finding, "zero", "%u", times);
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "state", "%s", tcp_state_name(finding->socket->state));
	return true;
}

static bool eof_ignored(struct finding *finding)
{
	return ended_times(finding, IGNORED);
}

static bool spin_on_eof(struct finding *finding)
{
	return ended_times(finding, SPINNING);
}

static bool zero_length_recv(struct finding *finding)
{
	if (!is_stream(finding->socket) || !has_received(finding->event) ||
	    asked_bytes(finding->event) != 0 || told_before(finding, finding->history))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "len", "0");
	return true;
}

/* --- no messages ------------------------------------------------------------------------------ */

static bool message_split(struct finding *finding)
{
	const struct record *record = finding->record;
	const struct origin *part = record->origins;
	uint64_t sends = 0;
	if (!is_stream(finding->socket) || !has_received(finding->event) ||
	    only_looks(finding->event) || !record->origin_count ||
	    told_before(finding, finding->history))
		return false;
	for (size_t i = 0; i < record->origin_count; i++)
		sends += part[i].calls;
	/* While the send is still under way nobody knows what all of it is. */
	if (sends == 1 && (!part->returned || part->length == part->of))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_evidence(finding, "calls");
	if (sends == 1) {
		note_param(finding, "length", "%llu", (unsigned long long)part->length);
		note_param(finding, "of", "%llu", (unsigned long long)part->of);
		note_evidence_param(finding, "offset", "%llu", (unsigned long long)part->offset);
	} else {
		note_param(finding, "sends", "%llu", (unsigned long long)sends);
		note_evidence_param(finding, "sends", "%llu", (unsigned long long)sends);
	}
	return true;
}

/* --- asking in a loop ------------------------------------------------------------------------- */

enum { SECOND = 1000000000, MOST_REFUSALS = 1000 };

static bool is_refused(const struct event *event)
{
	return event->returned && !event->restarted && event->error == EAGAIN;
}

/* Whether this refusal is one more of a row that is not older than a second, in which nobody has
 * waited for the socket. */
static bool goes_on(const struct stream_history *history, const struct life *life,
		    const struct event *event)
{
	return history->refusals && life->polled < history->refused_since &&
	       event->entered - history->refused_since <= SECOND;
}

static bool busy_loop(struct finding *finding)
{
	const struct stream_history *history = &finding->history->stream;
	if (!is_refused(finding->event) || history->refusals != MOST_REFUSALS ||
	    !goes_on(history, finding->life, finding->event) ||
	    told_before(finding, finding->history))
		return false;
	unsigned long long passed = finding->event->entered - history->refused_since;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "count", "%u", history->refusals + 1);
	note_param(finding, "milliseconds", "%llu", passed / 1000000 + 1);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "EAGAIN", "%u", history->refusals + 1);
	return true;
}

static void note_refused(struct stream_history *history, const struct life *life,
			 const struct event *event)
{
	if (!goes_on(history, life, event)) {
		history->refusals = 0;
		history->refused_since = event->entered;
	}
	history->refusals++;
}

/* --- what is remembered ----------------------------------------------------------------------- */

/* Whoever has heard of the end, or of an error, need not send the rest. */
static void note_data(struct stream_history *history, const struct event *event,
		      const struct socket *socket)
{
	bool end = is_end(event, socket);
	if (has_sent(event))
		note_sent(history, event);
	else if (end || (event->error && event->error != EINTR))
		history->rest = 0;
	if (has_received(event))
		history->ends = end ? history->ends + 1 : 0;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	const struct event *event = record->event;
	if (record->type != RECORD_CALL || event->restarted)
		return;
	struct life *life = event->class == CLASS_WAIT ? life_own(histories, record->pid) : NULL;
	if (life)
		life->polled = event->returned;
	bool refused = is_refused(event);
	bool data = is_stream(socket) && call_flow(event->call) != FLOW_NONE;
	struct history *history =
		refused || data || (socket && socket->history) ? history_own(socket) : NULL;
	if (!history)
		return;
	if (refused)
		note_refused(&history->stream, life_of(histories, record->pid), event);
	else
		history->stream.refusals = 0;
	/* Of which descriptor it took and to which it gave is not told here. */
	if (event->call == CALL_SENDFILE || event->call == CALL_SPLICE)
		history->stream.rest = 0;
	if (data && !refused)
		note_data(&history->stream, event, socket);
}

#define RECEIVES                                                                      \
	(CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | CALL_BIT(CALL_RECVMMSG) | \
	 CALL_BIT(CALL_READ) | CALL_BIT(CALL_READV))

static const struct rule rows[] = {
	{ "short-send", SEVERITY_MISTAKE, AT_RETURN, CALL_BIT(CALL_CLOSE) | CALL_BIT(CALL_SHUTDOWN),
	  short_send },
	{ "eof-ignored", SEVERITY_MISTAKE, AT_RETURN, RECEIVES, eof_ignored },
	{ "spin-on-eof", SEVERITY_MISTAKE, AT_RETURN, RECEIVES, spin_on_eof },
	{ "message-split", SEVERITY_NOTICE, AT_RETURN, RECEIVES, message_split },
	{ "zero-length-recv", SEVERITY_NOTICE, AT_RETURN, RECEIVES, zero_length_recv },
	{ "busy-loop", SEVERITY_MISTAKE, AT_RETURN, ANY_CALL_AT_ALL, busy_loop },
};

const struct rule_table stream_rules = { rows, sizeof rows / sizeof *rows, note };
