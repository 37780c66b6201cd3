#include "signals.h"

#include "options.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

static volatile sig_atomic_t ticked;
static volatile sig_atomic_t termination;
static volatile sig_atomic_t question_asked;

void signals_set_timer(bool on)
{
	struct timeval tick = { .tv_usec = on ? TICK_MICROSECONDS : 0 };
	struct itimerval timer = { .it_interval = tick, .it_value = tick };
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Also interrupts waitpid(), where the session sleeps. */
static void on_tick(int signal)
{
	(void)signal;
	ticked = 1;
}

static void on_termination(int signal)
{
	termination = signal;
	/* It may have come just before waitpid(): the timer wakes us again. */
	signals_set_timer(true);
}

static void on_question(int signal)
{
	(void)signal;
	question_asked = 1;
	signals_set_timer(true);
}

void signals_catch(const struct options *options)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ, SIGTTOU };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction tick = { .sa_handler = on_tick };
	struct sigaction end = { .sa_handler = on_termination };
	struct sigaction question = { .sa_handler = on_question };

	/* Ctrl-C is for the programs; the transcript is completed when they have ended. */
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &ignore, NULL);
	sigaction(SIGALRM, &tick, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	if (options->attach_count)
		sigaction(SIGINT, &end, NULL);
	if (options->sockets)
		sigaction(SIGUSR1, &question, NULL);
	signal(SIGCHLD, SIG_DFL);

	/* Whoever started us may have blocked them. */
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGALRM);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	if (options->sockets)
		sigaddset(&wanted, SIGUSR1);
	sigprocmask(SIG_UNBLOCK, &wanted, NULL);
}

void signals_catch_interrupt(void)
{
	struct sigaction end = { .sa_handler = on_termination };
	sigaction(SIGINT, &end, NULL);
}

void signals_hold(const struct options *options, bool on)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	if (on)
		signals_catch_interrupt();
	else if (!options->attach_count)
		sigaction(SIGINT, &ignore, NULL);
}

bool signals_ending(void)
{
	return termination;
}

bool signals_came(void)
{
	return ticked || termination || question_asked;
}

void signals_ticked(void)
{
	ticked = 0;
}

int signals_termination(void)
{
	int signal = termination;
	termination = 0;
	return signal;
}

bool signals_question(void)
{
	bool asked = question_asked;
	question_asked = 0;
	return asked;
}
