/* bind() and listen(): who holds the port, and what is wrong with the address. */
#include "teach/rules/rule.h"

#include "support/endpoint.h"
#include "teach/line.h"
#include "teach/rules/address.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <string.h>

/* --- the port is held ------------------------------------------------------------------------- */

/* Whether two sockets of one port are in each other's way (FACTS.md, 2). Of [::] the kernel does
 * not always say whether it takes IPv4 too: then it is taken to. */
static bool conflicts(const struct port_holder *holder, const char *wanted)
{
	struct sockaddr_storage ours, theirs;
	if (!endpoint_parse(wanted, &ours) || !endpoint_parse(holder->local, &theirs))
		return false;
	bool same_family = ours.ss_family == theirs.ss_family;
	if (address_is_any(&ours) || address_is_any(&theirs))
		return same_family || holder->v6only != 1;
	return address_same(&ours, &theirs);
}

enum hold {
	HELD_BY_NOBODY,
	HELD_BY_TIME_WAIT,
	HELD_BY_CONNECTION,
	HELD_BY_BOUND,
	HELD_BY_LISTENER,
};

static enum hold hold_of(const struct port_holder *holder)
{
	switch (holder->state) {
	case STATE_LISTEN:
		return HELD_BY_LISTENER;
	case STATE_CLOSED:
		return HELD_BY_BOUND;
	case STATE_TIME_WAIT:
		return HELD_BY_TIME_WAIT;
	default:
		return HELD_BY_CONNECTION;
	}
}

struct blockers {
	enum hold hold;                  /* of the strongest of them */
	const struct port_holder *first; /* of those that hold it so */
	unsigned count;                  /* how many hold it so */
	int64_t time_left;               /* the longest TIME_WAIT, milliseconds */
};

static struct blockers blockers_of(struct finding *finding, int protocol, const char *wanted)
{
	struct blockers blockers = { HELD_BY_NOBODY, NULL, 0, -1 };
	const struct port_holders *holders = port_holders(finding, protocol, endpoint_port(wanted));
	for (size_t i = 0; holders && i < holders->count; i++) {
		const struct port_holder *holder = &holders->rows[i];
		if (holder->cookie == finding->socket->cookie || !conflicts(holder, wanted))
			continue;
		enum hold hold = hold_of(holder);
		if (hold > blockers.hold)
			blockers = (struct blockers){ hold, holder, 0, -1 };
		blockers.count += hold == blockers.hold;
		if (hold == blockers.hold && holder->time_left > blockers.time_left)
			blockers.time_left = holder->time_left;
	}
	/* There are more than there are rows: these are all in TIME_WAIT, the last in the order. */
	if (holders && blockers.hold == HELD_BY_TIME_WAIT && holders->count == PORT_HOLDERS)
		blockers.count = holders->counts[STATE_TIME_WAIT];
	return blockers;
}

static void note_port(struct finding *finding, const char *endpoint)
{
	note_param(finding, "address", "%s", endpoint);
	note_param(finding, "port", "%d", endpoint_port(endpoint));
}

/* What all rules about a held port begin with: whether it is held, and in that way. */
static bool is_held(struct finding *finding, enum hold hold, struct blockers *ret_blockers)
{
	const char *wanted = arg_endpoint(finding);
	if (!failed_with(finding, EADDRINUSE) || !socket_is_tcp(finding->socket) ||
	    endpoint_port(wanted) <= 0)
		return false;
	*ret_blockers = blockers_of(finding, IPPROTO_TCP, wanted);
	if (ret_blockers->hold != hold)
		return false;
	note_port(finding, wanted);
	note_param(finding, "count", "%u", ret_blockers->count);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "%s",
			    hold == HELD_BY_BOUND ? "bound"
						  : tcp_state_name(ret_blockers->first->state));
	note_evidence_param(finding, "count", "%u", ret_blockers->count);
	note_evidence_param(finding, "local", "%s", ret_blockers->first->local);
	return true;
}

static bool time_wait(struct finding *finding, bool reuse)
{
	struct blockers blockers;
	if (!!finding->history->binding.reuse_address != reuse ||
	    !is_held(finding, HELD_BY_TIME_WAIT, &blockers))
		return false;
	/* Rounded up: one that is told to wait 0 s would fail once more. */
	note_param(finding, "seconds", "%lld", (long long)(blockers.time_left + 999) / 1000);
	return true;
}

static bool bind_time_wait(struct finding *finding)
{
	return time_wait(finding, false);
}

static bool bind_time_wait_old_socket(struct finding *finding)
{
	return time_wait(finding, true);
}

static bool bind_in_use(struct finding *finding)
{
	struct blockers blockers;
	if (!is_held(finding, HELD_BY_LISTENER, &blockers))
		return false;
	note_param(finding, "holder", "%s", blockers.first->local);
	note_owner(finding, blockers.first->inode);
	return true;
}

static bool bind_held_by_bound(struct finding *finding)
{
	struct blockers blockers;
	if (!is_held(finding, HELD_BY_BOUND, &blockers))
		return false;
	note_param(finding, "holder", "%s", blockers.first->local);
	note_owner(finding, blockers.first->inode);
	return true;
}

static bool bind_held_by_connection(struct finding *finding)
{
	struct blockers blockers;
	if (!is_held(finding, HELD_BY_CONNECTION, &blockers))
		return false;
	note_param(finding, "state", "%s", tcp_state_name(blockers.first->state));
	note_owner(finding, blockers.first->inode);
	return true;
}

static bool bind_in_use_udp(struct finding *finding)
{
	const char *wanted = arg_endpoint(finding);
	if (!failed_with(finding, EADDRINUSE) || !socket_is_udp(finding->socket) ||
	    endpoint_port(wanted) <= 0)
		return false;
	struct blockers blockers = blockers_of(finding, IPPROTO_UDP, wanted);
	if (!blockers.first)
		return false;
	note_port(finding, wanted);
	note_param(finding, "holder", "%s", blockers.first->local);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "local", "%s", blockers.first->local);
	note_owner(finding, blockers.first->inode);
	return true;
}

/* Both had SO_REUSEADDR, both could bind; only one can listen. */
static bool listen_in_use(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	if (!failed_with(finding, EADDRINUSE) || !socket_is_tcp(socket) ||
	    endpoint_port(socket->local) <= 0)
		return false;
	struct blockers blockers = blockers_of(finding, IPPROTO_TCP, socket->local);
	if (blockers.hold != HELD_BY_LISTENER)
		return false;
	note_port(finding, socket->local);
	note_param(finding, "holder", "%s", blockers.first->local);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "LISTEN");
	note_evidence_param(finding, "local", "%s", blockers.first->local);
	note_owner(finding, blockers.first->inode);
	return true;
}

/* --- no free port ----------------------------------------------------------------------------- */

static bool listen_ports_exhausted(struct finding *finding)
{
	const char *name = "net.ipv4.ip_local_port_range";
	int64_t range[2];
	const char *wanted = finding->event->call == CALL_BIND ? arg_endpoint(finding) : "";
	bool any_port = finding->event->call == CALL_LISTEN ? !finding->history->binding.bound
							    : endpoint_port(wanted) == 0;
	if (!failed_with(finding, EADDRINUSE) || !finding->socket || !any_port ||
	    finding->evidence->sysctl(finding->evidence, finding->socket->network, name, range,
				      2) != 2)
		return false;
	note_param(finding, "first", "%lld", (long long)range[0]);
	note_param(finding, "last", "%lld", (long long)range[1]);
	note_param(finding, "count", "%" PRId64, range[1] - range[0] + 1);
	note_evidence(finding, "sysctl");
	note_evidence_param(finding, name, "%lld %lld", (long long)range[0], (long long)range[1]);
	return true;
}

/* --- the address ------------------------------------------------------------------------------ */

static bool bind_privileged(struct finding *finding)
{
	const char *name = "net.ipv4.ip_unprivileged_port_start";
	int64_t first = 0;
	struct process_facts *facts;
	int port = endpoint_port(arg_endpoint(finding));
	if (!failed_with(finding, EACCES) || port <= 0 || !finding->socket ||
	    finding->evidence->sysctl(finding->evidence, finding->socket->network, name, &first,
				      1) < 1 ||
	    port >= first)
		return false;
	note_port(finding, arg_endpoint(finding));
	note_param(finding, "first", "%lld", (long long)first);
	note_evidence(finding, "sysctl");
	note_evidence_param(finding, name, "%lld", (long long)first);
	facts = note_room(finding, sizeof *facts);
	if (!facts ||
	    finding->evidence->process(finding->evidence, finding->record->pid, facts) < 0)
		return true;
	note_param(finding, "uid", "%u", facts->uid);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "uid", "%u", facts->uid);
	note_evidence_param(finding, "CapEff", "%016llx", (unsigned long long)facts->capabilities);
	return true;
}

static bool bind_not_local(struct finding *finding)
{
	const char *wanted = arg_endpoint(finding);
	if (!failed_with(finding, EADDRNOTAVAIL) || !*wanted || !finding->socket ||
	    finding->evidence->is_own_address(finding->evidence, finding->socket->network,
					      wanted) != 0)
		return false;
	note_port(finding, wanted);
	struct own_addresses *own = note_room(finding, sizeof *own);
	if (!own ||
	    finding->evidence->addresses(finding->evidence, finding->socket->network, own) < 0)
		return true;
	note_evidence(finding, "addresses");
	struct line list = line_new(finding->arena);
	for (size_t i = 0; i < own->count; i++)
		line_printf(&list, "%s%s", i ? ", " : "", own->rows[i].text);
	note_evidence_param(finding, "addresses", "%s", line_text(&list));
	note_param(finding, "own", "%s", line_text(&list));
	return true;
}

/* --- options, and what was left out ----------------------------------------------------------- */

/* A socket's bind takes them as they are at that moment. */
static bool reuseaddr_late(struct finding *finding)
{
	if (!succeeded_with(finding) || arg_number(finding, "level") != SOL_SOCKET ||
	    arg_number(finding, "optname") != SO_REUSEADDR || !arg_number(finding, "optval") ||
	    !finding->history->binding.bound)
		return false;
	note_port(finding, finding->socket->local);
	note_evidence(finding, "calls");
	return true;
}

static bool listen_unbound(struct finding *finding)
{
	if (!succeeded_with(finding) || !socket_is_tcp(finding->socket) ||
	    finding->history->binding.bound || finding->history->binding.listening ||
	    finding->history->binding.bind_failed || !*finding->socket->local ||
	    finding->socket->holders > 1)
		return false;
	note_port(finding, finding->socket->local);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "local", "%s", finding->socket->local);
	return true;
}

static bool not_listening(struct finding *finding)
{
	/* Where listen() has failed, that it was not looked at is the mistake (result-ignored). */
	if (!failed_with(finding, EINVAL) || !socket_is_tcp(finding->socket) ||
	    finding->history->misuse.failed || finding->socket->state == STATE_LISTEN ||
	    finding->socket->state == STATE_UNKNOWN)
		return false;
	note_param(finding, "state", "%s", tcp_state_name(finding->socket->state));
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "state", "%s", tcp_state_name(finding->socket->state));
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	const struct event *event = record->event;
	(void)histories;
	if (record->type != RECORD_CALL || event->restarted ||
	    !(CALL_BIT(event->call) &
	      (CALL_BIT(CALL_BIND) | CALL_BIT(CALL_LISTEN) | CALL_BIT(CALL_SETSOCKOPT))))
		return;
	struct history *history = history_own(socket);
	if (!history)
		return;
	if (event->call == CALL_BIND) {
		history->binding.bind_error = event->error;
		history->binding.bind_failed = event->error ? event->entered : 0;
	}
	if (event->error)
		return;
	if (event->call == CALL_BIND)
		history->binding.bound = event->entered;
	if (event->call == CALL_LISTEN)
		history->binding.listening = event->entered;
	const struct value *reuse = set_option(event, SOL_SOCKET, SO_REUSEADDR);
	if (reuse)
		history->binding.reuse_address = value_number(reuse) ? event->entered : 0;
}

#define BIND   CALL_BIT(CALL_BIND)
#define LISTEN CALL_BIT(CALL_LISTEN)
#define ACCEPT (CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4))

static const struct rule rows[] = {
	{ "bind-time-wait", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_time_wait },
	{ "bind-time-wait-old-socket", SEVERITY_MISTAKE, AT_RETURN, BIND,
	  bind_time_wait_old_socket },
	{ "bind-in-use", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_in_use },
	{ "bind-held-by-bound", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_held_by_bound },
	{ "bind-in-use-udp", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_in_use_udp },
	{ "bind-held-by-connection", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_held_by_connection },
	{ "reuseaddr-late", SEVERITY_MISTAKE, AT_RETURN, CALL_BIT(CALL_SETSOCKOPT),
	  reuseaddr_late },
	{ "listen-in-use", SEVERITY_MISTAKE, AT_RETURN, LISTEN, listen_in_use },
	{ "listen-ports-exhausted", SEVERITY_MISTAKE, AT_RETURN, BIND | LISTEN,
	  listen_ports_exhausted },
	{ "bind-privileged", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_privileged },
	{ "bind-not-local", SEVERITY_MISTAKE, AT_RETURN, BIND, bind_not_local },
	{ "listen-unbound", SEVERITY_NOTICE, AT_RETURN, LISTEN, listen_unbound },
	{ "not-listening", SEVERITY_MISTAKE, AT_RETURN, ACCEPT, not_listening },
};

const struct rule_table binding_rules = { rows, sizeof rows / sizeof *rows, note };
