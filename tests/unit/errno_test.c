#include "unit.h"

#include "decode/decode.h"
#include "support/names.h"
#include "support/text.h"
#include "teach/teach.h"
#include "teach/texts.h"
#include "teach_events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MOST_ERRORS = 32, LONGEST_SENTENCE = 200 };

/*
 * The ERRORS sections of the manual pages (man-pages 6.03), section 2, and for the calls on
 * sockets what ip(7), tcp(7), udp(7) and unix(7) add.
 */
static const struct {
	enum call_id call;
	int errors[MOST_ERRORS];
} manual[] = {
	{ CALL_SOCKET,
	  { EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT, EPERM,
	    ESOCKTNOSUPPORT, ENOPKG } },
	{ CALL_SOCKETPAIR,
	  { EAFNOSUPPORT, EFAULT, EMFILE, ENFILE, EOPNOTSUPP, EPROTONOSUPPORT, ESOCKTNOSUPPORT } },
	{ CALL_BIND,
	  { EACCES, EADDRINUSE, EBADF, EINVAL, ENOTSOCK, EADDRNOTAVAIL, EFAULT, ELOOP, ENAMETOOLONG,
	    ENOENT, ENOMEM, ENOTDIR, EROFS, EAFNOSUPPORT, ENODEV } },
	{ CALL_LISTEN, { EADDRINUSE, EBADF, ENOTSOCK, EOPNOTSUPP, EINVAL } },
	{ CALL_ACCEPT,
	  { EAGAIN,   EBADF,       ECONNABORTED, EFAULT,   EINTR,        EINVAL,     EMFILE,
	    ENFILE,   ENOBUFS,     ENOMEM,       ENOTSOCK, EOPNOTSUPP,   EPERM,      EPROTO,
	    ENETDOWN, ENOPROTOOPT, EHOSTDOWN,    ENONET,   EHOSTUNREACH, ENETUNREACH } },
	{ CALL_ACCEPT4, { EAGAIN, EBADF, ECONNABORTED, EINVAL, EMFILE, ENOTSOCK, EPROTO } },
	{ CALL_CONNECT,
	  { EACCES,   EPERM,       EADDRINUSE,   EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,
	    EALREADY, EBADF,       ECONNREFUSED, EFAULT,        EINPROGRESS,  EINTR,
	    EISCONN,  ENETUNREACH, ENOTSOCK,     EPROTOTYPE,    ETIMEDOUT,    EHOSTUNREACH,
	    ENOENT,   ENOTDIR,     ELOOP,        ENAMETOOLONG,  EINVAL,       ENOMEM } },
	{ CALL_SHUTDOWN, { EBADF, EINVAL, ENOTCONN, ENOTSOCK } },
	{ CALL_GETSOCKNAME, { EBADF, EFAULT, EINVAL, ENOBUFS, ENOTSOCK } },
	{ CALL_GETPEERNAME, { EBADF, EFAULT, EINVAL, ENOBUFS, ENOTCONN, ENOTSOCK } },
	{ CALL_GETSOCKOPT, { EBADF, EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK, EOPNOTSUPP } },
	{ CALL_SETSOCKOPT,
	  { EBADF, EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK, EOPNOTSUPP, EPERM, EDOM, ENODEV,
	    EADDRINUSE, EADDRNOTAVAIL, ENOMEM, ENOBUFS } },
	{ CALL_SENDTO,
	  { EACCES,   EAGAIN,       EALREADY, EBADF,        ECONNRESET,   EDESTADDRREQ, EFAULT,
	    EINTR,    EINVAL,       EISCONN,  EMSGSIZE,     ENOBUFS,      ENOMEM,       ENOTCONN,
	    ENOTSOCK, EOPNOTSUPP,   EPIPE,    ECONNREFUSED, EHOSTUNREACH, ENETUNREACH,  ETIMEDOUT,
	    EPERM,    EAFNOSUPPORT, ENOENT,   EPROTOTYPE } },
	{ CALL_SENDMSG,
	  { EACCES,   EAGAIN,     EALREADY, EBADF,    ECONNRESET,   EDESTADDRREQ, EFAULT,
	    EINTR,    EINVAL,     EISCONN,  EMSGSIZE, ENOBUFS,      ENOMEM,       ENOTCONN,
	    ENOTSOCK, EOPNOTSUPP, EPIPE,    ESRCH,    ETOOMANYREFS, EPERM } },
	{ CALL_SENDMMSG,
	  { EACCES, EAGAIN, EBADF, ECONNRESET, EDESTADDRREQ, EFAULT, EINTR, EINVAL, EMSGSIZE,
	    ENOTCONN, ENOTSOCK, EPIPE } },
	{ CALL_RECVFROM,
	  { EAGAIN, EBADF, ECONNREFUSED, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN, ENOTSOCK,
	    ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH } },
	{ CALL_RECVMSG,
	  { EAGAIN, EBADF, ECONNREFUSED, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN, ENOTSOCK,
	    ECONNRESET, ETIMEDOUT } },
	{ CALL_RECVMMSG, { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOTSOCK, ECONNRESET } },
	{ CALL_READ,
	  { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ECONNRESET, ENOTCONN, ETIMEDOUT } },
	{ CALL_READV, { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ECONNRESET } },
	{ CALL_WRITE,
	  { EAGAIN, EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM,
	    EPIPE, ECONNRESET } },
	{ CALL_WRITEV,
	  { EAGAIN, EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM,
	    EPIPE, EOPNOTSUPP } },
	{ CALL_CLOSE, { EBADF, EINTR, EIO, ENOSPC, EDQUOT } },
	{ CALL_CLOSE_RANGE, { EINVAL, EMFILE, ENOMEM } },
	{ CALL_DUP, { EBADF, EMFILE } },
	{ CALL_DUP2, { EBADF, EBUSY, EINTR, EMFILE } },
	{ CALL_DUP3, { EBADF, EBUSY, EINTR, EINVAL, EMFILE } },
	{ CALL_FCNTL,
	  { EACCES, EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINTR, EINVAL, EMFILE, ENOLCK, ENOTDIR,
	    EPERM } },
	{ CALL_IOCTL, { EBADF, EFAULT, EINVAL, ENOTTY, EPERM, ENODEV, ENOENT } },
	{ CALL_SENDFILE,
	  { EAGAIN, EBADF, EFAULT, EINVAL, EIO, ENOMEM, EOVERFLOW, ESPIPE, EPIPE, ECONNRESET } },
	{ CALL_SPLICE, { EAGAIN, EBADF, EINVAL, ENOMEM, ESPIPE, EPIPE, ECONNRESET } },
	{ CALL_POLL, { EFAULT, EINTR, EINVAL, ENOMEM } },
	{ CALL_PPOLL, { EFAULT, EINTR, EINVAL, ENOMEM } },
	{ CALL_SELECT, { EBADF, EINTR, EINVAL, ENOMEM } },
	{ CALL_PSELECT6, { EBADF, EINTR, EINVAL, ENOMEM } },
	{ CALL_EPOLL_CREATE, { EINVAL, EMFILE, ENFILE, ENOMEM } },
	{ CALL_EPOLL_CREATE1, { EINVAL, EMFILE, ENFILE, ENOMEM } },
	{ CALL_EPOLL_CTL, { EBADF, EEXIST, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSPC, EPERM } },
	{ CALL_EPOLL_WAIT, { EBADF, EFAULT, EINTR, EINVAL } },
	{ CALL_EPOLL_PWAIT, { EBADF, EFAULT, EINTR, EINVAL } },
	{ CALL_EPOLL_PWAIT2, { EBADF, EFAULT, EINTR, EINVAL } },
	{ CALL_PIDFD_GETFD, { EBADF, EINVAL, EMFILE, ENFILE, EPERM, ESRCH } },
	{ CALL_UNSHARE, { EINVAL, ENOMEM, ENOSPC, EPERM, EUSERS } },
	{ CALL_SCHED_GETAFFINITY, { EFAULT, EINVAL, ESRCH } },
	{ CALL_SCHED_SETAFFINITY, { EFAULT, EINVAL, EPERM, ESRCH } },
	{ CALL_IO_URING_SETUP, { EFAULT, EINVAL, EMFILE, ENFILE, ENOMEM, EPERM } },
};

enum { MANUAL_PAGES = sizeof manual / sizeof *manual };

/* The sentence for any kind of socket. */
static const char *meaning_text(enum call_id call, int error)
{
	const struct text *meaning = meaning_find(call, error, NULL);
	return meaning ? text_field(meaning, "text", 0) : NULL;
}

START_TEST(every_errno_of_a_manual_page_has_a_meaning)
{
	for (const int *error = manual[_i].errors; *error; error++)
		ck_assert_msg(meaning_text(manual[_i].call, *error), "call %d: %s", manual[_i].call,
			      errno_name(*error));
}
END_TEST

START_TEST(every_call_is_held_against_its_manual_page)
{
	bool seen[CALL_COUNT] = { [CALL_SOCKETCALL] = true };
	size_t position = 0;
	for (size_t i = 0; i < MANUAL_PAGES; i++)
		seen[manual[i].call] = true;
	for (const struct call *call; (call = call_next(&position));)
		if (call_class(call) == CLASS_NONE)
			seen[call_id(call)] = true; /* its errors are never shown */
	for (size_t call = 0; call < CALL_COUNT; call++)
		ck_assert_msg(seen[call], "call %zu", call);
}
END_TEST

/* --- the sentences -------------------------------------------------------------------------- */

static void check_sentence(const char *id, const char *text)
{
	size_t length = strlen(text);
	ck_assert_msg(length <= LONGEST_SENTENCE, "%s, %zu: %s", id, length, text);
	ck_assert_msg(text[length - 1] == '.' || text[length - 1] == ')', "%s: %s", id, text);
	ck_assert_msg(!strstr(text, "  ") && !strchr(text, '\n'), "%s: %s", id, text);
}

START_TEST(sentences_are_short_and_end_with_a_full_stop)
{
	for (size_t i = 0; i < texts_errno.count; i++) {
		const struct text *row = &texts_errno.rows[i];
		const char *fix = text_field(row, "fix", 0);
		ck_assert_ptr_nonnull(text_field(row, "text", 0));
		check_sentence(row->id, text_field(row, "text", 0));
		if (fix)
			check_sentence(row->id, fix);
	}
}
END_TEST

enum { LARGEST_ERROR = 133 };
static const char *const kinds[] = { NULL, "tcp", "udp", "unix" };
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_reached(const struct text *row)
{
	for (enum call_id call = 0; call < CALL_COUNT; call++)
		for (int error = 1; error <= LARGEST_ERROR; error++)
			for (size_t kind = 0; kind < KINDS; kind++)
				if (meaning_find(call, error, kinds[kind]) == row)
					return true;
	return false;
}

START_TEST(every_row_is_reached)
{
	for (size_t i = 0; i < texts_errno.count; i++)
		ck_assert_msg(is_reached(&texts_errno.rows[i]), "%s", texts_errno.rows[i].id);
}
END_TEST

START_TEST(whatever_the_socket_is_there_is_a_row)
{
	for (enum call_id call = 0; call < CALL_COUNT; call++)
		for (int error = 1; error <= LARGEST_ERROR; error++)
			for (size_t kind = 0; kind < KINDS; kind++)
				if (meaning_find(call, error, kinds[kind]))
					ck_assert_ptr_nonnull(meaning_find(call, error, NULL));
}
END_TEST

START_TEST(waiting_is_said_to_be_no_error)
{
	static const enum call_id calls[] = { CALL_ACCEPT, CALL_RECVFROM, CALL_SENDTO, CALL_READ,
					      CALL_WRITE };
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		ck_assert_ptr_nonnull(strstr(meaning_text(calls[i], EAGAIN), "no error"));
	ck_assert_ptr_nonnull(strstr(meaning_text(CALL_CONNECT, EINPROGRESS), "No error"));
}
END_TEST

/* A full queue never refuses, and TIME_WAIT has not a length that a sysctl sets. */
START_TEST(nothing_wrong_is_taught)
{
	ck_assert_ptr_nonnull(strstr(meaning_text(CALL_CONNECT, ETIMEDOUT), "accept queue"));
	ck_assert_ptr_nonnull(strstr(meaning_text(CALL_CONNECT, ECONNREFUSED), "RST"));
	for (size_t i = 0; i < texts_errno.count; i++)
		for (size_t field = 0; field < texts_errno.rows[i].count; field++)
			ck_assert_ptr_null(
				strstr(texts_errno.rows[i].fields[field].value, "tcp_fin_timeout"));
}
END_TEST

/* --- the note ------------------------------------------------------------------------------- */

static const char *param(const struct note *note, const char *name)
{
	for (size_t i = 0; i < note->param_count; i++)
		if (strcmp(note->params[i].name, name) == 0)
			return note->params[i].value;
	return NULL;
}

static struct socket tcp_socket(const char *local)
{
	struct socket socket = { .domain = AF_INET, .type = SOCK_STREAM };
	snprintf(socket.local, sizeof socket.local, "%s", local);
	return socket;
}

START_TEST(the_port_of_the_event_stands_in_the_command)
{
	struct note note;
	struct socket socket = tcp_socket("");
	struct event *event = FAILED(CALL_BIND, EADDRINUSE, SOCKET(3, "sock"),
				     ENDPOINT("127.0.0.1:8000"), INTEGER(16));
	ck_assert_uint_eq(errno_meaning(event, &socket, &note), 1);
	ck_assert_str_eq(note.id, "errno");
	ck_assert_int_eq(note.severity, SEVERITY_NOTICE);
	ck_assert_str_eq(note.check, "ss -tanp 'sport = :8000'");
	ck_assert_str_eq(param(&note, "errno"), "EADDRINUSE");
	ck_assert_str_eq(param(&note, "port"), "8000");
	ck_assert_str_eq(param(&note, "address"), "127.0.0.1");
	event_free(event);
}
END_TEST

START_TEST(the_port_is_the_sockets_own_where_the_call_names_none)
{
	struct note note;
	struct socket socket = tcp_socket("[::1]:8000");
	struct event *event = FAILED(CALL_LISTEN, EADDRINUSE, SOCKET(3, "sock"), INTEGER(5));
	ck_assert_uint_eq(errno_meaning(event, &socket, &note), 1);
	ck_assert_str_eq(note.check, "ss -tlnp 'sport = :8000'");
	ck_assert_str_eq(param(&note, "address"), "::1");
	event_free(event);
}
END_TEST

START_TEST(without_a_port_there_is_no_command)
{
	struct note note;
	struct event *event =
		FAILED(CALL_BIND, EADDRINUSE, SOCKET(3, "sock"), ADDRESS(1), INTEGER(16));
	ck_assert_uint_eq(errno_meaning(event, NULL, &note), 1);
	ck_assert_ptr_nonnull(note.text);
	ck_assert_ptr_null(note.check);
	ck_assert_ptr_null(param(&note, "port"));
	event_free(event);
}
END_TEST

START_TEST(the_kind_of_socket_decides)
{
	struct note unix_note, inet_note;
	struct event *unix_event = FAILED(CALL_CONNECT, ECONNREFUSED, SOCKET(3, "sock"),
					  ENDPOINT("unix:/run/s"), INTEGER(10));
	struct event *inet_event = FAILED(CALL_CONNECT, ECONNREFUSED, SOCKET(3, "sock"),
					  ENDPOINT("127.0.0.1:80"), INTEGER(16));
	struct socket socket = tcp_socket("");
	errno_meaning(unix_event, NULL, &unix_note);
	errno_meaning(inet_event, &socket, &inet_note);
	ck_assert_str_ne(unix_note.text, inet_note.text);
	ck_assert_str_eq(unix_note.check, "ss -xlp src /run/s");
	ck_assert_str_eq(inet_note.check, "ss -tln 'sport = :80'");
	event_free(unix_event);
	event_free(inet_event);
}
END_TEST

START_TEST(a_hostile_path_reaches_no_command)
{
	static const char *const paths[] = { "unix:/tmp/$(reboot)", "unix:/tmp/a b", "unix:-rf",
					     "unix:/tmp/x;id", "unix:/tmp/'x" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct note note;
		struct event *event = FAILED(CALL_CONNECT, ECONNREFUSED, SOCKET(3, "sock"),
					     ENDPOINT(paths[i]), INTEGER(10));
		ck_assert_uint_eq(errno_meaning(event, NULL, &note), 1);
		ck_assert_ptr_null(note.check);
		event_free(event);
	}
}
END_TEST

START_TEST(a_call_that_did_not_fail_has_no_meaning)
{
	struct note note;
	struct event *waiting = ENTERED(CALL_ACCEPT, SOCKET(3, "sock"));
	struct event *done = RETURNED(CALL_ACCEPT, 4, SOCKET(3, "sock"));
	struct event *restarted = RETURNED(CALL_ACCEPT, -1, SOCKET(3, "sock"));
	restarted->restarted = true;
	ck_assert_uint_eq(errno_meaning(waiting, NULL, &note), 0);
	ck_assert_uint_eq(errno_meaning(done, NULL, &note), 0);
	ck_assert_uint_eq(errno_meaning(restarted, NULL, &note), 0);
	event_free(waiting);
	event_free(done);
	event_free(restarted);
}
END_TEST

START_TEST(an_errno_nobody_knows_has_no_meaning)
{
	struct note note;
	struct event *event = FAILED(CALL_ACCEPT, 524, SOCKET(3, "sock"));
	ck_assert_uint_eq(errno_meaning(event, NULL, &note), 0);
	event_free(event);
}
END_TEST

START_TEST(every_command_can_be_filled_in)
{
	for (int error = 1; error <= LARGEST_ERROR; error++) {
		for (enum call_id call = 0; call < CALL_COUNT; call++) {
			struct note note;
			struct event *event =
				FAILED(call, error, SOCKET(3, "sock"), ENDPOINT("unix:/run/s"));
			if (errno_meaning(event, NULL, &note) && note.check)
				ck_assert_ptr_null(strpbrk(note.check, "{}"));
			event_free(event);
		}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("errno");
	TCase *tcase = tcase_create("errno");
	tcase_add_loop_test(tcase, every_errno_of_a_manual_page_has_a_meaning, 0, MANUAL_PAGES);
	tcase_add_test(tcase, every_call_is_held_against_its_manual_page);
	tcase_add_test(tcase, sentences_are_short_and_end_with_a_full_stop);
	tcase_add_test(tcase, every_row_is_reached);
	tcase_add_test(tcase, whatever_the_socket_is_there_is_a_row);
	tcase_add_test(tcase, waiting_is_said_to_be_no_error);
	tcase_add_test(tcase, nothing_wrong_is_taught);
	tcase_add_test(tcase, the_port_of_the_event_stands_in_the_command);
	tcase_add_test(tcase, the_port_is_the_sockets_own_where_the_call_names_none);
	tcase_add_test(tcase, without_a_port_there_is_no_command);
	tcase_add_test(tcase, the_kind_of_socket_decides);
	tcase_add_test(tcase, a_hostile_path_reaches_no_command);
	tcase_add_test(tcase, a_call_that_did_not_fail_has_no_meaning);
	tcase_add_test(tcase, an_errno_nobody_knows_has_no_meaning);
	tcase_add_test(tcase, every_command_can_be_filled_in);
	suite_add_tcase(suite, tcase);
	return suite;
}
