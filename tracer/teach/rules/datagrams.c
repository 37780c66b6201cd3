/* UDP: a datagram that nobody takes, and one of which the end is thrown away. */
#include "teach/rules/rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* --- nobody is there -------------------------------------------------------------------------- */

/* An ICMP message has come back, which the kernel keeps for the next call (FACTS.md, 4). */
static bool udp_nobody(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	if (!failed_with(finding, ECONNREFUSED) || !socket_is_udp(socket) || !*socket->remote ||
	    told_before(finding, finding->history))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "address", "%s", socket->remote);
	note_param(finding, "port", "%d", endpoint_port(socket->remote));
	note_evidence(finding, "calls");
	note_evidence_param(finding, "remote", "%s", socket->remote);
	return true;
}

/* --- which datagram it was -------------------------------------------------------------------- */

static bool is_any_address(const char *endpoint)
{
	return strncmp(endpoint, "0.0.0.0:", 8) == 0 || strncmp(endpoint, "[::]:", 5) == 0;
}

/* A socket that is bound to all addresses sends and receives with one of them. */
static bool same_end(const char *socket, const char *seen)
{
	return endpoint_port(socket) > 0 && endpoint_port(socket) == endpoint_port(seen) &&
	       (strcmp(socket, seen) == 0 || is_any_address(socket) || is_any_address(seen));
}

/* Where it came from; "": the call does not say. */
static const char *source_of(const struct event *event, const struct socket *socket)
{
	const struct value *address = event_arg(event, "addr");
	return address && address->kind == VALUE_ENDPOINT ? address->endpoint : socket->remote;
}

static const struct value_bytes *payload_of(const struct event *event)
{
	const struct value *value = event_arg(event, "buf");
	return value && value->kind == VALUE_BYTES ? &value->bytes : NULL;
}

/* Whether that may be the datagram of which these bytes came. */
static bool may_be(const struct datagram *row, const struct event *event,
		   const struct socket *socket)
{
	const struct value_bytes *bytes = payload_of(event);
	size_t known = bytes && bytes->captured < row->known ? bytes->captured : row->known;
	return bytes && row->network == socket->network && row->size >= bytes->length &&
	       same_end(row->from, source_of(event, socket)) && same_end(row->to, socket->local) &&
	       memcmp(row->head, bytes->data, known) == 0;
}

/* Its size, if all that fit have the same; 0: nobody knows. */
static uint64_t sent_size(const struct datagrams *datagrams, const struct event *event,
			  const struct socket *socket)
{
	uint64_t size = 0;
	for (size_t i = 0; i < datagrams->count; i++) {
		if (!may_be(&datagrams->rows[i], event, socket))
			continue;
		if (size && size != datagrams->rows[i].size)
			return 0;
		size = datagrams->rows[i].size;
	}
	return size;
}

/* recvmsg() alone says so by itself; the others only if they are asked to (MSG_TRUNC), and then by
 * a result that is larger than the buffer. */
static bool says_truncated(const struct event *event)
{
	const struct value *message = event_arg(event, "msg");
	const struct value *flags = message ? value_field(message, "flags") : NULL;
	return flags && value_number(flags) & MSG_TRUNC;
}

static bool udp_truncated(struct finding *finding)
{
	const struct event *event = finding->event;
	const struct value_bytes *bytes = payload_of(event);
	if (!has_received(event) || !socket_is_udp(finding->socket) ||
	    event_message_flags(event) & (MSG_PEEK | MSG_ERRQUEUE))
		return false;
	bool said = says_truncated(event);
	uint64_t size = 0;
	if (!said && bytes && bytes->length && event->result == asked_bytes(event))
		size = sent_size(finding->datagrams, event, finding->socket);
	if (!said && (!bytes || size <= bytes->length))
		return false;
	note_param(finding, "call", "%s", event->name);
	note_evidence(finding, "calls");
	if (said) {
		note_evidence_param(finding, "flags", "MSG_TRUNC");
		return true;
	}
	note_param(finding, "length", "%zu", bytes->length);
	note_param(finding, "size", "%llu", (unsigned long long)size);
	note_param(finding, "lost", "%llu", (unsigned long long)(size - bytes->length));
	note_evidence_param(finding, "sent", "%llu", (unsigned long long)size);
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

static void forget(struct datagrams *datagrams, size_t i)
{
	datagrams->count--;
	memmove(&datagrams->rows[i], &datagrams->rows[i + 1],
		(datagrams->count - i) * sizeof *datagrams->rows);
}

static void note_sent(struct datagrams *datagrams, const struct event *event,
		      const struct socket *socket)
{
	const struct value *address = event_arg(event, "addr");
	const char *to =
		address && address->kind == VALUE_ENDPOINT ? address->endpoint : socket->remote;
	const struct value_bytes *bytes = payload_of(event);
	if (!bytes || strlen(to) >= INET_ENDPOINT_SIZE ||
	    strlen(socket->local) >= INET_ENDPOINT_SIZE)
		return;
	if (datagrams->count == DATAGRAMS)
		forget(datagrams, 0);
	struct datagram *row = &datagrams->rows[datagrams->count++];
	*row = (struct datagram){ .network = socket->network, .size = (uint64_t)event->result };
	row->known = bytes->captured < sizeof row->head ? bytes->captured : sizeof row->head;
	memcpy(row->head, bytes->data, row->known);
	snprintf(row->from, sizeof row->from, "%s", socket->local);
	snprintf(row->to, sizeof row->to, "%s", to);
}

/* Of several that fit, the oldest. */
static void note_received(struct datagrams *datagrams, const struct event *event,
			  const struct socket *socket)
{
	for (size_t i = 0; i < datagrams->count; i++)
		if (may_be(&datagrams->rows[i], event, socket)) {
			forget(datagrams, i);
			return;
		}
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	const struct event *event = record->event;
	if (record->type != RECORD_CALL || !socket_is_udp(socket))
		return;
	if (has_sent(event))
		note_sent(&histories->datagrams, event, socket);
	if (has_received(event) && !(event_message_flags(event) & MSG_PEEK))
		note_received(&histories->datagrams, event, socket);
}

#define RECEIVES (CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | CALL_BIT(CALL_READ))

static const struct rule rows[] = {
	{ "udp-nobody", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, udp_nobody },
	{ "udp-truncated", SEVERITY_MISTAKE, AT_RETURN, RECEIVES, udp_truncated },
};

const struct rule_table datagram_rules = { rows, sizeof rows / sizeof *rows, note };
