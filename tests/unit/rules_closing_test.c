/* The rules about closing and resets: where they begin to be true, and where they do not. */
#include "unit.h"

#include "support/arena.h"
#include "teach/rules.h"
#include "types/event.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SERVER = 100, WORKER = 101, FD = 5 };

static const uint64_t SECOND = 1000000000;

static struct rules *rules;
static struct arena *arena;
static struct socket conn, client, listener;
static struct event event;
static struct record record;

static const struct socket *find_socket(const struct evidence *evidence, uint64_t cookie)
{
	(void)evidence;
	return cookie == conn.cookie ? &conn : cookie == listener.cookie ? &listener : NULL;
}

static const struct evidence evidence = { .socket = find_socket };

static struct socket tcp(uint64_t cookie, enum socket_role role)
{
	struct socket socket = { .cookie = cookie,
				 .domain = AF_INET,
				 .type = SOCK_STREAM,
				 .protocol = IPPROTO_TCP,
				 .role = role,
				 .state = STATE_ESTABLISHED,
				 .holders = 1,
				 .holder_pid = SERVER,
				 .holder_fd = FD,
				 .opened = 1,
				 .lane = "server" };
	snprintf(socket.local, sizeof socket.local, "127.0.0.1:8000");
	return socket;
}

static void begin(void)
{
	rules = rules_new(&evidence, LESSONS_NEVER);
	arena = arena_new();
	conn = tcp(1, ROLE_ACCEPTED);
	client = tcp(2, ROLE_CONNECTOR);
	listener = tcp(3, ROLE_LISTENER);
	conn.peer = &client;
	client.peer = &conn;
	client.lane = "client";
	snprintf(conn.remote, sizeof conn.remote, "127.0.0.1:40000");
}

static void end(void)
{
	rules_free(rules);
	arena_free(arena);
	free(conn.history);
	free(client.history);
	free(listener.history);
}

static bool found(const char *id)
{
	for (size_t i = 0; i < record.note_count; i++)
		if (strcmp(record.notes[i].id, id) == 0)
			return true;
	return false;
}

static void look(struct socket *socket)
{
	record.socket = socket;
	record.lane = record.tid == SERVER ? "server" : "server/t2";
	rules_look(rules, &record, socket, arena);
}

/* A call of that thread at that time, not shown yet; `returned` or asleep. */
static void make(enum record_type type, pid_t tid, enum call_id call, const char *name,
		 uint64_t time, const struct socket *socket)
{
	event = (struct event){ .arena = arena,
				.call = call,
				.name = name,
				.entered = time,
				.returned = type == RECORD_CALL ? time + 1 : 0,
				.fd = FD,
				.cookie = socket->cookie };
	record = record_blank(type, time);
	record.pid = SERVER;
	record.tid = tid;
	record.event = &event;
}

static void fail_with(int error)
{
	event.error = error;
	event.result = -1;
}

static void make_process(enum process_what what, const char *signal)
{
	static struct record_process process;
	process = (struct record_process){ .what = what, .status = -1, .signal = signal };
	record = record_blank(RECORD_PROCESS, 9 * SECOND);
	record.pid = record.tid = SERVER;
	record.process = &process;
}

/* The client has closed, and recv() has told so. */
static void receive_end(uint64_t time)
{
	client.holders = 0;
	conn.state = STATE_CLOSE_WAIT;
	make(RECORD_CALL, SERVER, CALL_RECVFROM, "recv", time, &conn);
	record.state.before = record.state.after = STATE_CLOSE_WAIT;
	record.queues.receive = 0;
	look(&conn);
}

static bool accept_at(uint64_t time)
{
	make(RECORD_ENTER, SERVER, CALL_ACCEPT, "accept", time, &listener);
	look(&listener);
	return found("close-wait-leak");
}

/* --- CLOSE_WAIT ---------------------------------------------------------------------------------
 */

START_TEST(close_wait_is_a_leak_after_five_seconds_and_told_once)
{
	receive_end(SECOND);
	ck_assert(!accept_at(6 * SECOND - 1));
	ck_assert(accept_at(6 * SECOND));
	ck_assert(!accept_at(7 * SECOND));
}
END_TEST

START_TEST(the_call_that_closes_it_late_is_no_leak)
{
	receive_end(SECOND);
	make(RECORD_CALL, SERVER, CALL_CLOSE, "close", 7 * SECOND, &conn);
	look(&conn);
	ck_assert(!found("close-wait-leak"));
	ck_assert(!accept_at(8 * SECOND));
}
END_TEST

START_TEST(a_client_that_still_receives_may_wait_for_its_answer)
{
	receive_end(SECOND);
	client.holders = 1;
	ck_assert(!accept_at(20 * SECOND));
}
END_TEST

START_TEST(whoever_sends_after_the_end_is_not_done_yet)
{
	receive_end(SECOND);
	make(RECORD_CALL, SERVER, CALL_SENDTO, "send", 2 * SECOND, &conn);
	event.result = 3;
	look(&conn);
	ck_assert(!accept_at(20 * SECOND));
}
END_TEST

START_TEST(at_exit_it_is_a_leak_if_the_program_had_gone_on_to_others)
{
	receive_end(SECOND);
	ck_assert(!accept_at(2 * SECOND));
	conn.ending = true;
	conn.last = STATE_CLOSE_WAIT;
	make_process(PROCESS_EXIT, NULL);
	look(NULL);
	ck_assert(found("close-wait-leak"));
}
END_TEST

START_TEST(a_program_that_ends_with_its_last_client_may_leave_closing_to_the_kernel)
{
	receive_end(SECOND);
	conn.ending = true;
	conn.last = STATE_CLOSE_WAIT;
	make_process(PROCESS_EXIT, NULL);
	look(NULL);
	ck_assert_uint_eq(record.note_count, 0);
}
END_TEST

/* --- close() beside a call that sleeps ----------------------------------------------------------
 */

static void sleep_in_recv(pid_t tid, uint64_t time)
{
	make(RECORD_ENTER, tid, CALL_RECVFROM, "recv", time, &conn);
	look(&conn);
}

static void close_it(pid_t tid, uint64_t time)
{
	make(RECORD_CALL, tid, CALL_CLOSE, "close", time, &conn);
	look(&conn);
}

START_TEST(close_wakes_no_thread_whichever_of_the_two_was_seen_first)
{
	sleep_in_recv(WORKER, 1);
	close_it(SERVER, 2);
	ck_assert(found("close-does-not-wake"));
	end();
	begin();
	close_it(SERVER, 2);
	ck_assert(!found("close-does-not-wake"));
	sleep_in_recv(WORKER, 1);
	ck_assert(found("close-does-not-wake"));
}
END_TEST

START_TEST(who_has_returned_sleeps_no_more)
{
	sleep_in_recv(WORKER, 1);
	make(RECORD_CALL, WORKER, CALL_RECVFROM, "recv", 1, &conn);
	event.result = 3;
	look(&conn);
	close_it(SERVER, 5);
	ck_assert(!found("close-does-not-wake"));
}
END_TEST

/* --- SIGPIPE ------------------------------------------------------------------------------------
 */

static void break_pipe(void)
{
	make(RECORD_CALL, SERVER, CALL_SENDTO, "send", 1, &conn);
	fail_with(EPIPE);
	look(&conn);
}

static bool dies_by_sigpipe(void)
{
	make_process(PROCESS_EXIT, "SIGPIPE");
	look(NULL);
	return found("sigpipe");
}

static void get_sigpipe(void)
{
	make_process(PROCESS_SIGNAL, "SIGPIPE");
	look(NULL);
}

START_TEST(a_send_that_fails_and_then_the_signal_end_the_program)
{
	break_pipe();
	get_sigpipe();
	ck_assert(dies_by_sigpipe());
}
END_TEST

START_TEST(a_signal_that_no_send_brought_is_of_a_pipe)
{
	break_pipe();
	get_sigpipe();
	get_sigpipe();
	ck_assert(!dies_by_sigpipe());
	get_sigpipe();
	ck_assert(!dies_by_sigpipe());
}
END_TEST

/* --- RST ----------------------------------------------------------------------------------------
 */

static void receive_reset(void)
{
	make(RECORD_CALL, SERVER, CALL_RECVFROM, "recv", 5, &conn);
	fail_with(ECONNRESET);
	look(&conn);
}

START_TEST(a_process_that_ended_with_bytes_unread_sent_the_reset)
{
	client.ending = true;
	client.unread = 2;
	client.sent_to = conn.bytes_sent = 7;
	receive_reset();
	ck_assert(found("reset-unread"));
}
END_TEST

START_TEST(what_was_sent_after_its_end_may_have_been_answered_instead)
{
	client.ending = true;
	client.unread = 2;
	client.sent_to = 7;
	conn.bytes_sent = 8;
	receive_reset();
	ck_assert(!found("reset-unread"));
}
END_TEST

static bool send_in_close_wait(enum tcp_state after)
{
	make(RECORD_CALL, SERVER, CALL_SENDTO, "send", 5, &conn);
	event.result = 3;
	record.state.before = STATE_CLOSE_WAIT;
	record.state.after = after;
	record.state.witness = WITNESS_TCP_INFO;
	look(&conn);
	return found("send-after-peer-closed");
}

START_TEST(sending_to_one_that_only_shut_its_half_down_is_right)
{
	ck_assert(!send_in_close_wait(STATE_CLOSE_WAIT));
	client.holders = 0;
	ck_assert(send_in_close_wait(STATE_CLOSE_WAIT));
}
END_TEST

START_TEST(of_one_that_is_not_traced_the_reset_tells_that_it_has_closed)
{
	conn.peer = NULL;
	ck_assert(!send_in_close_wait(STATE_CLOSE_WAIT));
	ck_assert(send_in_close_wait(STATE_CLOSED));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("rules_closing");
	TCase *test = tcase_create("rules");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, close_wait_is_a_leak_after_five_seconds_and_told_once);
	tcase_add_test(test, the_call_that_closes_it_late_is_no_leak);
	tcase_add_test(test, a_client_that_still_receives_may_wait_for_its_answer);
	tcase_add_test(test, whoever_sends_after_the_end_is_not_done_yet);
	tcase_add_test(test, at_exit_it_is_a_leak_if_the_program_had_gone_on_to_others);
	tcase_add_test(test,
		       a_program_that_ends_with_its_last_client_may_leave_closing_to_the_kernel);
	tcase_add_test(test, close_wakes_no_thread_whichever_of_the_two_was_seen_first);
	tcase_add_test(test, who_has_returned_sleeps_no_more);
	tcase_add_test(test, a_send_that_fails_and_then_the_signal_end_the_program);
	tcase_add_test(test, a_signal_that_no_send_brought_is_of_a_pipe);
	tcase_add_test(test, a_process_that_ended_with_bytes_unread_sent_the_reset);
	tcase_add_test(test, what_was_sent_after_its_end_may_have_been_answered_instead);
	tcase_add_test(test, sending_to_one_that_only_shut_its_half_down_is_right);
	tcase_add_test(test, of_one_that_is_not_traced_the_reset_tells_that_it_has_closed);
	suite_add_tcase(suite, test);
	return suite;
}
