/*
 * Tortures calls that sleep: each is interrupted up to three times, by a handler with SA_RESTART,
 * by one without, and by SIGSTOP and SIGCONT, and then gets what it waits for. Says what it
 * returned and how many handlers ran: signal(7) has the table.
 */
#include "torture.h"

#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/un.h>
#include <time.h>

enum { INTERRUPTIONS = 3 };

/* What there is to wait for. */
struct room {
	int listener, ends[2];
	struct sockaddr_un address; /* of a listener whose queue is full */
	socklen_t address_size;
	int full, visitor;
	uint32_t *word;
	pid_t child;
};

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
	(void)signal;
	handled++;
}

static void room_open(struct room *room)
{
	*room = (struct room){ .listener = tcp_listener(),
			       .address.sun_family = AF_UNIX,
			       .address_size = sizeof room->address };
	struct sockaddr *address = (struct sockaddr *)&room->address;
	stream_pair(room->ends);
	/* One may wait in a queue of length 0; the next one waits for that one to be accepted. */
	room->full = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	need(bind(room->full, address, sizeof(sa_family_t)), "bind");
	need(listen(room->full, 0), "listen");
	need(getsockname(room->full, address, &room->address_size), "getsockname");
	room->visitor = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	need(connect(room->visitor, address, room->address_size), "connect");
	room->word = mmap(NULL, sizeof *room->word, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (room->word == MAP_FAILED)
		err(1, "mmap");
}

static void room_close(struct room *room)
{
	int all[] = { room->listener, room->ends[0], room->ends[1], room->full, room->visitor };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		close(all[i]);
	munmap(room->word, sizeof *room->word);
}

/* --- what sleeps ------------------------------------------------------------------------------ */

static long nothing_or(long fd)
{
	return fd < 0 ? fd : 0; /* its number is nobody's business */
}

static void set_timeout(int fd)
{
	struct timeval long_time = { .tv_sec = 60 };
	need(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time), "setsockopt");
}

static long sleep_in_accept(struct room *room)
{
	return nothing_or(accept(room->listener, NULL, NULL));
}

static long sleep_in_accept_with_timeout(struct room *room)
{
	set_timeout(room->listener);
	return nothing_or(accept(room->listener, NULL, NULL));
}

static long sleep_in_recv(struct room *room)
{
	char byte;
	return recv(room->ends[0], &byte, 1, 0);
}

static long sleep_in_recv_with_timeout(struct room *room)
{
	set_timeout(room->ends[0]);
	return sleep_in_recv(room);
}

static long sleep_in_read(struct room *room)
{
	char byte;
	return read(room->ends[0], &byte, 1);
}

static long sleep_in_recvmsg(struct room *room)
{
	char byte;
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	return recvmsg(room->ends[0], &message, 0);
}

/* Two bytes are asked for and one comes, before and after the interruptions. */
static long sleep_in_recv_for_all(struct room *room)
{
	char bytes[2];
	need((int)send(room->ends[1], "x", 1, 0), "send");
	return recv(room->ends[0], bytes, 2, MSG_WAITALL);
}

static long sleep_in_send(struct room *room)
{
	static char data[4096];
	while (send(room->ends[0], data, sizeof data, MSG_DONTWAIT) > 0)
		;
	return send(room->ends[0], data, sizeof data, 0);
}

static long sleep_in_connect(struct room *room)
{
	int fd = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	return connect(fd, (struct sockaddr *)&room->address, room->address_size);
}

static long sleep_in_poll(struct room *room)
{
	struct pollfd wanted = { .fd = room->ends[0], .events = POLLIN };
	return poll(&wanted, 1, 60000);
}

static long sleep_in_select(struct room *room)
{
	fd_set wanted;
	FD_ZERO(&wanted);
	FD_SET(room->ends[0], &wanted);
	return select(room->ends[0] + 1, &wanted, NULL, NULL, NULL);
}

static long sleep_in_epoll_wait(struct room *room)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = need(epoll_create1(0), "epoll_create1");
	need(epoll_ctl(epoll, EPOLL_CTL_ADD, room->ends[0], &event), "epoll_ctl");
	return epoll_wait(epoll, &event, 1, 60000);
}

/* SIGUSR1 is blocked outside of it and comes in it. */
static long sleep_in_ppoll(struct room *room)
{
	sigset_t blocked, none;
	struct pollfd wanted = { .fd = room->ends[0], .events = POLLIN };
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return ppoll(&wanted, 1, NULL, &none);
}

static long sleep_in_nanosleep(struct room *room)
{
	struct timespec time = { .tv_sec = 60 };
	(void)room;
	return nanosleep(&time, NULL);
}

static long sleep_in_futex(struct room *room)
{
	return syscall(SYS_futex, room->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* --- what it waits for ---------------------------------------------------------------------------
 */

static void visit(struct room *room)
{
	close(room->visitor);
	room->visitor = tcp_connect(room->listener);
}

static void feed(struct room *room)
{
	need((int)send(room->ends[1], "x", 1, 0), "send");
}

static void drain(struct room *room)
{
	char data[65536];
	while (recv(room->ends[1], data, sizeof data, MSG_DONTWAIT) > 0)
		;
}

static void take_one(struct room *room)
{
	close(need(accept(room->full, NULL, NULL), "accept"));
}

static void wake(struct room *room)
{
	*room->word = 1;
	syscall(SYS_futex, room->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Nothing else ends it early, and the handler is counted. */
static void disturb(struct room *room)
{
	kill(room->child, SIGUSR1);
}

static const struct wait {
	const char *name;
	long (*sleep)(struct room *room);
	void (*finish)(struct room *room);
} waits[] = {
	{ "accept", sleep_in_accept, visit },
	{ "accept, SO_RCVTIMEO", sleep_in_accept_with_timeout, visit },
	{ "recv", sleep_in_recv, feed },
	{ "recv, SO_RCVTIMEO", sleep_in_recv_with_timeout, feed },
	{ "recv, MSG_WAITALL", sleep_in_recv_for_all, feed },
	{ "read", sleep_in_read, feed },
	{ "recvmsg", sleep_in_recvmsg, feed },
	{ "send", sleep_in_send, drain },
	{ "connect", sleep_in_connect, take_one },
	{ "poll", sleep_in_poll, feed },
	{ "ppoll", sleep_in_ppoll, feed },
	{ "select", sleep_in_select, feed },
	{ "epoll_wait", sleep_in_epoll_wait, feed },
	{ "nanosleep", sleep_in_nanosleep, disturb },
	{ "futex", sleep_in_futex, wake },
};

/* --- the ways to interrupt
 * -------------------------------------------------------------------------- */

static void stop_and_continue(pid_t child)
{
	int status;
	kill(child, SIGSTOP);
	need(waitpid(child, &status, WUNTRACED), "waitpid");
	if (WIFSTOPPED(status))
		kill(child, SIGCONT);
}

static void signal_it(pid_t child)
{
	kill(child, SIGUSR1);
}

static const struct way {
	const char *name;
	int flags;
	void (*interrupt)(pid_t child);
} ways[] = {
	{ "SA_RESTART", SA_RESTART, signal_it },
	{ "no SA_RESTART", 0, signal_it },
	{ "SIGSTOP", 0, stop_and_continue },
};

/* It has ended, but for its parent's wait: waitid(2) leaves it so. */
static bool is_over(pid_t child)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static bool falls_asleep(pid_t child)
{
	for (int asleep = 0, looks = 0; asleep < 4 && looks < 5000; looks++) {
		if (is_over(child))
			return false;
		asleep = state_of(child, child) == 'S' ? asleep + 1 : 0;
		usleep(2000);
	}
	return true;
}

static void sleeper(const struct wait *wait, const struct way *way, struct room *room)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = way->flags };
	need(sigaction(SIGUSR1, &action, NULL), "sigaction");
	long result = wait->sleep(room);
	printf("%s, %s: %s, %d handled\n", wait->name, way->name,
	       result < 0 ? strerrorname_np(errno) : "done", (int)handled);
	exit(0);
}

static void interrupt(const struct wait *wait, const struct way *way)
{
	struct room room;
	room_open(&room);
	pid_t child = need(fork(), "fork");
	if (child == 0)
		sleeper(wait, way, &room);
	for (int i = 0; i < INTERRUPTIONS && falls_asleep(child); i++)
		way->interrupt(child);
	room.child = child;
	if (falls_asleep(child))
		wait->finish(&room);
	status_of(child);
	room_close(&room);
}

int main(void)
{
	print_at_once();
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
		for (size_t j = 0; j < sizeof ways / sizeof *ways; j++)
			interrupt(&waits[i], &ways[j]);
	return 0;
}
