/* What calls are given: addresses of the wrong family, length or byte order, numbers too large. */
#include "teach/rules/rule.h"

#include "teach/rules/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

/* --- the family ------------------------------------------------------------------------------- */

enum {
	INET_LENGTH = sizeof(struct sockaddr_in),
	INET6_LENGTH = 24, /* SIN6_LEN_RFC2133, net/ipv6.h: without the scope it is taken too */
};

static bool is_internet(const struct socket *socket)
{
	return socket && (socket->domain == AF_INET || socket->domain == AF_INET6);
}

static bool is_other_family(const struct finding *finding, const char *family)
{
	return is_internet(finding->socket) && *family && finding->socket->domain_name &&
	       strcmp(family, finding->socket->domain_name) != 0;
}

/* The kernel looks at the length first: what is too short for AF_INET6 is EINVAL, of whatever
 * family it is. */
static bool refused_for_family(const struct finding *finding)
{
	return failed_with(finding, EAFNOSUPPORT) ||
	       (failed_with(finding, EINVAL) && finding->socket &&
		finding->socket->domain == AF_INET6 &&
		arg_number(finding, "addrlen") == INET_LENGTH);
}

/* connect() with AF_UNSPEC dissolves a connection; where there never was one, a family is missing.
 */
static bool dissolves_nothing(const struct finding *finding)
{
	const char *rest = strstr(arg_endpoint(finding), " 0x");
	return finding->event->call == CALL_CONNECT && succeeded_with(finding) &&
	       socket_is_tcp(finding->socket) && finding->socket->role != ROLE_ACCEPTED && rest &&
	       rest[3 + strspn(rest + 3, "0")] && !*finding->history->connecting.target;
}

static bool family_wrong(struct finding *finding)
{
	char room[32];
	bool makes = finding->event->call == CALL_SOCKET;
	const char *family = address_family(arg_endpoint(finding), room, sizeof room);
	/* A program that tries whether the kernel knows a family makes no mistake. */
	if (makes && (!failed_with(finding, EAFNOSUPPORT) || finding->event->raw[0] != AF_UNSPEC))
		return false;
	bool nothing = strcmp(family, "AF_UNSPEC") == 0 && dissolves_nothing(finding);
	if (!makes && !nothing &&
	    (!refused_for_family(finding) || !is_other_family(finding, family)))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding,
		   makes     ? "none"
		   : nothing ? "unspecified"
			     : "family",
		   "%s", makes ? "AF_UNSPEC" : family);
	if (!makes)
		note_param(finding, "domain", "%s", finding->socket->domain_name);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "family", "%s", makes ? "AF_UNSPEC" : family);
	return true;
}

/* --- lengths ---------------------------------------------------------------------------------- */

static bool address_length(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	char room[32];
	int64_t length = arg_number(finding, "addrlen");
	if (!failed_with(finding, EINVAL) || !is_internet(socket) ||
	    !event_arg(finding->event, "addrlen") ||
	    length >= (socket->domain == AF_INET ? INET_LENGTH : INET6_LENGTH) ||
	    is_other_family(finding, address_family(arg_endpoint(finding), room, sizeof room)))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "length", "%lld", (long long)length);
	note_param(finding, "domain", "%s", socket->domain_name);
	note_param(finding, "struct", "%s",
		   socket->domain == AF_INET ? "sockaddr_in" : "sockaddr_in6");
	note_param(finding, "need", "%zu",
		   socket->domain == AF_INET ? sizeof(struct sockaddr_in)
					     : sizeof(struct sockaddr_in6));
	if (length == (int64_t)abi_word(finding->event->abi))
		note_param(finding, "pointer", "%lld", (long long)length);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "addrlen", "%lld", (long long)length);
	return true;
}

/* accept()'s third argument says, when it is called, how much room the address has. */
static bool accept_length(struct finding *finding)
{
	const struct event *event = finding->event;
	const struct value *lengths = event->given ? event->given : event->args;
	bool accepts = event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4;
	if (!accepts || !event->raw[1] || lengths[2].kind != VALUE_INTEGER)
		return false;
	int64_t length = lengths[2].integer;
	bool lost = length < 0 && failed_with(finding, EINVAL) && finding->socket &&
		    finding->socket->role == ROLE_LISTENER;
	if (!lost && (length != 0 || !succeeded_with(finding)))
		return false;
	note_param(finding, lost ? "lost" : "length", "%lld", (long long)length);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "addrlen", "%lld", (long long)length);
	if (lost && finding->record->queues.accept >= 0) {
		note_evidence(finding, "tcp_info");
		note_evidence_param(finding, "queue", "%lld",
				    (long long)finding->record->queues.accept);
	}
	return true;
}

/* --- byte order ------------------------------------------------------------------------------- */

static bool went_nowhere(const struct finding *finding)
{
	const struct event *event = finding->event;
	static const int errors[] = { EADDRNOTAVAIL, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT,
				      ECONNREFUSED,  EINPROGRESS, EACCES,       EINVAL };
	if (!event->returned)
		return event->call == CALL_CONNECT;
	/* One that tries again and again is looked at once. */
	if (strcmp(finding->life->connecting.refused, arg_endpoint(finding)) == 0)
		return false;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (failed_with(finding, errors[i]))
			return !finding->history->connecting.slept;
	return false;
}

/* What inet_addr() and the like give is in network byte order already, a number is not. */
static bool address_byte_order(struct finding *finding)
{
	char back[INET_END_SIZE];
	const char *endpoint = arg_endpoint(finding);
	if (!is_internet(finding->socket) || !went_nowhere(finding) ||
	    !address_swapped(endpoint, back, sizeof back) || !is_own(finding, back) ||
	    finding->evidence->is_own_address(finding->evidence, finding->socket->network,
					      endpoint) == 1)
		return false;
	*strrchr(back, ':') = '\0';
	note_param(finding, "address", "%.*s", (int)(strrchr(endpoint, ':') - endpoint), endpoint);
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "own", "%s", back);
	note_evidence(finding, "addresses");
	note_evidence_param(finding, "own", "%s", back);
	return true;
}

/* --- select ----------------------------------------------------------------------------------- */

/* Of those that are sockets: a bit alone may be anything. -1: there is none. */
static int highest(const struct value *set)
{
	int highest = -1;
	for (size_t i = 0; set->kind == VALUE_ARRAY && i < set->list.count; i++) {
		const struct value *item = &set->list.items[i];
		if (value_fd(item) > highest && item->descriptor.socket)
			highest = value_fd(item);
	}
	return highest;
}

static bool fd_set_overflow(struct finding *finding)
{
	const struct event *event = finding->event;
	const struct value *sets = event->given ? event->given : event->args;
	int fd = -1;
	for (size_t i = 1; i <= 3; i++)
		if (highest(&sets[i]) > fd)
			fd = highest(&sets[i]);
	if (fd < FD_SETSIZE)
		return false;
	note_param(finding, "fd", "%d", fd);
	note_param(finding, "most", "%d", FD_SETSIZE - 1);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "fd", "%d", fd);
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

/* Words of the command line that are numbers and may be ports. */
static void note_words(struct life *life, const char *const *argv)
{
	size_t count = 0;
	memset(life->connecting.ports, 0, sizeof life->connecting.ports);
	for (size_t i = 1; argv && argv[0] && argv[i] && count < ARGUMENT_PORTS; i++) {
		size_t digits = strspn(argv[i], "0123456789");
		long number = digits && digits <= 5 ? strtol(argv[i], NULL, 10) : 0;
		if (!argv[i][digits] && number > 0 && number <= UINT16_MAX)
			life->connecting.ports[count++] = (uint16_t)number;
	}
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	(void)socket;
	if (record->type != RECORD_PROCESS)
		return;
	const struct record_process *process = record->process;
	bool starts = process->what == PROCESS_START || process->what == PROCESS_EXEC ||
		      process->what == PROCESS_ATTACH;
	if (starts && process->argv) {
		struct life *life = life_own(histories, record->pid);
		if (life)
			note_words(life, process->argv);
	}
	const struct life *parent = life_of(histories, process->parent);
	struct life *child = process->what == PROCESS_FORK && parent->pid
				     ? life_own(histories, record->pid)
				     : NULL;
	if (child)
		memcpy(child->connecting.ports,
		       life_of(histories, process->parent)->connecting.ports,
		       sizeof child->connecting.ports);
}

#define BIND    CALL_BIT(CALL_BIND)
#define CONNECT CALL_BIT(CALL_CONNECT)
#define SENDTO  CALL_BIT(CALL_SENDTO)
#define SELECT  (CALL_BIT(CALL_SELECT) | CALL_BIT(CALL_PSELECT6))

static const struct rule rows[] = {
	{ "family-wrong", SEVERITY_MISTAKE, AT_RETURN,
	  CALL_BIT(CALL_SOCKET) | BIND | CONNECT | SENDTO, family_wrong },
	{ "address-length", SEVERITY_MISTAKE, AT_RETURN, BIND | CONNECT | SENDTO, address_length },
	{ "accept-length", SEVERITY_MISTAKE, AT_RETURN,
	  CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4), accept_length },
	{ "address-byte-order", SEVERITY_MISTAKE, AT_RETURN | AT_WAITING, BIND | CONNECT | SENDTO,
	  address_byte_order },
	{ "fd-set-overflow", SEVERITY_MISTAKE, AT_RETURN, SELECT, fd_set_overflow },
};

const struct rule_table argument_rules = { rows, sizeof rows / sizeof *rows, note };
