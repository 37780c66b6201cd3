/*
 * Tortures group stops: a process of several threads is stopped and continued again and again
 * while all of them make socket calls, and each byte must arrive once. Then one thread sleeps in
 * a call, one runs, one is in nanosleep; and a stop ends in SIGKILL.
 */
#include "torture.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 6 };

static int rounds;
static volatile sig_atomic_t over;

/* Each thread with a pair of its own; how many bytes went wrong. */
static void *exchange(void *argument)
{
	intptr_t wrong = 0;
	int ends[2];
	stream_pair(ends);
	for (int i = 0; i < *(const int *)argument && !over; i++) {
		unsigned char sent = (unsigned char)i, received = 0;
		wrong += write(ends[0], &sent, 1) != 1;
		wrong += read(ends[1], &received, 1) != 1 || received != sent;
	}
	close(ends[0]);
	close(ends[1]);
	return (void *)wrong;
}

static int threads_exchange(int count)
{
	pthread_t threads[THREADS];
	intptr_t wrong = 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, exchange, &count) != 0)
			errx(1, "pthread_create");
	for (int i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		wrong += (intptr_t)result;
	}
	return wrong ? 1 : 0;
}

static void end_exchange(int signal)
{
	(void)signal;
	over = 1;
}

/* Stops, says so to us, stays so, goes on. Returns how many of these were as they must be. */
static int stop_once(pid_t child, unsigned wait)
{
	int good = 0, status = 0;
	kill(child, SIGSTOP);
	need(waitpid(child, &status, WUNTRACED), "waitpid");
	good += WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
	usleep(wait);
	good += waitpid(child, &status, WNOHANG) == 0;
	kill(child, SIGCONT);
	need(waitpid(child, &status, WCONTINUED), "waitpid");
	return good + WIFCONTINUED(status);
}

static void stop_often(void)
{
	uint64_t random = 7;
	int good = 0;
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		signal(SIGUSR1, end_exchange);
		_exit(threads_exchange(1 << 30));
	}
	usleep(1000);
	for (int i = 0; i < rounds; i++) {
		good += stop_once(child, chance(&random, 500));
		usleep(chance(&random, 500));
	}
	printf("stopped, still so, continued: %d of %d\n", good, 3 * rounds);
	kill(child, SIGUSR1);
	say_status("all bytes arrived", status_of(child));
}

/* --- what each thread sleeps in goes on
 * ------------------------------------------------------------ */

static int wire[2];

static void *sleep_in_recv(void *argument)
{
	char byte = 0;
	(void)argument;
	ssize_t result = recv(wire[0], &byte, 1, 0);
	return (void *)(intptr_t)(result == 1 && byte == 'z');
}

static void *sleep_in_nanosleep(void *argument)
{
	struct timespec time = { .tv_nsec = 50000000 };
	(void)argument;
	return (void *)(intptr_t)(nanosleep(&time, NULL) == 0);
}

static int threads_sleep(void)
{
	pthread_t receiver, sleeper;
	void *received, *slept;
	pthread_create(&receiver, NULL, sleep_in_recv, NULL);
	pthread_create(&sleeper, NULL, sleep_in_nanosleep, NULL);
	int count = 100;
	void *wrong = exchange(&count);
	pthread_join(receiver, &received);
	pthread_join(sleeper, &slept);
	return (received ? 1 : 0) | (slept ? 2 : 0) | (wrong ? 0 : 4);
}

static void stop_sleepers(void)
{
	int good = 0;
	stream_pair(wire);
	pid_t child = need(fork(), "fork");
	if (child == 0)
		_exit(threads_sleep());
	for (int i = 0; i < 5; i++)
		good += stop_once(child, 1000);
	need((int)send(wire[1], "z", 1, 0), "send");
	printf("sleepers stopped and continued: %d of 15, what was as it must be: %d\n", good,
	       WEXITSTATUS(status_of(child)));
	close(wire[0]);
	close(wire[1]);
}

static void kill_stopped(void)
{
	int killed = 0;
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t child = need(fork(), "fork");
		if (child == 0)
			_exit(threads_exchange(1 << 30));
		usleep(500);
		kill(child, SIGSTOP);
		need(waitpid(child, &status, WUNTRACED), "waitpid");
		kill(child, SIGKILL);
		status = status_of(child);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	printf("killed while stopped: %d of 20\n", killed);
}

/* Another way to stop, and one that comes from the process itself. */
static void stop_itself(void)
{
	static const int signals[] = { SIGTSTP, SIGTTIN, SIGSTOP };
	for (int i = 0; i < 3; i++) {
		int status, ends[2];
		pid_t child = need(fork(), "fork");
		if (child == 0) {
			/* In a process group of nobody's, the kernel drops all but SIGSTOP. */
			stream_pair(ends);
			raise(signals[i]);
			_exit(write(ends[0], "x", 1) == 1 ? 0 : 1);
		}
		need(waitpid(child, &status, WUNTRACED), "waitpid");
		if (WIFSTOPPED(status)) {
			printf("stopped itself with SIG%s\n", sigabbrev_np(WSTOPSIG(status)));
			kill(child, SIGCONT);
			status = status_of(child);
		}
		say_status("and went on", status);
	}
}

int main(int argc, char **argv)
{
	print_at_once();
	rounds = count_of(argc, argv, 300);
	stop_often();
	stop_sleepers();
	kill_stopped();
	stop_itself();
	return 0;
}
