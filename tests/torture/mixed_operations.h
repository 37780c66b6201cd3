/*
 * The operations of mixed.c: a table of them, each with how often it comes. None ever blocks, and
 * each says to the log what it did on a socket.
 */
#pragma once

#include "mixed.h"

#define ANY(worker, slot, name, ...) \
	ANY_CALL(worker, (slot).socket, name, (slot).fd, (slot).fd, __VA_ARGS__)

/* --- descriptors come ----------------------------------------------------------------------- */

static void make_file(struct worker *worker)
{
	slot_add(worker, open("/dev/zero", O_RDWR | O_CLOEXEC), false);
}

static void make_memory(struct worker *worker)
{
	slot_add(worker, memfd_create("torture", MFD_CLOEXEC), false);
}

static void make_socket(struct worker *worker)
{
	static const int domains[] = { AF_INET, AF_UNIX, AF_INET };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM };
	unsigned which = chance(&worker->random, 3);
	long fd = SOCKET_CALL(worker, socket, -1, domains[which], types[which] | SOCK_NONBLOCK, 0);
	slot_add(worker, fd, true);
}

static void make_pair(struct worker *worker)
{
	int ends[2];
	int type = chance(&worker->random, 2) ? SOCK_STREAM : SOCK_DGRAM;
	if (SOCKET_CALL(worker, socketpair, -1, AF_UNIX, type | SOCK_NONBLOCK, 0, ends) < 0)
		return;
	slot_add(worker, ends[0], true);
	slot_add(worker, ends[1], true);
}

static void accept_one(struct worker *worker, int listener)
{
	wait_for(listener, POLLIN);
	slot_add(worker,
		 SOCKET_CALL(worker, accept4, listener, listener, NULL, NULL, SOCK_NONBLOCK), true);
}

static void make_connection(struct worker *worker)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in internet = loopback();
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof address;
	bool is_local = chance(&worker->random, 2);
	int domain = is_local ? AF_UNIX : AF_INET;
	/* Without a name it gets an abstract one: unix(7), autobind. */
	const void *name = is_local ? (const void *)&local : (const void *)&internet;
	size_t name_size = is_local ? sizeof local.sun_family : sizeof internet;

	int listener = (int)SOCKET_CALL(worker, socket, -1, domain, SOCK_STREAM | SOCK_NONBLOCK, 0);
	SOCKET_CALL(worker, bind, listener, listener, name, name_size);
	SOCKET_CALL(worker, listen, listener, listener, 5);
	SOCKET_CALL(worker, getsockname, listener, listener, &address, &size);
	int client = (int)SOCKET_CALL(worker, socket, -1, domain, SOCK_STREAM, 0);
	SOCKET_CALL(worker, connect, client, client, &address, size);
	SOCKET_CALL(worker, fcntl, client, client, F_SETFL, O_NONBLOCK);
	accept_one(worker, listener);
	slot_add(worker, client, true);
	slot_add(worker, listener, true);
}

static void make_dup(struct worker *worker)
{
	struct slot old = *slot_any(worker);
	slot_add(worker, ANY(worker, old, dup, 0), old.socket);
}

/* Onto a high number of ours, or onto a descriptor of ours, socket or file. */
static int number_for_dup(struct worker *worker)
{
	if (chance(&worker->random, 2))
		return slot_any(worker)->fd;
	return worker->high + (int)chance(&worker->random, HIGHS_OF_A_WORKER);
}

static void make_dup_onto(struct worker *worker)
{
	struct slot old = *slot_any(worker);
	int number = number_for_dup(worker);
	bool concerns = old.socket || slot_is_socket(worker, number);
	long result;
#ifdef SYS_dup2
	if (chance(&worker->random, 2))
		result = ANY_CALL(worker, concerns, dup2, old.fd, old.fd, number);
	else
#endif
		result = ANY_CALL(worker, concerns, dup3, old.fd, old.fd, number, O_CLOEXEC);
	if (result < 0 || number == old.fd)
		return;
	slot_forget(worker, number);
	slot_add(worker, result, old.socket);
}

static void make_dup_from(struct worker *worker)
{
	struct slot old = *slot_any(worker);
	int command = chance(&worker->random, 2) ? F_DUPFD : F_DUPFD_CLOEXEC;
	int from = chance(&worker->random, 2) ? 0 : 40;
	slot_add(worker, ANY(worker, old, fcntl, command, from), old.socket);
}

static void make_copy(struct worker *worker)
{
	struct slot old = *slot_any(worker);
	slot_add(worker, syscall(SYS_pidfd_getfd, worker->pidfd, old.fd, 0), old.socket);
}

/* --- SCM_RIGHTS ------------------------------------------------------------------------------- */

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(PASSED_AT_ONCE * sizeof(int))];
};

static int put_descriptors(struct worker *worker, union control *control,
			   bool sockets[PASSED_AT_ONCE])
{
	int count = 1 + (int)chance(&worker->random, PASSED_AT_ONCE);
	int numbers[PASSED_AT_ONCE] = { 0 };
	for (int i = 0; i < count; i++) {
		const struct slot *slot = slot_any(worker);
		numbers[i] = slot->fd;
		sockets[i] = slot->socket;
	}
	control->header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof(int)),
					    .cmsg_level = SOL_SOCKET,
					    .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control->header), numbers, count * sizeof(int));
	return count;
}

static void pass_rights(struct worker *worker)
{
	char byte = 'r';
	struct iovec vector = { &byte, 1 };
	union control control;
	bool sockets[PASSED_AT_ONCE] = { false };
	int count = put_descriptors(worker, &control, sockets);
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	if (SOCKET_CALL(worker, sendmsg, worker->mail[0], worker->mail[0], &message, 0) < 0)
		return;
	/* Where there is less room than descriptors, the kernel drops the others: unix(7). */
	int room = 1 + (int)chance(&worker->random, PASSED_AT_ONCE);
	message.msg_controllen = CMSG_LEN(room * sizeof(int));
	int flags = chance(&worker->random, 2) ? MSG_CMSG_CLOEXEC : 0;
	if (SOCKET_CALL(worker, recvmsg, worker->mail[1], worker->mail[1], &message, flags) < 0)
		return;
	size_t received = message.msg_controllen < sizeof(struct cmsghdr)
				  ? 0
				  : (control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int numbers[PASSED_AT_ONCE] = { 0 };
	memcpy(numbers, CMSG_DATA(&control.header), received * sizeof(int));
	for (size_t i = 0; i < received; i++)
		slot_add(worker, numbers[i], sockets[i]);
}

/* --- data ---------------------------------------------------------------------------------------
 */

static void read_some(struct worker *worker)
{
	char data[16];
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, read, data, sizeof data);
}

static void write_some(struct worker *worker)
{
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, write, "written", 7);
}

static void readv_some(struct worker *worker)
{
	char data[2][8];
	struct iovec vectors[] = { { data[0], 8 }, { data[1], 8 } };
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, readv, vectors, 2);
}

static void writev_some(struct worker *worker)
{
	char data[2][4] = { "one", "two" };
	struct iovec vectors[] = { { data[0], 3 }, { data[1], 3 } };
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, writev, vectors, 2);
}

/* On files too: a call that is about sockets by its name is told whatever it met. */
static void send_some(struct worker *worker)
{
	int fd = slot_any(worker)->fd;
	SOCKET_CALL(worker, sendto, fd, fd, "sent", 4, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

static void receive_some(struct worker *worker)
{
	char data[8];
	int fd = slot_any(worker)->fd;
	SOCKET_CALL(worker, recvfrom, fd, fd, data, sizeof data, MSG_DONTWAIT, NULL, NULL);
}

static void sendfile_some(struct worker *worker)
{
	off_t offset = 0;
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, sendfile, worker->source, &offset, 16);
}

static void splice_in(struct worker *worker)
{
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, splice, NULL, worker->pipe[1], NULL, 8, SPLICE_F_NONBLOCK);
}

static void splice_out(struct worker *worker)
{
	const struct slot *slot = slot_any(worker);
	ANY_CALL(worker, slot->socket, splice, worker->pipe[0], worker->pipe[0], NULL, slot->fd,
		 NULL, 8, SPLICE_F_NONBLOCK);
}

/* --- questions, and the end
 * ----------------------------------------------------------------------- */

static void ask_fcntl(struct worker *worker)
{
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, fcntl, chance(&worker->random, 2) ? F_GETFL : F_GETFD);
}

static void ask_ioctl(struct worker *worker)
{
	int bytes;
	struct slot slot = *slot_any(worker);
	ANY(worker, slot, ioctl, FIONREAD, &bytes);
}

static void ask_option(struct worker *worker)
{
	int value;
	socklen_t size = sizeof value;
	int fd = slot_any(worker)->fd;
	SOCKET_CALL(worker, getsockopt, fd, fd, SOL_SOCKET, SO_TYPE, &value, &size);
}

static void end_sending(struct worker *worker)
{
	int fd = slot_any(worker)->fd;
	SOCKET_CALL(worker, shutdown, fd, fd, SHUT_WR);
}

static void close_one(struct worker *worker)
{
	slot_close(worker, (int)chance(&worker->random, (unsigned)worker->count));
}

static void close_many(struct worker *worker)
{
	unsigned first = (unsigned)worker->high + chance(&worker->random, HIGHS_OF_A_WORKER);
	unsigned last = first + chance(&worker->random, 8);
	unsigned end = (unsigned)worker->high + HIGHS_OF_A_WORKER - 1;
	unsigned flags = chance(&worker->random, 2) ? CLOSE_RANGE_CLOEXEC : 0;
	last = last > end ? end : last;
	if (SOCKET_CALL(worker, close_range, -1, first, last, flags) < 0 || flags)
		return;
	for (unsigned fd = first; fd <= last; fd++)
		slot_forget(worker, (int)fd);
}

/* --- by chance
 * -------------------------------------------------------------------------------------- */

static const struct operation {
	void (*run)(struct worker *worker);
	unsigned often;
} table[] = {
	{ make_file, 6 },       { make_memory, 2 }, { make_socket, 4 },   { make_pair, 4 },
	{ make_connection, 1 }, { make_dup, 4 },    { make_dup_onto, 6 }, { make_dup_from, 3 },
	{ make_copy, 3 },       { pass_rights, 3 }, { read_some, 6 },     { write_some, 6 },
	{ readv_some, 3 },      { writev_some, 3 }, { send_some, 3 },     { receive_some, 3 },
	{ sendfile_some, 3 },   { splice_in, 2 },   { splice_out, 2 },    { ask_fcntl, 3 },
	{ ask_ioctl, 3 },       { ask_option, 1 },  { end_sending, 1 },   { close_one, 20 },
	{ close_many, 2 },
};

static void operate(struct worker *worker)
{
	unsigned all = 0;
	if (worker->count < 2)
		make_pair(worker);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		all += table[i].often;
	unsigned drawn = chance(&worker->random, all);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (drawn < table[i].often) {
			table[i].run(worker);
			return;
		}
		drawn -= table[i].often;
	}
}

/* --- a worker
 * ------------------------------------------------------------------------------------------ */

static void worker_init(struct worker *worker, struct log *log, int index, uint64_t seed)
{
	*worker = (struct worker){ .log = log,
				   .random = seed * 0x9e3779b97f4a7c15U + 1,
				   .tid = (int)syscall(SYS_gettid),
				   .high = HIGH + index * HIGHS_OF_A_WORKER };
	worker->pidfd = need((int)syscall(SYS_pidfd_open, getpid(), 0), "pidfd_open");
	worker->source = need(memfd_create("source", MFD_CLOEXEC), "memfd_create");
	need((int)write(worker->source, "0123456789abcdef", 16), "write");
	need(pipe2(worker->pipe, O_NONBLOCK | O_CLOEXEC), "pipe2");
	need((int)SOCKET_CALL(worker, socketpair, -1, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			      worker->mail),
	     "socketpair");
}

/* A child goes on with a copy. */
static void worker_moved(struct worker *worker)
{
	worker->tid = (int)syscall(SYS_gettid);
	worker->pidfd = -1;
}

static void worker_done(struct worker *worker)
{
	while (worker->count)
		slot_close(worker, 0);
	for (int i = 0; i < 2; i++) {
		SOCKET_CALL(worker, close, worker->mail[i], worker->mail[i]);
		close(worker->pipe[i]);
	}
	close(worker->source);
	close(worker->pidfd);
}
