#include "sockets/effects.h"

#include "sockets/arrivals.h"
#include "sockets/descriptors.h"
#include "sockets/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* --- descriptors that are duplicated, marked, closed ---------------------------------- */

static void duplicate(struct step *step, int from, bool close_on_exec)
{
	struct descriptor_table *table = step->process->descriptors;
	int to = (int)step->event->result;
	const struct descriptor *descriptor = table_find(table, from);
	if (descriptor)
		arrival_put(step, to, descriptor->known, close_on_exec);
	else
		table_remove(step->sockets, table, to);
}

static void dup_descriptor(struct step *step)
{
	const struct event *event = step->event;
	/* dup2(2): on one and the same number it does nothing. */
	if (event->call != CALL_DUP && (int)event->raw[0] == (int)event->result)
		return;
	duplicate(step, (int)event->raw[0], event->call == CALL_DUP3 && event->raw[2] & O_CLOEXEC);
}

static void mark(struct step *step, bool close_on_exec)
{
	struct descriptor *descriptor =
		table_find(step->process->descriptors, (int)step->event->raw[0]);
	if (descriptor)
		descriptor->close_on_exec = close_on_exec;
}

static void control_descriptor(struct step *step)
{
	const struct event *event = step->event;
	switch ((int)event->raw[1]) {
	case F_DUPFD:
		duplicate(step, (int)event->raw[0], false);
		break;
	case F_DUPFD_CLOEXEC:
		duplicate(step, (int)event->raw[0], true);
		break;
	case F_SETFD:
		mark(step, event->raw[2] & FD_CLOEXEC);
		break;
	}
}

static void control_device(struct step *step)
{
	switch ((unsigned)step->event->raw[1]) {
	case FIOCLEX:
		mark(step, true);
		break;
	case FIONCLEX:
		mark(step, false);
		break;
	}
}

/* close(2): on Linux the descriptor is gone whatever error there was, but EBADF. */
static void close_descriptor(struct step *step)
{
	struct descriptor_table *table = step->process->descriptors;
	int fd = (int)step->event->raw[0];
	const struct descriptor *descriptor = table_find(table, fd);
	/* Another thread may have got the number anew before our exit stop was seen. */
	if (step->event->error != EBADF && descriptor && descriptor->known == step->known)
		table_remove(step->sockets, table, fd);
}

static void close_descriptors(struct step *step)
{
	const struct event *event = step->event;
	unsigned first = (unsigned)event->raw[0], last = (unsigned)event->raw[1];
	if (event->raw[2] & CLOSE_RANGE_UNSHARE)
		table_unshare(step->sockets, step->process);
	struct descriptor_table *table = step->process->descriptors;
	for (size_t fd = first; fd <= last && fd < table->size; fd++) {
		if (!(event->raw[2] & CLOSE_RANGE_CLOEXEC))
			table_remove(step->sockets, table, (int)fd);
		else if (table->slots[fd])
			table->slots[fd]->close_on_exec = true;
	}
}

static void unshare_descriptors(struct step *step)
{
	if (step->event->raw[0] & CLONE_FILES)
		table_unshare(step->sockets, step->process);
}

/* --- ends ----------------------------------------------------------------------------- */

static void refresh(struct step *step, unsigned asked)
{
	known_refresh(step->sockets, step->known, step->process, step->event->fd, asked);
}

static void bind_socket(struct step *step)
{
	if (step->known)
		refresh(step, ASK_LOCAL);
}

static void listen_on(struct step *step)
{
	if (!step->known)
		return;
	step->known->socket.role = ROLE_LISTENER;
	if (*step->known->socket.local)
		ends_index(step->sockets, step->known);
	else
		refresh(step, ASK_LOCAL); /* an unbound one got a port */
}

/* getpeername(2) fails until the connection stands, so the end it tries to reach is the one
 * the program gave. */
static void take_target(struct step *step)
{
	struct socket *socket = &step->known->socket;
	const struct value *address = event_arg(step->event, "addr");
	if (address && address->kind == VALUE_ENDPOINT)
		snprintf(socket->remote, sizeof socket->remote, "%s", address->endpoint);
	ends_index(step->sockets, step->known);
}

void sockets_connecting(struct sockets *sockets, const struct process *process,
			const struct event *event)
{
	struct known *known = map_get(&sockets->by_cookie, event->cookie);
	struct socket *socket = known ? &known->socket : NULL;
	const struct value *address = event_arg(event, "addr");
	if (!socket || socket->type != SOCK_STREAM || !address || address->kind != VALUE_ENDPOINT ||
	    *socket->remote)
		return;
	if (socket->role == ROLE_NONE)
		socket->role = ROLE_CONNECTOR;
	known->connecting = true;
	snprintf(socket->remote, sizeof socket->remote, "%s", address->endpoint);
	known_refresh(sockets, known, process, event->fd, ASK_LOCAL);
}

static void connect_socket(struct step *step)
{
	int error = step->event->error;
	if (!step->known)
		return;
	struct socket *socket = &step->known->socket;
	socket->drained = 0; /* a new connection counts anew */
	bool under_way = error == EINPROGRESS || error == EALREADY;
	bool stream = socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET;
	if (stream && (!error || under_way) && socket->role == ROLE_NONE)
		socket->role = ROLE_CONNECTOR;
	step->known->connecting = stream && under_way;
	if (step->known->connecting && !*socket->remote)
		take_target(step);
	/* One that failed may have got a port all the same. */
	refresh(step, ASK_ENDS);
}

/* --- options -------------------------------------------------------------------------- */

static void set_option(struct step *step)
{
	const struct event *event = step->event;
	if (!step->known || (int)event->raw[1] != SOL_SOCKET || (int)event->raw[2] != SO_LINGER)
		return;
	const struct value *value = event_arg(event, "optval");
	const struct value *on = value ? value_field(value, "onoff") : NULL;
	/* What could not be read may be on. */
	step->known->socket.lingering = !on || value_number(on) != 0;
}

/* io_uring(7) */
static void set_up_ring(struct step *step)
{
	const struct descriptor_table *table = step->process->descriptors;
	step->process->ring = true;
	for (size_t fd = 0; fd < table->size; fd++)
		if (table->slots[fd])
			table->slots[fd]->known->socket.contained = false;
}

/* --- data ----------------------------------------------------------------------------- */

static void count_sent(struct step *step)
{
	if (step->known)
		step->known->socket.bytes_sent += step->event->bytes_moved;
}

static void send_message(struct step *step)
{
	const struct event *event = step->event;
	count_sent(step);
	for (size_t i = 0; step->known && i < event->passed_count; i++) {
		const struct descriptor *passed =
			table_find(step->process->descriptors, event->passed[i]);
		if (passed)
			known_pass(passed->known, step->known, event->bytes_moved);
	}
}

/* What was only looked at is received later. */
static void count_received(struct step *step, uint64_t flags)
{
	if (step->known && !(flags & (MSG_PEEK | MSG_ERRQUEUE)))
		step->known->socket.bytes_received += step->event->bytes_moved;
}

static void read_data(struct step *step)
{
	count_received(step, 0);
}

static void receive_data(struct step *step)
{
	count_received(step, step->event->raw[3]);
}

static void receive_message(struct step *step)
{
	count_received(step, step->event->raw[step->event->call == CALL_RECVMSG ? 2 : 3]);
	arrival_received(step);
}

/* sendfile(out, in, offset, count) */
static void send_file(struct step *step)
{
	if (table_find(step->process->descriptors, (int)step->event->raw[0]))
		count_sent(step);
}

/* splice(in, off_in, out, off_out, length, flags): one of both is a pipe. */
static void splice_data(struct step *step)
{
	if (table_find(step->process->descriptors, (int)step->event->raw[0]))
		count_received(step, 0);
	else
		count_sent(step);
}

/* --- the table ------------------------------------------------------------------------ */

static const struct effect {
	void (*apply)(struct step *step);
	bool even_failed;
} effects[CALL_COUNT] = {
	[CALL_SOCKET] = { arrival_made, false },
	[CALL_SOCKETPAIR] = { arrival_pair, false },
	[CALL_BIND] = { bind_socket, false },
	[CALL_LISTEN] = { listen_on, false },
	[CALL_ACCEPT] = { arrival_accepted, false },
	[CALL_ACCEPT4] = { arrival_accepted, false },
	[CALL_CONNECT] = { connect_socket, true },
	[CALL_SETSOCKOPT] = { set_option, false },
	[CALL_SENDTO] = { count_sent, false },
	[CALL_SENDMSG] = { send_message, false },
	[CALL_SENDMMSG] = { count_sent, false },
	[CALL_RECVFROM] = { receive_data, false },
	[CALL_RECVMSG] = { receive_message, false },
	[CALL_RECVMMSG] = { receive_message, false },
	[CALL_READ] = { read_data, false },
	[CALL_READV] = { read_data, false },
	[CALL_WRITE] = { count_sent, false },
	[CALL_WRITEV] = { count_sent, false },
	[CALL_CLOSE] = { close_descriptor, true },
	[CALL_CLOSE_RANGE] = { close_descriptors, false },
	[CALL_DUP] = { dup_descriptor, false },
	[CALL_DUP2] = { dup_descriptor, false },
	[CALL_DUP3] = { dup_descriptor, false },
	[CALL_FCNTL] = { control_descriptor, false },
	[CALL_IOCTL] = { control_device, false },
	[CALL_SENDFILE] = { send_file, false },
	[CALL_SPLICE] = { splice_data, false },
	[CALL_PIDFD_GETFD] = { arrival_fetched, false },
	[CALL_UNSHARE] = { unshare_descriptors, false },
	[CALL_IO_URING_SETUP] = { set_up_ring, false },
};

/* A datagram socket gets its address with the first sending; a connection that was under way
 * has its other end once it stands. */
static void complete_ends(struct step *step)
{
	const struct socket *socket = &step->known->socket;
	bool sends = step->event->class == CLASS_DATA && !step->event->error;
	if (step->known->connecting)
		refresh(step, ASK_ENDS);
	else if (sends && socket->type == SOCK_DGRAM && !*socket->local)
		refresh(step, ASK_LOCAL);
}

void effect_apply(struct step *step)
{
	const struct event *event = step->event;
	if (event->restarted || !step->process->descriptors)
		return;
	if (step->known)
		complete_ends(step);
	const struct effect *effect = &effects[event->call];
	if (effect->apply && (!event->error || effect->even_failed))
		effect->apply(step);
}

bool effect_fills_descriptors(enum call_id call)
{
	return call == CALL_SOCKETPAIR || call == CALL_RECVMSG || call == CALL_RECVMMSG;
}
