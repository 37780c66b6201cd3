/*
 * Tortures the knowledge of which sockets a process holds: hundreds of descriptors go from process
 * to process in bunches (SCM_RIGHTS), some through a process that never reads them, some with
 * too little room. Each receiver uses what it got, by its new number.
 */
#include "torture.h"

enum { BUNCH = 40, RELAYS = 3 };

static int rounds;

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(BUNCH * sizeof(int))];
};

static void pass(int through, const int *fds, int count)
{
	char byte = 'b';
	struct iovec vector = { &byte, 1 };
	union control control;
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof(int)),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	need((int)sendmsg(through, &message, 0), "sendmsg");
}

/* How many came; 0 at the end. */
static int take(int from, int *ret_fds, int room)
{
	char byte;
	struct iovec vector = { &byte, 1 };
	union control control;
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_LEN(room * sizeof(int)) };
	int size = need((int)recvmsg(from, &message, MSG_CMSG_CLOEXEC), "recvmsg");
	if (size == 0 || message.msg_controllen < sizeof control.header)
		return 0;
	size_t count = (control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(ret_fds, CMSG_DATA(&control.header), count * sizeof(int));
	return (int)count;
}

static void close_all(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

/* Hands everything on. */
static void relay(int from, int to)
{
	int fds[BUNCH], count;
	while ((count = take(from, fds, BUNCH)) > 0) {
		pass(to, fds, count);
		close_all(fds, count);
	}
}

/* Answers on each with the number it was sent. */
static void answer(int from)
{
	int fds[BUNCH], count;
	while ((count = take(from, fds, BUNCH)) > 0) {
		for (int i = 0; i < count; i++) {
			unsigned char byte;
			if (read(fds[i], &byte, 1) != 1 || write(fds[i], &byte, 1) != 1)
				exit(1);
		}
		close_all(fds, count);
	}
}

/* The first of a chain of processes; what is passed to it reaches the one that answers. */
static int chain(pid_t children[RELAYS + 1])
{
	int first[2], next[2] = { -1, -1 };
	stream_pair(first);
	int input = first[1];
	for (int i = 0; i <= RELAYS; i++) {
		if (i < RELAYS)
			stream_pair(next);
		children[i] = need(fork(), "fork");
		if (children[i] == 0) {
			close(first[0]);
			if (i < RELAYS) {
				close(next[1]);
				relay(input, next[0]);
			} else {
				answer(input);
			}
			exit(0);
		}
		close(input);
		if (i < RELAYS) {
			close(next[0]);
			input = next[1];
		}
	}
	return first[0];
}

static int one_bunch(int through, int count)
{
	int ours[BUNCH], theirs[BUNCH] = { 0 }, good = 0;
	for (int i = 0; i < count; i++) {
		int ends[2];
		unsigned char byte = (unsigned char)i;
		if (i % 4 == 3)
			tcp_pair(&ends[0], &ends[1]);
		else
			stream_pair(ends);
		ours[i] = ends[0];
		theirs[i] = ends[1];
		need((int)write(ours[i], &byte, 1), "write");
	}
	pass(through, theirs, count);
	close_all(theirs, count);
	for (int i = 0; i < count; i++) {
		unsigned char byte = 255;
		good += read(ours[i], &byte, 1) == 1 && byte == i;
	}
	close_all(ours, count);
	return good;
}

static void through_a_chain(void)
{
	pid_t children[RELAYS + 1];
	uint64_t random = 3;
	int good = 0, all = 0;
	int through = chain(children);
	for (int i = 0; i < rounds; i++) {
		int count = 1 + (int)chance(&random, BUNCH);
		all += count;
		good += one_bunch(through, count);
	}
	close(through);
	printf("through %d processes: %d of %d answered\n", RELAYS, good, all);
	for (int i = 0; i <= RELAYS; i++)
		say_status("child", status_of(children[i]));
}

/* Those for which there is no room are closed by the kernel. */
static void with_little_room(void)
{
	int mail[2], ends[BUNCH][2], fds[BUNCH], got = 0, ended = 0;
	stream_pair(mail);
	for (int i = 0; i < BUNCH; i++)
		stream_pair(ends[i]);
	for (int i = 0; i < BUNCH; i++)
		fds[i] = ends[i][0];
	pass(mail[0], fds, BUNCH);
	close_all(fds, BUNCH);
	got = take(mail[1], fds, BUNCH / 2);
	for (int i = 0; i < BUNCH; i++) {
		char byte;
		ended += recv(ends[i][1], &byte, 1, MSG_DONTWAIT) == 0;
	}
	printf("with room for %d: %d came, %d were closed\n", BUNCH / 2, got, ended);
	close_all(fds, got);
	for (int i = 0; i < BUNCH; i++)
		close(ends[i][1]);
	close(mail[0]);
	close(mail[1]);
}

/* In flight when their only reader dies, or closes. */
static void never_read(void)
{
	int ended = 0;
	for (int i = 0; i < rounds; i++) {
		int mail[2], ends[2];
		char byte;
		stream_pair(mail);
		stream_pair(ends);
		pass(mail[0], &ends[0], 1);
		close(ends[0]);
		close(mail[1]);
		close(mail[0]);
		ended += recv(ends[1], &byte, 1, 0) == 0;
		close(ends[1]);
	}
	printf("never read: %d of %d ended\n", ended, rounds);
}

int main(int argc, char **argv)
{
	print_at_once();
	rounds = count_of(argc, argv, 40);
	through_a_chain();
	with_little_room();
	never_read();
	return 0;
}
