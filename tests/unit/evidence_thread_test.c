#include "unit.h"

#include "evidence_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* --- threads ---------------------------------------------------------------------------------- */

/* A child whose standard input is that. */
static pid_t reader_of(int fd)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	char byte;
	dup2(fd, 0);
	_exit(read(0, &byte, 1) != 1);
}

static struct thread_facts facts_of_sleeper(pid_t pid)
{
	struct thread_facts facts;
	do {
		sched_yield();
		ck_assert_int_eq(evidence->thread(evidence, pid, pid, &facts), 0);
	} while (!facts.asleep);
	return facts;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(who_waits_for_a_pipe_reads_no_terminal)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	pid_t pid = reader_of(ends[0]);
	struct thread_facts facts = facts_of_sleeper(pid);
	ck_assert(!facts.reads_terminal);
	ck_assert_uint_eq(facts.threads, 1);
	end(pid);
}
END_TEST

START_TEST(who_waits_for_a_terminal_reads_it)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(terminal, 0);
	ck_assert_int_eq(grantpt(terminal) | unlockpt(terminal), 0);
	int keyboard = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(keyboard, 0);
	pid_t pid = reader_of(keyboard);
	/* It may have slept on its way there. */
	while (!facts_of_sleeper(pid).reads_terminal)
		sched_yield();
	end(pid);
}
END_TEST

static void *wait_for_end(void *fd)
{
	char byte;
	ck_assert_int_eq(read(*(int *)fd, &byte, 1), 0);
	return NULL;
}

START_TEST(the_other_threads_of_a_process_are_counted)
{
	struct thread_facts facts;
	pthread_t thread;
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_end, &ends[0]), 0);
	ck_assert_int_eq(evidence->thread(evidence, getpid(), getpid(), &facts), 0);
	ck_assert_uint_eq(facts.threads, 2);
	ck_assert(!facts.asleep); /* it is ourselves */
	close(ends[1]);
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(who_is_gone_does_nothing)
{
	struct thread_facts facts;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(evidence->thread(evidence, pid, pid, &facts), -ESRCH);
}
END_TEST

/* --- sockets ---------------------------------------------------------------------------------- */

static struct socket held(int fd)
{
	return (struct socket){
		.cookie = cookie_of(fd), .holders = 1, .holder_pid = getpid(), .holder_fd = fd
	};
}

START_TEST(the_time_that_a_call_may_wait_is_told)
{
	const struct timeval limit = { .tv_sec = 2, .tv_usec = 500000 };
	int fd = bound_to("127.0.0.1:0", SOCK_STREAM);
	struct socket socket = held(fd);
	struct time_limits limits;
	ck_assert_int_eq(evidence->time_limits(evidence, &socket, &limits), 0);
	ck_assert_int_eq(limits.receive, 0);
	ck_assert_int_eq(limits.send, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	ck_assert_int_eq(evidence->time_limits(evidence, &socket, &limits), 0);
	ck_assert_int_eq(limits.receive, 2500000);
	ck_assert_int_eq(limits.send, 0);
	close(fd);
}
END_TEST

START_TEST(another_socket_with_that_number_has_no_say)
{
	int fd = bound_to("127.0.0.1:0", SOCK_STREAM);
	struct socket socket = held(fd);
	struct time_limits limits;
	socket.cookie++;
	ck_assert_int_eq(evidence->time_limits(evidence, &socket, &limits), -ESTALE);
	socket.holders = 0;
	ck_assert_int_eq(evidence->time_limits(evidence, &socket, &limits), -ENOENT);
	close(fd);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("evidence: threads and time limits");
	TCase *tests = tcase_create("threads");
	tcase_add_checked_fixture(tests, begin, teardown);
	tcase_add_test(tests, who_waits_for_a_pipe_reads_no_terminal);
	tcase_add_test(tests, who_waits_for_a_terminal_reads_it);
	tcase_add_test(tests, the_other_threads_of_a_process_are_counted);
	tcase_add_test(tests, who_is_gone_does_nothing);
	tcase_add_test(tests, the_time_that_a_call_may_wait_is_told);
	tcase_add_test(tests, another_socket_with_that_number_has_no_say);
	suite_add_tcase(suite, tests);
	return suite;
}
