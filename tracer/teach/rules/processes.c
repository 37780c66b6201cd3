/* What goes wrong between fork() and the end of a child, and with too many descriptors. */
#include "teach/rules/rule.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* --- a parent that keeps what its child serves --------------------------------------------------
 */

/* A child has served it and lets go of it; the parent has it open, and does nothing with it. */
static const struct socket *left_open(const struct finding *finding, uint64_t cookie)
{
	pid_t pid = finding->record->pid;
	const struct socket *socket =
		cookie ? finding->evidence->socket(finding->evidence, cookie) : NULL;
	if (!socket || socket->holders != 1 || socket->holder_pid != pid)
		return NULL;
	const struct processes_history *history = &history_of(socket)->processes;
	bool left = history->child && !history->parent_uses && history->acceptor == pid;
	return left ? socket : NULL;
}

static bool fork_parent_holds(struct finding *finding)
{
	const struct processes_life *life = &finding->life->processes;
	struct sight sight;
	for (size_t i = 0; life->handed_on && i < MOST_ACCEPTED; i++) {
		const struct socket *socket = left_open(finding, life->accepted[i].cookie);
		if (!socket || finding->evidence->sight(finding->evidence, socket, &sight) < 0 ||
		    (sight.state != STATE_ESTABLISHED && sight.state != STATE_CLOSE_WAIT) ||
		    !first_time(finding, socket->cookie))
			continue;
		const struct socket *peer = socket->peer;
		if (peer && peer->holders && peer->lane)
			note_param(finding, "peer", "%s", peer->lane);
		note_param(finding, "remote", "%s", socket->remote);
		note_param(finding, "child", "%s", history_of(socket)->processes.child);
		note_param(finding, "lane", "%s", finding->record->lane);
		note_param(finding, "fd", "%d", life->accepted[i].fd);
		note_param(finding, "port", "%d", endpoint_port(socket->local));
		note_evidence(finding, "sock_diag");
		note_evidence_param(finding, "state", "%s", tcp_state_name(sight.state));
		note_evidence(finding, "calls");
		note_evidence_param(finding, "fd", "%d", life->accepted[i].fd);
		return true;
	}
	return false;
}

/* --- a child that keeps the listener ------------------------------------------------------------
 */

static bool is_wildcard(const char *endpoint)
{
	return strncmp(endpoint, "0.0.0.0:", 8) == 0 || strncmp(endpoint, "[::]:", 5) == 0;
}

static const struct port_holder *listener_at(struct finding *finding, const char *wanted)
{
	const struct port_holders *holders =
		port_holders(finding, IPPROTO_TCP, endpoint_port(wanted));
	const struct port_holder *holder = holders && holders->count ? &holders->rows[0] : NULL;
	if (!holder || holder->state != STATE_LISTEN)
		return NULL;
	return strcmp(holder->local, wanted) == 0 || is_wildcard(holder->local) ||
			       is_wildcard(wanted)
		       ? holder
		       : NULL;
}

/* Only children have it that got it from whoever called listen(), and do not use it. */
static bool is_inherited(const struct finding *finding, const struct owners *owners, pid_t listener,
			 uint64_t cookie)
{
	for (size_t i = 0; i < owners->count; i++) {
		const struct processes_life *life =
			&life_of(finding->histories, owners->rows[i].pid)->processes;
		if (owners->rows[i].pid == listener || !life->parent || life->accepts_on == cookie)
			return false;
	}
	return owners->count && owners->count == owners->total && !owners->unreadable;
}

static bool fork_child_holds_listener(struct finding *finding)
{
	const char *wanted = arg_endpoint(finding);
	if (!failed_with(finding, EADDRINUSE) || !socket_is_tcp(finding->socket) ||
	    endpoint_port(wanted) <= 0)
		return false;
	struct owners *owners = note_room(finding, sizeof *owners);
	if (!owners)
		return false;
	const struct port_holder *holder = listener_at(finding, wanted);
	const struct socket *socket =
		holder ? finding->evidence->socket(finding->evidence, holder->cookie) : NULL;
	const struct processes_history *history = &history_of(socket)->processes;
	if (!history->listener ||
	    finding->evidence->owners(finding->evidence, &holder->inode, 1, owners) < 0 ||
	    !is_inherited(finding, owners, history->listener, holder->cookie))
		return false;
	note_param(finding, "holder", "%s", holder->local);
	note_param(finding, "port", "%d", endpoint_port(wanted));
	note_param(finding, "parent", "%s", history->lane);
	note_param(finding, "parent_pid", "%d", history->listener);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "LISTEN");
	note_owner(finding, holder->inode);
	return true;
}

/* --- children nobody waits for ------------------------------------------------------------------
 */

/* So often a process is looked at: each time all of /proc is read. */
enum { MOST_ASKED = 3 };

/* A handler of SIGCHLD has run before the call sleeps that entered later. */
static bool is_time_to_ask(const struct processes_life *life, const struct record *record)
{
	return life->child_ended && life->child_ended < record->event->entered &&
	       life->asked < MOST_ASKED;
}

static bool zombie(struct finding *finding)
{
	const struct record *record = finding->record;
	if (!is_time_to_ask(&finding->life->processes, record))
		return false;
	struct process_facts *facts = note_room(finding, sizeof *facts);
	if (!facts || finding->evidence->process(finding->evidence, record->pid, facts) < 0 ||
	    !facts->zombies || !first_time(finding, (uint64_t)record->pid))
		return false;
	note_param(finding, "lane", "%s", record->lane);
	note_param(finding, "pid", "%d", record->pid);
	note_param(finding, "count", "%u", facts->zombies);
	note_param(finding, "zombie", "%d", facts->zombie);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "zombies", "%u", facts->zombies);
	note_evidence_param(finding, "pid", "%d", facts->zombie);
	return true;
}

/* --- too many descriptors -----------------------------------------------------------------------
 */

/* A server may really have that many clients: so some of them must have gone. */
static bool descriptor_leak(struct finding *finding)
{
	const struct processes_life *life = &finding->life->processes;
	const struct socket *socket = finding->socket;
	if (!failed_with(finding, EMFILE) || !socket_is_tcp(socket) || !life->accept_count ||
	    life->closed_any)
		return false;
	int port = endpoint_port(socket->local);
	const struct port_holders *holders = port_holders(finding, IPPROTO_TCP, port);
	struct process_facts *facts = note_room(finding, sizeof *facts);
	unsigned gone =
		holders ? holders->counts[STATE_CLOSE_WAIT] - holders->loose[STATE_CLOSE_WAIT] : 0;
	if (!gone || !facts ||
	    finding->evidence->process(finding->evidence, finding->record->pid, facts) < 0 ||
	    !first_time(finding, (uint64_t)finding->record->pid))
		return false;
	note_param(finding, "accepted", "%llu", (unsigned long long)life->accept_count);
	note_param(finding, "gone", "%u", gone);
	note_param(finding, "limit", "%lld", (long long)facts->open_files_limit);
	note_param(finding, "port", "%d", port);
	note_param(finding, "pid", "%d", finding->record->pid);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "RLIMIT_NOFILE", "%lld", (long long)facts->open_files_limit);
	note_evidence_param(finding, "descriptors", "%lld", (long long)facts->descriptors);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "CLOSE_WAIT", "%u", gone);
	return true;
}

/* --- what is remembered ------------------------------------------------------------------------
 */

static void note_process(struct histories *histories, const struct record *record)
{
	const struct record_process *process = record->process;
	struct life *life = NULL;
	if (process->what == PROCESS_FORK && life_own(histories, process->parent) &&
	    (life = life_own(histories, record->pid)))
		life->processes.parent = process->parent;
	pid_t parent = life_of(histories, record->pid)->processes.parent;
	if (process->what == PROCESS_EXIT && record->pid == record->tid && parent &&
	    life_of(histories, parent)->pid && (life = life_own(histories, parent)))
		life->processes.child_ended = record->time;
}

static void note_listen(const struct record *record, struct socket *socket)
{
	struct history *history = history_own(socket);
	if (!history)
		return;
	history->processes.listener = record->pid;
	history->processes.lane = record->lane;
}

/* An accepted socket: whoever of them is forgotten first is one of the oldest. */
static void note_accepted(struct life *life, const struct record *record, struct socket *socket)
{
	struct processes_life *processes = &life->processes;
	struct history *history = history_own(socket);
	if (!history)
		return;
	history->processes.acceptor = record->pid;
	processes->accepted[processes->accept_count++ % MOST_ACCEPTED] =
		(struct accepted){ .cookie = socket->cookie, .fd = (int)record->event->result };
}

static void note_accept(struct histories *histories, const struct record *record,
			struct socket *socket)
{
	const struct event *event = record->event;
	struct life *life = life_own(histories, record->pid);
	if (!life)
		return;
	life->processes.accepts_on = event->cookie;
	if (record->type == RECORD_CALL && !event->error && !event->restarted && socket)
		note_accepted(life, record, socket);
}

/* Data on an accepted connection: by whoever accepted it, or by a child of that one. */
static void note_data(struct histories *histories, const struct record *record,
		      struct socket *socket)
{
	const struct processes_history *known = &history_of(socket)->processes;
	bool parent = known->acceptor == record->pid;
	if (!known->acceptor || (parent && (!known->child || known->parent_uses)) ||
	    (!parent && known->child) || !life_of(histories, known->acceptor)->pid)
		return;
	struct history *history = history_own(socket);
	history->processes.parent_uses |= parent;
	if (parent)
		return;
	history->processes.child = record->lane;
	life_own(histories, known->acceptor)->processes.handed_on = true;
}

static void note_closed(struct histories *histories, const struct record *record,
			const struct socket *socket)
{
	if (record->event->error || history_of(socket)->processes.acceptor != record->pid)
		return;
	struct life *life = life_own(histories, record->pid);
	if (life)
		life->processes.closed_any = true;
}

static void note_asked(struct histories *histories, const struct record *record)
{
	if (!is_time_to_ask(&life_of(histories, record->pid)->processes, record))
		return;
	struct life *life = life_own(histories, record->pid);
	life->processes.child_ended = 0;
	life->processes.asked++;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	if (record->type == RECORD_PROCESS)
		note_process(histories, record);
	if (record->type == RECORD_ENTER)
		note_asked(histories, record);
	if (record->type != RECORD_CALL && record->type != RECORD_ENTER)
		return;
	enum call_id call = record->event->call;
	bool returned = record->type == RECORD_CALL;
	if (call == CALL_ACCEPT || call == CALL_ACCEPT4)
		note_accept(histories, record, socket);
	if (returned && call == CALL_LISTEN && !record->event->error)
		note_listen(record, socket);
	if (returned && call == CALL_CLOSE)
		note_closed(histories, record, socket);
	if (returned && socket && call_flow(call) != FLOW_NONE)
		note_data(histories, record, socket);
}

#define ACCEPT (CALL_BIT(CALL_ACCEPT) | CALL_BIT(CALL_ACCEPT4))
#define WAITS                                                                          \
	(ACCEPT | CALL_BIT(CALL_POLL) | CALL_BIT(CALL_PPOLL) | CALL_BIT(CALL_SELECT) | \
	 CALL_BIT(CALL_PSELECT6) | CALL_BIT(CALL_EPOLL_WAIT) | CALL_BIT(CALL_EPOLL_PWAIT))

static const struct rule rows[] = {
	{ "fork-parent-holds", SEVERITY_MISTAKE, AT_WAITING, WAITS, fork_parent_holds },
	{ "descriptor-leak", SEVERITY_MISTAKE, AT_RETURN, ACCEPT, descriptor_leak },
	{ "zombie", SEVERITY_NOTICE, AT_WAITING, ANY_CALL_AT_ALL, zombie },
	{ "fork-child-holds-listener", SEVERITY_MISTAKE, AT_RETURN, CALL_BIT(CALL_BIND),
	  fork_child_holds_listener },
};

const struct rule_table processes_rules = { rows, sizeof rows / sizeof *rows, note };
