/*
 * Proves that signals are the program's own: a handler without SA_RESTART makes recv fail
 * with EINTR, with SA_RESTART the kernel restarts recv; a stopped child stays stopped until
 * SIGCONT and then goes on with the call it slept in. All as signal(7) promises.
 */
#include "helpers.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { TICK = 30000 /* microseconds */ };

static volatile sig_atomic_t feed = -1; /* where the handler writes a byte, once; -1: nowhere */

static void on_alarm(int signal)
{
	int saved = errno;
	(void)signal;
	if (feed >= 0 && send((int)feed, "x", 1, 0) != 1)
		_exit(9);
	feed = -1;
	errno = saved;
}

/* Again and again: the first may come before the program sleeps in recv. 0 disarms. */
static void alarms(suseconds_t every, int flags)
{
	struct timeval time = { .tv_usec = every };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	need(sigaction(SIGALRM, &action, NULL), "sigaction");
	need(setitimer(ITIMER_REAL, &(struct itimerval){ time, time }, NULL), "setitimer");
}

static void interrupted(const int ends[2])
{
	char byte;
	alarms(TICK, 0);
	say("recv without SA_RESTART", recv(ends[0], &byte, 1, 0));
	alarms(0, 0);
}

static void restarted(const int ends[2])
{
	char byte;
	feed = ends[1];
	alarms(TICK, SA_RESTART);
	say("recv with SA_RESTART", recv(ends[0], &byte, 1, 0));
	alarms(0, SA_RESTART);
}

/* Two bytes: the first comes while it is stopped, the second when it runs again. */
static int child_that_receives(int fd)
{
	char bytes[2] = "";
	say("child: recv", recv(fd, &bytes[0], 1, 0));
	say("child: recv again", recv(fd, &bytes[1], 1, 0));
	return bytes[0] == '1' && bytes[1] == '2' ? 0 : 1;
}

static void stopped_and_continued(const int ends[2])
{
	int status = 0;
	pid_t child = need(fork(), "fork");
	if (child == 0)
		_exit(child_that_receives(ends[0]));
	usleep(TICK);
	kill(child, SIGSTOP);
	need(waitpid(child, &status, WUNTRACED), "waitpid");
	printf("child stopped by SIGSTOP: %s\n",
	       WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP ? "yes" : "no");
	say("send", send(ends[1], "1", 1, 0));
	usleep(TICK);
	say("ran on while stopped", waitpid(child, &status, WNOHANG));
	kill(child, SIGCONT);
	need(waitpid(child, &status, WCONTINUED), "waitpid");
	/* Not printed: that would race with what the child prints. */
	need((int)send(ends[1], WIFCONTINUED(status) ? "2" : "?", 1, 0), "send");
	need(waitpid(child, &status, 0), "waitpid");
	printf("child got both, in order: %s\n", status == 0 ? "yes" : "no");
}

int main(void)
{
	int ends[2];
	print_at_once();
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	interrupted(ends);
	restarted(ends);
	stopped_and_continued(ends);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
