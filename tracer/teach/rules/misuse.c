/* Calls on a descriptor that is not the right one, or not ready: what failed before was ignored. */
#include "teach/rules/rule.h"

#include "support/names.h"

#include <errno.h>
#include <string.h>

#define ACCEPT (CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4))

/* --- what failed before ----------------------------------------------------------------------- */

/* The descriptor as the call got it; raw[0] of all these calls. */
static int given_fd(const struct event *event)
{
	return (int)event->raw[0];
}

static void note_failed(struct finding *finding, const char *failed, int error)
{
	note_param(finding, "call", "%s", finding->event->name);
	note_param(finding, "failed", "%s", failed);
	note_param(finding, "error", "%s", errno_name(error));
	note_evidence(finding, "calls");
	note_evidence_param(finding, failed, "%s", errno_name(error));
	if (finding->event->error_name)
		note_evidence_param(finding, finding->event->name, "%s",
				    finding->event->error_name);
}

/* -1 is no descriptor, but what a failed call returned. */
static bool used_minus_one(struct finding *finding)
{
	const struct life *life = finding->life;
	if (!failed_with(finding, EBADF) || given_fd(finding->event) != -1 ||
	    !life->misuse.maker_failed)
		return false;
	note_failed(finding, life->misuse.maker_failed, life->misuse.maker_error);
	note_param(finding, "descriptor", "-1");
	return true;
}

/* listen() on a socket that is not bound binds it: to any port. */
static bool listened_elsewhere(struct finding *finding)
{
	const struct misuse_history *misuse = &finding->history->misuse;
	if (finding->event->call != CALL_LISTEN || !succeeded_with(finding) ||
	    !socket_is_tcp(finding->socket) || !misuse->failed ||
	    strcmp(misuse->failed, "bind") != 0 || finding->history->binding.bound ||
	    !*finding->socket->local)
		return false;
	note_failed(finding, misuse->failed, misuse->error);
	note_param(finding, "chosen", "%d", endpoint_port(finding->socket->local));
	return true;
}

/* It needs what the failed call should have done. */
static bool failed_for_it(struct finding *finding)
{
	const struct misuse_history *misuse = &finding->history->misuse;
	bool moves = call_flow(finding->event->call) != FLOW_NONE;
	bool accepts = (CALL_BIT(finding->event->call) & ACCEPT) != 0;
	if (!misuse->failed || !socket_is_tcp(finding->socket) || misuse->connected)
		return false;
	bool connects = strcmp(misuse->failed, "connect") == 0;
	bool for_it =
		moves ? connects && (failed_with(finding, ENOTCONN) || failed_with(finding, EPIPE))
		      : accepts && !connects && failed_with(finding, EINVAL);
	if (!for_it)
		return false;
	note_failed(finding, misuse->failed, misuse->error);
	return true;
}

static bool result_ignored(struct finding *finding)
{
	return used_minus_one(finding) || listened_elsewhere(finding) || failed_for_it(finding);
}

/* --- the wrong descriptor --------------------------------------------------------------------- */

static const struct closed_number *closed_before(const struct life *life, int fd)
{
	for (unsigned back = 1; back <= CLOSED_NUMBERS && back <= life->misuse.closings; back++) {
		const struct closed_number *number =
			&life->misuse.closed[(life->misuse.closings - back) % CLOSED_NUMBERS];
		if (number->when && number->fd == fd)
			return number;
	}
	return NULL;
}

static bool is_listener(const struct finding *finding)
{
	return socket_is_tcp(finding->socket) && finding->socket->state == STATE_LISTEN &&
	       call_flow(finding->event->call) != FLOW_NONE &&
	       (failed_with(finding, ENOTCONN) || failed_with(finding, EPIPE));
}

static bool wrong_descriptor(struct finding *finding)
{
	const struct event *event = finding->event;
	int fd = given_fd(event);
	const struct closed_number *closed = closed_before(finding->life, fd);
	bool listener = is_listener(finding), unopened = failed_with(finding, EBADF);
	bool no_socket = failed_with(finding, ENOTSOCK);
	/* Where a failed call gave that -1, that is the mistake (result-ignored). */
	if ((!listener && !unopened && !no_socket) ||
	    (unopened && fd == -1 && finding->life->misuse.maker_failed))
		return false;
	note_param(finding, "call", "%s", event->name);
	note_param(finding, "fd", "%d", fd);
	note_evidence(finding, listener ? "tcp_info" : "calls");
	if (listener) {
		note_param(finding, "listener", "%s", finding->socket->local);
		note_evidence_param(finding, "state", "LISTEN");
		const struct listening *listening =
			listening_find(finding->histories, finding->socket->cookie);
		if (listening && listening->accepted)
			note_param(finding, "accepted", "%d", listening->accepted);
		return true;
	}
	note_evidence_param(finding, event->name, "%s", event->error_name);
	note_param(finding, no_socket ? "file" : "unopened", "%d", fd);
	if (unopened && closed) {
		note_param(finding, "closer", "%s", closed->lane);
		note_evidence_param(finding, "closed", "%d", fd);
	}
	return true;
}

static bool double_close(struct finding *finding)
{
	const struct closed_number *closed = closed_before(finding->life, given_fd(finding->event));
	if (!failed_with(finding, EBADF) || !closed)
		return false;
	note_param(finding, "fd", "%d", closed->fd);
	note_param(finding, "closer", "%s", closed->lane);
	note_evidence(finding, "calls");
	note_evidence_param(finding, "closed", "%d", closed->fd);
	note_evidence_param(finding, "close", "EBADF");
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

/* Those whose failure leaves the socket without what the next ones need. */
static const char *prepares(enum call_id call)
{
	return call == CALL_BIND      ? "bind"
	       : call == CALL_LISTEN  ? "listen"
	       : call == CALL_CONNECT ? "connect"
				      : NULL;
}

/* It goes on, or has worked before. */
static bool is_no_failure(int error)
{
	return error == EINPROGRESS || error == EALREADY || error == EISCONN || error == EINTR;
}

static void note_prepared(const struct event *event, struct socket *socket)
{
	const char *call = prepares(event->call);
	struct history *history = call ? history_own(socket) : NULL;
	if (!history || is_no_failure(event->error))
		return;
	struct misuse_history *misuse = &history->misuse;
	if (event->error) {
		misuse->failed = call;
		misuse->error = event->error;
	} else if (misuse->failed && strcmp(misuse->failed, call) == 0)
		misuse->failed = NULL;
	misuse->connected |= event->call == CALL_CONNECT && !event->error;
}

static void note_made(struct histories *histories, const struct record *record)
{
	const struct event *event = record->event;
	bool makes = event->call == CALL_SOCKET || event->call == CALL_ACCEPT ||
		     event->call == CALL_ACCEPT4;
	struct life *life = makes ? life_own(histories, record->pid) : NULL;
	if (!life)
		return;
	life->misuse.maker_failed = event->error ? event->name : NULL;
	life->misuse.maker_error = event->error;
}

static void note_closed(struct histories *histories, const struct record *record)
{
	const struct event *event = record->event;
	struct life *life = event->call == CALL_CLOSE && event->cookie && !event->error
				    ? life_own(histories, record->pid)
				    : NULL;
	if (life)
		life->misuse.closed[life->misuse.closings++ % CLOSED_NUMBERS] =
			(struct closed_number){ event->entered, given_fd(event), record->lane };
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	const struct event *event = record->event;
	if (record->type != RECORD_CALL || event->restarted)
		return;
	note_made(histories, record);
	note_closed(histories, record);
	note_prepared(event, socket);
}

/* Not those that a program may try on a file too: getsockopt, getpeername, shutdown and their like.
 */
#define USES (MOVES | ACCEPT | CALL_BIT(CALL_BIND) | CALL_BIT(CALL_LISTEN) | CALL_BIT(CALL_CONNECT))

static const struct rule rows[] = {
	{ "result-ignored", SEVERITY_MISTAKE, AT_RETURN, USES, result_ignored },
	{ "wrong-descriptor", SEVERITY_MISTAKE, AT_RETURN, USES, wrong_descriptor },
	{ "double-close", SEVERITY_MISTAKE, AT_RETURN, CALL_BIT(CALL_CLOSE), double_close },
};

const struct rule_table misuse_rules = { rows, sizeof rows / sizeof *rows, note };
