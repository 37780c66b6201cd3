/* What happened in a call, for a learner: no mistakes, but what a lecturer would say. */
#include "teach/rules/rule.h"

#include <netinet/in.h>
#include <string.h>

/* --- calls ------------------------------------------------------------------------------------ */

static bool lesson_socket(struct finding *finding)
{
	if (!succeeded_with(finding))
		return false;
	note_param(finding, "fd", "%lld", (long long)finding->event->result);
	return true;
}

static bool lesson_bind(struct finding *finding)
{
	const char *address = arg_endpoint(finding);
	const char *colon = strrchr(address, ':');
	bool any = strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;
	if (!succeeded_with(finding) || endpoint_port(address) <= 0)
		return false;
	if (!any)
		note_param(finding, "host", "%.*s", (int)(colon - address), address);
	note_param(finding, "port", "%d", endpoint_port(address));
	return true;
}

/* The limit is the kernel's own word: of a socket that listens (FACTS.md, 3). */
static bool lesson_listen(struct finding *finding)
{
	int64_t somaxconn = 0;
	const struct record_queues *queues = &finding->record->queues;
	if (!succeeded_with(finding) || !socket_is_tcp(finding->socket) || queues->backlog < 0 ||
	    finding->evidence->sysctl(finding->evidence, finding->socket->network,
				      "net.core.somaxconn", &somaxconn, 1) < 1)
		return false;
	note_param(finding, "backlog", "%lld", (long long)arg_number(finding, "backlog"));
	note_param(finding, "somaxconn", "%lld", (long long)somaxconn);
	note_param(finding, "room", "%lld", (long long)queues->backlog + 1);
	note_evidence(finding, "tcp_info");
	note_evidence_param(finding, "backlog", "%lld", (long long)queues->backlog);
	return true;
}

static bool lesson_accept(struct finding *finding)
{
	if (!succeeded_with(finding))
		return false;
	note_param(finding, "fd", "%lld", (long long)finding->event->result);
	note_param(finding, "listener", "%d", finding->event->fd);
	return true;
}

static bool lesson_accept_waits(struct finding *finding)
{
	(void)finding;
	return true;
}

static bool lesson_connect(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	/* A socket that is connected to itself has another handshake (RFC 9293, 3.5). */
	return succeeded_with(finding) && socket_is_tcp(socket) &&
	       finding->record->state.after == STATE_ESTABLISHED &&
	       strcmp(socket->local, socket->remote) != 0;
}

static bool lesson_send(struct finding *finding)
{
	return succeeded_with(finding) && socket_is_tcp(finding->socket) &&
	       finding->event->bytes_moved > 0;
}

static bool lesson_recv_waits(struct finding *finding)
{
	return socket_is_tcp(finding->socket);
}

/* Zero is the end only where bytes were asked for. */
static bool lesson_recv_end(struct finding *finding)
{
	return succeeded_with(finding) && socket_is_tcp(finding->socket) &&
	       finding->event->result == 0 && arg_number(finding, "len") > 0;
}

static bool lesson_shutdown(struct finding *finding)
{
	return succeeded_with(finding) && socket_is_tcp(finding->socket) &&
	       arg_number(finding, "how") == SHUT_WR;
}

static bool lesson_sendto(struct finding *finding)
{
	return succeeded_with(finding) && socket_is_udp(finding->socket) &&
	       !*finding->socket->remote;
}

/* --- states ----------------------------------------------------------------------------------- */

/* Of either end: by this call, or by what came since the one before. */
static bool state_entered(struct finding *finding)
{
	enum tcp_state state = tcp_state_named(finding->rule->id + strlen("state-"));
	const struct record_state *told = &finding->record->state;
	unsigned passed = finding->history->lesson.passed | finding->peer->lesson.passed;
	return (told->before != told->after && told->after == state) ||
	       (told->peer_before != told->peer_after && told->peer_after == state) ||
	       passed & 1u << state;
}

/* A change that no call tells is shown with the next call of either end. */
static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	(void)histories;
	struct history *history = record->type == RECORD_STATE ? history_own(socket)
				  : socket                     ? socket->history
							       : NULL;
	if (record->type == RECORD_STATE && history)
		history->lesson.passed |= 1u << record->transition.to;
	if (record->type != RECORD_CALL)
		return;
	if (history)
		history->lesson.passed = 0;
	if (socket && socket->peer && socket->peer->history)
		socket->peer->history->lesson.passed = 0;
}

#define SENDS                                                                    \
	(CALL_BIT(CALL_SENDTO) | CALL_BIT(CALL_SENDMSG) | CALL_BIT(CALL_WRITE) | \
	 CALL_BIT(CALL_WRITEV))
#define RECEIVES (CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | CALL_BIT(CALL_READ))
#define ACCEPTS  (CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4))

/* In the order in which they stand below a call. */
static const struct rule rows[] = {
	{ "lesson-socket", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_SOCKET), lesson_socket },
	{ "lesson-bind", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_BIND), lesson_bind },
	{ "lesson-listen", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_LISTEN), lesson_listen },
	{ "lesson-accept-waits", SEVERITY_NOTICE, AT_WAITING, ACCEPTS, lesson_accept_waits },
	{ "lesson-accept", SEVERITY_NOTICE, AT_RETURN, ACCEPTS, lesson_accept },
	{ "lesson-connect", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_CONNECT), lesson_connect },
	{ "lesson-send", SEVERITY_NOTICE, AT_RETURN, SENDS, lesson_send },
	{ "lesson-sendto", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_SENDTO), lesson_sendto },
	{ "lesson-recv-waits", SEVERITY_NOTICE, AT_WAITING, RECEIVES, lesson_recv_waits },
	{ "lesson-recv-end", SEVERITY_NOTICE, AT_RETURN, RECEIVES, lesson_recv_end },
	{ "lesson-shutdown", SEVERITY_NOTICE, AT_RETURN, CALL_BIT(CALL_SHUTDOWN), lesson_shutdown },
	{ "state-LISTEN", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-SYN_SENT", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-SYN_RCVD", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-ESTABLISHED", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-FIN_WAIT_1", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-FIN_WAIT_2", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-CLOSE_WAIT", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-LAST_ACK", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
	{ "state-CLOSING", SEVERITY_NOTICE, AT_RETURN, ANY_CALL_AT_ALL, state_entered },
};

const struct rule_table lesson_rules = { rows, sizeof rows / sizeof *rows, note };
