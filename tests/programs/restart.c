/*
 * Proves that a waiting call is restarted exactly when the kernel would do it (signal(7)):
 * accept with SA_RESTART goes on, accept with SO_RCVTIMEO does not, poll never does after
 * a handler. After SIGSTOP and SIGCONT, without a handler, poll and accept go on; epoll_wait,
 * and accept with SO_RCVTIMEO, fail with EINTR.
 */
#include "helpers.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { TICK = 20000 /* microseconds */, TICKS_TO_CONNECT = 3 };

static volatile sig_atomic_t ticks;
static volatile sig_atomic_t knock = -1; /* the socket that connects at the third tick */
static struct sockaddr_in door;

static void on_tick(int signal)
{
	int saved = errno;
	(void)signal;
	ticks++;
	if (knock >= 0 && ticks == TICKS_TO_CONNECT &&
	    connect((int)knock, (struct sockaddr *)&door, sizeof door) < 0)
		_exit(9);
	errno = saved;
}

static void tick(suseconds_t every)
{
	struct timeval time = { .tv_usec = every };
	struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
	ticks = 0;
	need(sigaction(SIGALRM, &action, NULL), "sigaction");
	need(setitimer(ITIMER_REAL, &(struct itimerval){ time, time }, NULL), "setitimer");
}

static void set_timeout(int fd)
{
	struct timeval second = { .tv_sec = 1 };
	need(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second), "setsockopt");
}

static void with_a_handler(int listener)
{
	int client = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	door = local_address(listener);
	knock = client;
	tick(TICK);
	int server = say_descriptor("accept, SA_RESTART", accept(listener, NULL, NULL));
	printf("not before tick %d: %s\n", TICKS_TO_CONNECT,
	       ticks >= TICKS_TO_CONNECT ? "yes" : "no");
	knock = -1;
	struct pollfd nothing = { .fd = client, .events = POLLIN };
	say("poll, SA_RESTART", poll(&nothing, 1, 1000));
	set_timeout(listener);
	say_descriptor("accept, SA_RESTART and SO_RCVTIMEO", accept(listener, NULL, NULL));
	tick(0);
	close(client);
	close(server);
}

/* --- what a stopped child's call does when it is continued ------------------------------- */

static void child_polls(int listener)
{
	struct pollfd wanted = { .fd = listener, .events = POLLIN };
	say("child: poll", poll(&wanted, 1, 300));
}

static void child_waits(int listener)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = need(epoll_create1(0), "epoll_create1");
	need(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
	say("child: epoll_wait", epoll_wait(epoll, &event, 1, 1000));
}

static void child_accepts(int listener)
{
	say_descriptor("child: accept", accept(listener, NULL, NULL));
}

static void child_accepts_with_timeout(int listener)
{
	set_timeout(listener);
	say_descriptor("child: accept, SO_RCVTIMEO", accept(listener, NULL, NULL));
}

/* proc(5): the letter behind the program's name in parentheses; S is a sleep that a signal
 * may interrupt, t a stop that only a tracer sees. */
static char state_of(pid_t pid)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = need(open(path, O_RDONLY | O_CLOEXEC), "open");
	ssize_t size = read(fd, text, sizeof text - 1);
	close(fd);
	const char *end = size > 0 ? strrchr(text, ')') : NULL;
	return end && end[1] ? end[2] : '?';
}

/* Asleep at several looks in a row: not for a moment on its way to the call. */
static void wait_until_asleep(pid_t pid)
{
	for (int asleep = 0; asleep < 5; usleep(2000))
		asleep = state_of(pid) == 'S' ? asleep + 1 : 0;
}

static void stop_and_continue(pid_t child)
{
	int status;
	wait_until_asleep(child);
	kill(child, SIGSTOP);
	need(waitpid(child, &status, WUNTRACED), "waitpid");
	kill(child, SIGCONT);
}

static void with_a_stop(void (*wait)(int listener), int visitor_comes)
{
	int status;
	int listener = tcp_listener();
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		wait(listener);
		exit(0);
	}
	stop_and_continue(child);
	int visitor = visitor_comes ? tcp_connect(listener) : -1;
	need(waitpid(child, &status, 0), "waitpid");
	if (visitor >= 0)
		close(visitor);
	close(listener);
}

int main(void)
{
	print_at_once();
	int listener = tcp_listener();
	with_a_handler(listener);
	close(listener);
	with_a_stop(child_polls, 0);
	with_a_stop(child_waits, 0);
	with_a_stop(child_accepts, 1);
	with_a_stop(child_accepts_with_timeout, 0);
	return 0;
}
