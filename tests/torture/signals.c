/*
 * Tortures signals in every phase of a call: while it is entered, sleeps, returns, and while a
 * handler runs. Handlers with and without SA_RESTART, on a stack of their own, one in another,
 * blocked and pending, waited for (sigwaitinfo), read (signalfd), from children (SIGCHLD).
 */
#include "torture.h"

#include <pthread.h>
#include <sys/signalfd.h>

static int rounds;

/* --- a timer of 60 us beside calls that must each be whole ---------------------------------- */

/* Each byte sent is received once, whatever interrupts. Returns how often that was so. */
static int ping_pong(const int ends[2])
{
	int good = 0;
	for (int i = 0; i < rounds; i++) {
		unsigned char sent = (unsigned char)i, received = 0;
		ssize_t result;
		tick_goes_on();
		while ((result = send(ends[0], &sent, 1, 0)) < 0 && errno == EINTR)
			;
		while (result == 1 && (result = recv(ends[1], &received, 1, 0)) < 0 &&
		       errno == EINTR)
			;
		good += result == 1 && received == sent;
	}
	return good;
}

static void timer(const char *name, int flags)
{
	int ends[2], client, server;
	stream_pair(ends);
	tcp_pair(&client, &server);
	tick_begin(flags);
	printf("%s: pair %d of %d", name, ping_pong(ends), rounds);
	printf(", TCP %d of %d", ping_pong((int[]){ client, server }), rounds);
	tick_end();
	printf(", ticks: %s\n", ticks > 0 ? "some" : "none");
	int all[] = { ends[0], ends[1], client, server };
	for (int i = 0; i < 4; i++)
		close(all[i]);
}

/* New sockets all the time: their numbers must be the lowest free ones. */
static void timer_beside_new_sockets(void)
{
	int good = 0;
	int lowest = need(dup(0), "dup");
	close(lowest);
	tick_begin(SA_RESTART);
	for (int i = 0; i < rounds; i++) {
		int ends[2] = { -1, -1 };
		tick_goes_on();
		stream_pair(ends);
		good += ends[0] == lowest && ends[1] == lowest + 1;
		good += close(ends[0]) == 0 && close(ends[1]) == 0;
	}
	tick_end();
	printf("new sockets beside a timer: %d of %d\n", good, 2 * rounds);
}

static void timer_on_its_own_stack(void)
{
	static char stack[65536];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof stack }, seen;
	need(sigaltstack(&other, NULL), "sigaltstack");
	timer("on a stack of its own", SA_RESTART | SA_ONSTACK);
	need(sigaltstack(NULL, &seen), "sigaltstack");
	printf("the stack is as it was: %s\n",
	       seen.ss_sp == (void *)stack && seen.ss_flags == 0 ? "yes" : "no");
	need(sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL), "sigaltstack");
}

/* --- a handler in a handler ------------------------------------------------------------------- */

static int wire[2];
static volatile sig_atomic_t depth, deepest, sent;

/* Each handler makes calls on sockets and raises the next signal. */
static void on_nested(int signal)
{
	depth++;
	deepest = depth > deepest ? depth : deepest;
	sent += send(wire[0], "n", 1, 0) == 1;
	if (signal < SIGRTMIN + 5)
		raise(signal + 1);
	sent += send(wire[0], "n", 1, 0) == 1;
	depth--;
}

static void nested(void)
{
	char data[64];
	struct sigaction action = { .sa_handler = on_nested };
	stream_pair(wire);
	for (int i = 0; i <= 5; i++)
		need(sigaction(SIGRTMIN + i, &action, NULL), "sigaction");
	raise(SIGRTMIN);
	printf("nested: deepest %d, sent %d, received %zd\n", (int)deepest, (int)sent,
	       recv(wire[1], data, sizeof data, 0));
	close(wire[0]);
	close(wire[1]);
}

/* --- blocked, pending, queued -------------------------------------------------------------------
 */

static volatile sig_atomic_t order_count;
static int order[16];

static void on_queued(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (order_count < 16)
		order[order_count++] = info->si_value.sival_int;
}

static void blocked_and_pending(void)
{
	sigset_t mask, pending;
	int ends[2];
	struct sigaction action = { .sa_sigaction = on_queued, .sa_flags = SA_SIGINFO };
	need(sigaction(SIGRTMIN, &action, NULL), "sigaction");
	sigemptyset(&mask);
	sigaddset(&mask, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	for (int i = 0; i < 5; i++)
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i });
	stream_pair(ends);
	say("send while pending", send(ends[0], "x", 1, 0));
	sigpending(&pending);
	printf("pending: %s, handled: %d\n", sigismember(&pending, SIGRTMIN) ? "yes" : "no",
	       (int)order_count);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	printf("queued, in order:");
	for (int i = 0; i < order_count; i++)
		printf(" %d", order[i]);
	printf("\n");
	close(ends[0]);
	close(ends[1]);
}

static void waited_for(void)
{
	sigset_t mask;
	siginfo_t info;
	struct signalfd_siginfo read_info;
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGUSR2);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	raise(SIGUSR1);
	int which = sigwaitinfo(&mask, &info);
	printf("sigwaitinfo: SIG%s, from itself: %s\n", which > 0 ? sigabbrev_np(which) : "?",
	       info.si_pid == getpid() ? "yes" : "no");
	say("sigtimedwait", sigtimedwait(&mask, &info, &(struct timespec){ 0 }));
	int fd = need(signalfd(-1, &mask, SFD_CLOEXEC), "signalfd");
	raise(SIGUSR2);
	ssize_t size = read(fd, &read_info, sizeof read_info);
	printf("signalfd: SIG%s, from itself: %s\n",
	       size == sizeof read_info ? sigabbrev_np((int)read_info.ssi_signo) : "?",
	       read_info.ssi_pid == (unsigned)getpid() ? "yes" : "no");
	close(fd);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

/* --- children
 * ------------------------------------------------------------------------------------- */

static volatile sig_atomic_t reaped;

static void on_child(int signal)
{
	int saved = errno;
	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = saved;
}

/* SIGCHLD breaks into a recv that no child feeds until all are gone. */
static void children(void)
{
	enum { CHILDREN = 20 };
	int ends[2];
	char byte;
	struct sigaction action = { .sa_handler = on_child };
	stream_pair(ends);
	need(sigaction(SIGCHLD, &action, NULL), "sigaction");
	for (int i = 0; i < CHILDREN; i++)
		if (need(fork(), "fork") == 0) {
			send(ends[1], "c", 1, 0);
			_exit(i);
		}
	for (int received = 0; received < CHILDREN;)
		if (recv(ends[0], &byte, 1, 0) == 1)
			received++;
		else if (errno != EINTR)
			err(1, "recv");
	while (reaped < CHILDREN)
		usleep(1000);
	signal(SIGCHLD, SIG_DFL);
	printf("children: %d reaped, every byte received\n", (int)reaped);
	close(ends[0]);
	close(ends[1]);
}

/* --- one thread signals another all the time
 * --------------------------------------------------------- */

static volatile sig_atomic_t over;

static void *pester(void *argument)
{
	const pthread_t *other = argument;
	while (!over) {
		pthread_kill(*other, SIGUSR1);
		usleep(100);
	}
	return NULL;
}

static void pestered(void)
{
	int ends[2];
	pthread_t self = pthread_self(), thread;
	struct sigaction action = { .sa_handler = on_tick };
	need(sigaction(SIGUSR1, &action, NULL), "sigaction");
	stream_pair(ends);
	pthread_create(&thread, NULL, pester, &self);
	printf("pestered by a thread: %d", ping_pong(ends));
	over = 1;
	pthread_join(thread, NULL);
	printf(" of %d\n", rounds);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	print_at_once();
	rounds = count_of(argc, argv, 500);
	timer("with SA_RESTART", SA_RESTART);
	timer("without SA_RESTART", 0);
	timer_beside_new_sockets();
	timer_on_its_own_stack();
	nested();
	blocked_and_pending();
	waited_for();
	children();
	pestered();
	return 0;
}
