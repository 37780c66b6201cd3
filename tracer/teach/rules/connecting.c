/* connect(): refused, begun and not over, given up, or come back to where it began. */
#include "teach/rules/rule.h"

#include "teach/rules/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* --- refused ---------------------------------------------------------------------------------- */

enum listening_there {
	NOT_TO_BE_SAID,
	NOBODY_LISTENS,
	LISTENS_ELSEWHERE, /* on that port, on another address */
	LISTENS_THERE,
};

/* Who listens on the target's port; `ret_row` is a socket that listens, else one that is bound. */
static enum listening_there listening_at(const struct port_holders *holders, const char *target,
					 const struct port_holder **ret_row)
{
	enum listening_there answer = NOBODY_LISTENS;
	*ret_row = NULL;
	for (size_t i = 0; holders && i < holders->count; i++) {
		const struct port_holder *holder = &holders->rows[i];
		if (holder->state == STATE_CLOSED && !*ret_row)
			*ret_row = holder;
		if (holder->state != STATE_LISTEN)
			continue;
		int takes = listener_takes(holder, target);
		*ret_row = holder;
		if (takes)
			return takes > 0 ? LISTENS_THERE : NOT_TO_BE_SAID;
		answer = LISTENS_ELSEWHERE;
	}
	return holders ? answer : NOT_TO_BE_SAID;
}

/* The target of a connect() that was refused, and that is an address of ours; NULL: it was not. One
 * that tries again and again is told once. */
static const char *refused_at_home(const struct finding *finding)
{
	const char *target;
	if (!socket_is_tcp(finding->socket) || connect_outcome(finding, &target) != ECONNREFUSED ||
	    strcmp(finding->life->connecting.refused, target) == 0 || !is_own(finding, target))
		return NULL;
	return target;
}

static void note_target(struct finding *finding, const char *target)
{
	note_param(finding, "address", "%s", target);
	note_param(finding, "port", "%d", endpoint_port(target));
}

static void note_listener(struct finding *finding, const char *target,
			  const struct port_holder *listener)
{
	note_target(finding, target);
	note_param(finding, "holder", "%s", listener->local);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "LISTEN");
	note_evidence_param(finding, "local", "%s", listener->local);
}

static bool refused_nobody(struct finding *finding)
{
	const struct port_holder *bound;
	const char *target = refused_at_home(finding);
	const struct port_holders *holders =
		target ? port_holders(finding, IPPROTO_TCP, endpoint_port(target)) : NULL;
	if (listening_at(holders, target, &bound) != NOBODY_LISTENS)
		return false;
	note_target(finding, target);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "listening", "0");
	if (bound) {
		note_param(finding, "holder", "%s", bound->local);
		note_owner(finding, bound->inode);
	}
	return true;
}

static bool refused_other_address(struct finding *finding)
{
	const struct port_holder *listener;
	const char *target = refused_at_home(finding);
	const struct port_holders *holders =
		target ? port_holders(finding, IPPROTO_TCP, endpoint_port(target)) : NULL;
	if (listening_at(holders, target, &listener) != LISTENS_ELSEWHERE)
		return false;
	note_listener(finding, target, listener);
	if (strncmp(listener->local, "[::]:", 5) == 0 && listener->v6only == 1)
		note_param(finding, "ipv6", "%s", listener->local);
	note_owner(finding, listener->inode);
	return true;
}

/* "localhost" is ::1 first, and most servers listen on 127.0.0.1 alone. */
static bool localhost_v6_first(struct finding *finding)
{
	const struct port_holder *listener;
	const char *target;
	const char *refused = finding->life->connecting.refused;
	if (!socket_is_tcp(finding->socket) || strncmp(refused, "[::1]:", 6) != 0 ||
	    connect_outcome(finding, &target) != 0 || strncmp(target, "127.0.0.1:", 10) != 0 ||
	    endpoint_port(refused) != endpoint_port(target))
		return false;
	const struct port_holders *holders =
		port_holders(finding, IPPROTO_TCP, endpoint_port(target));
	if (listening_at(holders, refused, &listener) != LISTENS_ELSEWHERE)
		return false;
	note_listener(finding, target, listener);
	note_param(finding, "refused", "%s", refused);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "refused", "%s", refused);
	return true;
}

/* One of the two ends has not put its port into network byte order. */
static bool port_byte_order_refused(struct finding *finding)
{
	const struct port_holder *listener;
	char other[INET_END_SIZE];
	const char *target = refused_at_home(finding);
	int port = target ? endpoint_port(target) : 0, swapped = port_swapped(port);
	struct port_holders *holders =
		target && port > 0 && port != swapped ? note_room(finding, sizeof *holders) : NULL;
	if (!holders || finding->evidence->holders(finding->evidence, finding->socket->network,
						   IPPROTO_TCP, (uint16_t)swapped, holders) < 0)
		return false;
	snprintf(other, sizeof other, "%.*s:%d", (int)(strrchr(target, ':') - target), target,
		 swapped);
	if (listening_at(holders, other, &listener) != LISTENS_THERE)
		return false;
	note_listener(finding, target, listener);
	note_param(finding, "swapped", "%d", swapped);
	note_owner(finding, listener->inode);
	return true;
}

/* The command line names a port, and the program uses another, which has the same two bytes. */
static bool port_byte_order_argument(struct finding *finding)
{
	int port = endpoint_port(arg_endpoint(finding)), swapped = port_swapped(port);
	bool named = false;
	if (port <= 0 || port == swapped || !finding->event->returned)
		return false;
	for (size_t i = 0; i < ARGUMENT_PORTS; i++) {
		if (finding->life->connecting.ports[i] == port)
			return false;
		named |= finding->life->connecting.ports[i] == swapped;
	}
	if (!named)
		return false;
	note_target(finding, arg_endpoint(finding));
	note_param(finding, "swapped", "%d", swapped);
	note_param(finding, "call", "%s", finding->event->name);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "argument", "%d", swapped);
	return true;
}

static bool port_byte_order(struct finding *finding)
{
	bool names = finding->event->call == CALL_BIND || finding->event->call == CALL_CONNECT;
	return (names && port_byte_order_argument(finding)) ||
	       (finding->event->call != CALL_BIND && port_byte_order_refused(finding));
}

/* --- begun, and not over ---------------------------------------------------------------------- */

/* EINPROGRESS, and then, before anybody waited or asked: the program closed it, or used it. */
static bool connect_in_progress(struct finding *finding)
{
	const struct connecting_history *connecting = &finding->history->connecting;
	bool closes = finding->event->call == CALL_CLOSE;
	if (!connecting->begun || connecting->blocking != BLOCKING_OFF ||
	    finding->life->connecting.ring || finding->life->polled > connecting->begun ||
	    !socket_is_tcp(finding->socket) || finding->event->restarted ||
	    (closes && (finding->event->error || finding->socket->holders)))
		return false;
	note_target(finding, connecting->target);
	note_param(finding, closes ? "close" : "call", "%s", finding->event->name);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "connect", "EINPROGRESS");
	note_evidence_param(finding, "next", "%s", finding->event->name);
	return true;
}

static bool connect_timeo(struct finding *finding)
{
	const struct connecting_history *connecting = &finding->history->connecting;
	if (!failed_with(finding, EINPROGRESS) || connecting->blocking != BLOCKING_ON ||
	    connecting->send_timeout <= 0)
		return false;
	note_target(finding, arg_endpoint(finding));
	note_param(finding, "seconds", "%g", connecting->send_timeout);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "SO_SNDTIMEO", "%g", connecting->send_timeout);
	return true;
}

/* --- connected to itself, or to nobody -------------------------------------------------------- */

static bool self_connect(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	const char *target;
	if (!socket_is_tcp(socket) || connect_outcome(finding, &target) != 0 || !*socket->local ||
	    strcmp(socket->local, socket->remote) != 0 || socket->state != STATE_ESTABLISHED)
		return false;
	note_target(finding, socket->local);
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "local", "%s", socket->local);
	note_evidence_param(finding, "remote", "%s", socket->remote);
	return true;
}

/* Of IPv4 alone: there the errno has no other cause (tcp_v4_connect()). */
static bool ports_exhausted(struct finding *finding)
{
	const char *name = "net.ipv4.ip_local_port_range";
	const char *target = arg_endpoint(finding);
	int64_t range[2];
	if (!failed_with(finding, EADDRNOTAVAIL) || !socket_is_tcp(finding->socket) ||
	    finding->socket->domain != AF_INET || finding->history->binding.bound ||
	    finding->history->connecting.own_ports || endpoint_port(target) <= 0 ||
	    finding->evidence->sysctl(finding->evidence, finding->socket->network, name, range,
				      2) != 2)
		return false;
	note_target(finding, target);
	note_param(finding, "first", "%lld", (long long)range[0]);
	note_param(finding, "last", "%lld", (long long)range[1]);
	note_param(finding, "count", "%lld", (long long)range[1] - (long long)range[0] + 1);
	note_evidence(finding, "sysctl");
	note_evidence_param(finding, name, "%lld %lld", (long long)range[0], (long long)range[1]);
	struct port_holders *clients = note_room(finding, sizeof *clients);
	if (!clients ||
	    finding->evidence->clients(finding->evidence, finding->socket->network, IPPROTO_TCP,
				       (uint16_t)endpoint_port(target), clients) < 0)
		return true;
	note_param(finding, "waiting", "%u", clients->counts[STATE_TIME_WAIT]);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "TIME_WAIT", "%u", clients->counts[STATE_TIME_WAIT]);
	note_evidence_param(finding, "ESTABLISHED", "%u", clients->counts[STATE_ESTABLISHED]);
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* linux/in.h, since 6.3 */
#endif

static void note_blocking(const struct event *event, struct connecting_history *connecting)
{
	const struct value *argument = &event->args[2];
	int non_blocking = -1;
	if (event->call == CALL_SOCKET)
		non_blocking = (event->raw[1] & SOCK_NONBLOCK) != 0;
	if (event->call == CALL_ACCEPT)
		non_blocking = 0;
	if (event->call == CALL_ACCEPT4)
		non_blocking = (event->raw[3] & SOCK_NONBLOCK) != 0;
	if (event->call == CALL_FCNTL && (int)event->raw[1] == F_SETFL)
		non_blocking = (event->raw[2] & O_NONBLOCK) != 0;
	if (event->call == CALL_IOCTL && (unsigned)event->raw[1] == FIONBIO &&
	    argument->kind == VALUE_INTEGER)
		non_blocking = argument->integer != 0;
	if (non_blocking >= 0)
		connecting->blocking = non_blocking ? BLOCKING_OFF : BLOCKING_ON;
}

static void note_timeout(const struct event *event, struct connecting_history *connecting)
{
	const struct value *time = set_option(event, SOL_SOCKET, SO_SNDTIMEO);
	const struct value *seconds = time ? value_field(time, "sec") : NULL;
	const struct value *rest = time ? value_field(time, "usec") : NULL;
	if (seconds && rest)
		connecting->send_timeout =
			(double)value_number(seconds) + (double)value_number(rest) / 1e6;
}

static void copy_endpoint(char to[INET_END_SIZE], const char *from)
{
	snprintf(to, INET_END_SIZE, "%.*s", INET_END_SIZE - 1, from);
}

static void note_connect(struct life *life, struct history *history, const struct event *event,
			 const struct socket *socket)
{
	const struct finding finding = { .event = event, .history = history };
	struct connecting_history *connecting = &history->connecting;
	const char *target;
	int outcome = connect_outcome(&finding, &target);
	if (event->call == CALL_CONNECT)
		copy_endpoint(connecting->target, arg_endpoint(&finding));
	if (life && outcome == ECONNREFUSED)
		copy_endpoint(life->connecting.refused, target);
	if (life && outcome == 0)
		*life->connecting.refused = '\0';
	bool begins = event->call == CALL_CONNECT && event->error == EINPROGRESS;
	connecting->begun = begins ? event->returned : 0;
	if (!life)
		return;
	copy_endpoint(life->connecting.target, begins ? connecting->target : "");
	life->connecting.network = socket->network;
}

/* Calls that ask how it went, or that move data and so find out. */
static bool settles(const struct event *event)
{
	return event->call == CALL_CONNECT || event->call == CALL_GETSOCKOPT ||
	       event->call == CALL_GETPEERNAME || call_flow(event->call) != FLOW_NONE;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	const struct event *event = record->event;
	if (record->type == RECORD_ENTER && event->call == CALL_CONNECT) {
		struct history *history = history_own(socket);
		if (history)
			history->connecting.slept = true;
	}
	if (record->type != RECORD_CALL || event->restarted)
		return;
	struct life *life = event->call == CALL_CONNECT || event->call == CALL_GETSOCKOPT ||
					    event->call == CALL_IO_URING_SETUP
				    ? life_own(histories, record->pid)
				    : NULL;
	if (life && event->call == CALL_IO_URING_SETUP && !event->error)
		life->connecting.ring = true;
	bool sets = !event->error && (event->class == CLASS_OPTIONS || event->call == CALL_SOCKET ||
				      event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4);
	const struct history *known = history_of(socket);
	struct history *history = sets || event->call == CALL_CONNECT || known->connecting.begun
					  ? history_own(socket)
					  : NULL;
	if (!history)
		return;
	if (sets) {
		history->connecting.own_ports |=
			set_option(event, IPPROTO_IP, IP_LOCAL_PORT_RANGE) != NULL;
		note_blocking(event, &history->connecting);
		note_timeout(event, &history->connecting);
	}
	if (event->call == CALL_CONNECT || (settles(event) && history->connecting.begun))
		note_connect(life, history, event, socket);
}

#define CONNECT CALL_BIT(CALL_CONNECT)
#define BIND    CALL_BIT(CALL_BIND)
#define OUTCOME (CONNECT | CALL_BIT(CALL_GETSOCKOPT))
static const struct rule rows[] = {
	{ "port-byte-order", SEVERITY_MISTAKE, AT_RETURN, BIND | OUTCOME, port_byte_order },
	{ "refused-nobody", SEVERITY_NOTICE, AT_RETURN, OUTCOME, refused_nobody },
	{ "refused-other-address", SEVERITY_NOTICE, AT_RETURN, OUTCOME, refused_other_address },
	{ "localhost-v6-first", SEVERITY_NOTICE, AT_RETURN, OUTCOME, localhost_v6_first },
	{ "connect-in-progress", SEVERITY_MISTAKE, AT_RETURN, MOVES | CALL_BIT(CALL_CLOSE),
	  connect_in_progress },
	{ "connect-timeo", SEVERITY_NOTICE, AT_RETURN, CONNECT, connect_timeo },
	{ "self-connect", SEVERITY_NOTICE, AT_RETURN, OUTCOME, self_connect },
	{ "ports-exhausted", SEVERITY_MISTAKE, AT_RETURN, CONNECT, ports_exhausted },
};

const struct rule_table connecting_rules = { rows, sizeof rows / sizeof *rows, note };
