/* Both ends of a connection wait for each other, or one waits for a person. */
#include "teach/rules/rule.h"

#include <errno.h>
#include <netinet/in.h>

/* --- nobody goes on --------------------------------------------------------------------------- */

/* Whether its one descriptor is all there is of it, in a process whose thread sleeps in a call on
 * it: nobody else can move anything. */
static bool is_held_by(const struct socket *socket, const struct sleeper *sleeper)
{
	return socket->contained && socket->holders == 1 && sleeper->tid &&
	       socket->holder_pid == sleeper->pid;
}

/* It has no other thread, and sleeps. Nobody that has come out of its call since is asleep: it is
 * stopped, and waits for us. */
static bool sleeps_alone(struct finding *finding, const struct sleeper *sleeper)
{
	struct thread_facts facts;
	return finding->evidence->thread(finding->evidence, sleeper->pid, sleeper->tid, &facts) ==
		       0 &&
	       facts.asleep && facts.threads == 1;
}

/* The connection stands, and the call may wait for ever. */
static bool see(struct finding *finding, const struct socket *socket, enum flow flow,
		struct sight *ret_sight)
{
	struct time_limits limits;
	return finding->evidence->time_limits(finding->evidence, socket, &limits) == 0 &&
	       !(flow == FLOW_SENDS ? limits.send : limits.receive) &&
	       finding->evidence->sight(finding->evidence, socket, ret_sight) == 0 &&
	       ret_sight->state == STATE_ESTABLISHED;
}

static const struct sleeper *sleeper_of(const struct history *history, enum flow flow)
{
	return flow == FLOW_SENDS ? &history->waiting.sender : &history->waiting.receiver;
}

/* Whether both ends sleep in calls that move data that way, and nobody else can do anything. */
static bool both_wait(struct finding *finding, enum flow flow, struct sight sights[2])
{
	const struct record *record = finding->record;
	const struct socket *ends[2] = { finding->socket, NULL };
	const struct sleeper own = { record->pid, record->tid, finding->event->entered };
	const struct sleeper *other = sleeper_of(finding->peer, flow);
	if (call_flow(finding->event->call) != flow || !socket_is_tcp(ends[0]) ||
	    !(ends[1] = ends[0]->peer) || !is_held_by(ends[0], &own) ||
	    !is_held_by(ends[1], other) || told_before(finding, finding->history) ||
	    told_before(finding, finding->peer))
		return false;
	return see(finding, ends[0], flow, &sights[0]) && see(finding, ends[1], flow, &sights[1]) &&
	       sleeps_alone(finding, other) && sleeps_alone(finding, &own);
}

/* What every byte of one end has come to: the other one's program. */
static bool nothing_under_way(const struct socket *socket)
{
	const struct socket *peer = socket->peer;
	return peer && socket->bytes_sent == peer->bytes_received &&
	       peer->bytes_sent == socket->bytes_received;
}

static bool both_wait_to_receive(struct finding *finding)
{
	struct sight sights[2];
	return finding->socket && nothing_under_way(finding->socket) &&
	       both_wait(finding, FLOW_RECEIVES, sights) && sights[0].receive == 0 &&
	       sights[1].receive == 0;
}

/* --- what is said of it ----------------------------------------------------------------------- */

/* Clients call it by the port of the end that was accepted. */
static void note_connection(struct finding *finding)
{
	const struct socket *socket = finding->socket;
	bool server = socket->role == ROLE_ACCEPTED;
	note_param(finding, "port", "%d", endpoint_port(server ? socket->local : socket->remote));
	note_param(finding, "own", "%s", finding->record->lane);
	note_param(finding, "other", "%s", socket->peer->lane);
}

static void note_standstill(struct finding *finding, enum flow flow, int64_t own, int64_t other)
{
	note_evidence(finding, "proc");
	note_evidence_param(finding, "asleep", "%d %d", finding->record->tid,
			    sleeper_of(finding->peer, flow)->tid);
	note_evidence(finding, "sock_diag");
	note_evidence_param(finding, "state", "%s", tcp_state_name(STATE_ESTABLISHED));
	note_evidence_param(finding, "receive", "%lld %lld", (long long)own, (long long)other);
}

/* One end has got all that the other one sent, has answered nothing so far, and asks for more: it
 * cannot know that this was all. The one that sent waits for the answer. */
static bool waits_for_end(const struct waiting_history *reader,
			  const struct waiting_history *writer)
{
	return reader->received && !reader->answered && writer->sent;
}

static bool is_empty_send(const struct waiting_history *history)
{
	return history->empty_sender && !history->sent;
}

static bool no_eof(struct finding *finding)
{
	const struct waiting_history *own = &finding->history->waiting;
	const struct waiting_history *other = &finding->peer->waiting;
	bool reads = waits_for_end(own, other);
	if ((!reads && !waits_for_end(other, own)) || is_empty_send(own) || is_empty_send(other) ||
	    !both_wait_to_receive(finding))
		return false;
	const char *lanes[2] = { finding->record->lane, finding->socket->peer->lane };
	note_connection(finding);
	note_param(finding, "reader", "%s", lanes[!reads]);
	note_param(finding, "writer", "%s", lanes[reads]);
	note_param(finding, "bytes", "%llu",
		   (unsigned long long)(reads ? own->received : other->received));
	note_standstill(finding, FLOW_RECEIVES, 0, 0);
	return true;
}

static bool both_receive(struct finding *finding)
{
	const struct waiting_history *own = &finding->history->waiting;
	const struct waiting_history *other = &finding->peer->waiting;
	if (waits_for_end(own, other) || waits_for_end(other, own) || is_empty_send(own) ||
	    is_empty_send(other) || !both_wait_to_receive(finding))
		return false;
	note_connection(finding);
	note_standstill(finding, FLOW_RECEIVES, 0, 0);
	return true;
}

static bool both_send(struct finding *finding)
{
	struct sight sights[2];
	if (!both_wait(finding, FLOW_SENDS, sights) || sights[0].send <= 0 || sights[1].send <= 0 ||
	    sights[0].receive <= 0 || sights[1].receive <= 0)
		return false;
	note_connection(finding);
	note_param(finding, "own_bytes", "%lld", (long long)sights[0].receive);
	note_param(finding, "other_bytes", "%lld", (long long)sights[1].receive);
	note_standstill(finding, FLOW_SENDS, sights[0].receive, sights[1].receive);
	note_evidence_param(finding, "send", "%lld %lld", (long long)sights[0].send,
			    (long long)sights[1].send);
	return true;
}

/* --- one of them ------------------------------------------------------------------------------ */

static bool empty_send(struct finding *finding)
{
	const struct waiting_history *history = &finding->history->waiting;
	if (call_flow(finding->event->call) != FLOW_RECEIVES || !socket_is_tcp(finding->socket) ||
	    history->empty_sender != finding->record->tid || history->sent ||
	    told_before(finding, finding->history))
		return false;
	note_evidence(finding, "calls");
	note_evidence_param(finding, "sent", "0");
	return true;
}

static bool waits_for_input(struct finding *finding)
{
	struct thread_facts facts;
	const struct socket *peer = finding->socket ? finding->socket->peer : NULL;
	if (call_flow(finding->event->call) != FLOW_RECEIVES || !socket_is_tcp(finding->socket) ||
	    !peer || peer->holders != 1 || peer->holder_pid == finding->record->pid ||
	    told_before(finding, finding->history) ||
	    finding->evidence->thread(finding->evidence, peer->holder_pid, peer->holder_pid,
				      &facts) < 0 ||
	    !facts.reads_terminal)
		return false;
	note_connection(finding);
	note_param(finding, "pid", "%d", peer->holder_pid);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "pid", "%d", peer->holder_pid);
	note_evidence_param(finding, "syscall", "read 0");
	return true;
}

/* --- what is remembered ----------------------------------------------------------------------- */

static void note_sleeper(struct waiting_history *history, const struct record *record)
{
	const struct event *event = record->event;
	struct sleeper sleeper = { record->pid, record->tid, event->entered };
	switch (call_flow(event->call)) {
	case FLOW_SENDS:
		history->sender = sleeper;
		break;
	case FLOW_RECEIVES:
		history->receiver = sleeper;
		break;
	case FLOW_NONE:
		break;
	}
}

/* The thread is out of its call. */
static void forget_sleeper(struct waiting_history *history, pid_t tid)
{
	if (history->receiver.tid == tid)
		history->receiver = (struct sleeper){ 0 };
	if (history->sender.tid == tid)
		history->sender = (struct sleeper){ 0 };
}

/* Whatever call it was: the socket's own counts tell. */
static void note_moved(struct waiting_history *history, const struct socket *socket)
{
	uint64_t sent = socket->bytes_sent - history->sent_before;
	uint64_t received = socket->bytes_received - history->received_before;
	history->sent_before = socket->bytes_sent;
	history->received_before = socket->bytes_received;
	if (!sent && !received)
		return;
	history->answered = history->answered || (sent && history->received);
	history->sent = received ? 0 : history->sent + sent;
	history->received = sent ? 0 : history->received + received;
	history->empty_sender = 0;
}

static void note_return(struct waiting_history *history, const struct record *record,
			const struct socket *socket)
{
	note_moved(history, socket);
	if (has_sent(record->event) && asked_bytes(record->event) == 0)
		history->empty_sender = record->tid;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	(void)histories;
	if (!record->event || !socket_is_tcp(socket))
		return;
	struct history *history = history_own(socket);
	if (!history)
		return;
	if (record->type == RECORD_ENTER) {
		note_sleeper(&history->waiting, record);
		return;
	}
	forget_sleeper(&history->waiting, record->tid);
	if (record->type == RECORD_CALL && !record->event->restarted)
		note_return(&history->waiting, record, socket);
}

#define RECEIVES                                                                      \
	(CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | CALL_BIT(CALL_RECVMMSG) | \
	 CALL_BIT(CALL_READ) | CALL_BIT(CALL_READV))
#define SENDS                                                                       \
	(CALL_BIT(CALL_SENDTO) | CALL_BIT(CALL_SENDMSG) | CALL_BIT(CALL_SENDMMSG) | \
	 CALL_BIT(CALL_WRITE) | CALL_BIT(CALL_WRITEV))

static const struct rule rows[] = {
	{ "both-receive", SEVERITY_MISTAKE, AT_WAITING, RECEIVES, both_receive },
	{ "no-eof", SEVERITY_MISTAKE, AT_WAITING, RECEIVES, no_eof },
	{ "empty-send", SEVERITY_MISTAKE, AT_WAITING, RECEIVES, empty_send },
	{ "both-send", SEVERITY_MISTAKE, AT_WAITING, SENDS, both_send },
	{ "waits-for-input", SEVERITY_NOTICE, AT_WAITING, RECEIVES, waits_for_input },
};

const struct rule_table waiting_rules = { rows, sizeof rows / sizeof *rows, note };
