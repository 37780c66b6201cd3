/* The table of calls, their numbers on each abi, names, results; socketcall. */
#include "decode_fixture.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

START_TEST(a_number_is_found_on_every_abi)
{
	static const struct {
		enum abi abi;
		int number;
		enum call_id call;
		const char *name;
	} known[] = {
		/* arch/x86/entry/syscalls/syscall_{64,32}.tbl, asm-generic/unistd.h, arm's */
		{ ABI_X86_64, 45, CALL_RECVFROM, "recvfrom" },
		{ ABI_X86_64, 0, CALL_READ, "read" },
		{ ABI_X86_64, 441, CALL_EPOLL_PWAIT2, "epoll_pwait2" },
		{ ABI_X32, 45 | X32_SYSCALL_BIT, CALL_COUNT, NULL },
		{ ABI_X32, 517 | X32_SYSCALL_BIT, CALL_RECVFROM, "recvfrom" },
		{ ABI_X32, 41 | X32_SYSCALL_BIT, CALL_SOCKET, "socket" },
		{ ABI_I386, 102, CALL_SOCKETCALL, "socketcall" },
		{ ABI_I386, 359, CALL_SOCKET, "socket" },
		{ ABI_I386, 82, CALL_SELECT, "select" },
		{ ABI_I386, 142, CALL_SELECT, "_newselect" },
		{ ABI_I386, 221, CALL_FCNTL, "fcntl64" },
		{ ABI_I386, 413, CALL_PSELECT6, "pselect6_time64" },
		{ ABI_I386, 414, CALL_PPOLL, "ppoll_time64" },
		{ ABI_I386, 417, CALL_RECVMMSG, "recvmmsg_time64" },
		{ ABI_AARCH64, 207, CALL_RECVFROM, "recvfrom" },
		{ ABI_AARCH64, 22, CALL_EPOLL_PWAIT, "epoll_pwait" },
		{ ABI_ARM, 291, CALL_RECVFROM, "recv" },
		{ ABI_ARM, 281, CALL_SOCKET, "socket" },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct call *call = call_find(known[i].abi, known[i].number);
		if (!known[i].name) {
			ck_assert_ptr_null(call);
			continue;
		}
		ck_assert_msg(call != NULL, "%s is not found", known[i].name);
		ck_assert_str_eq(call_name(call), known[i].name);
		ck_assert_int_eq(call_id(call), known[i].call);
	}
}
END_TEST

START_TEST(numbers_that_are_not_ours_are_not_found)
{
	ck_assert_ptr_null(call_find(ABI_NATIVE, SYS_getpid));
	ck_assert_ptr_null(call_find(ABI_NATIVE, -1));
	ck_assert_ptr_null(call_find(ABI_NATIVE, 100000));
	ck_assert_ptr_null(call_find(ABI_X86_64, X32_SYSCALL_BIT | 45));
}
END_TEST

START_TEST(every_call_but_the_end_has_a_row)
{
	bool seen[CALL_COUNT] = { false };
	size_t position = 0, rows = 0;
	for (const struct call *call; (call = call_next(&position)); rows++) {
		ck_assert_int_lt(call_id(call), CALL_COUNT);
		seen[call_id(call)] = true;
		/* "any" arch of libseccomp knows the name, or it is a typing error. */
		ck_assert_msg(seccomp_syscall_resolve_name(call_name(call)) != __NR_SCMP_ERROR,
			      "%s", call_name(call));
	}
	for (int id = 0; id < CALL_COUNT; id++)
		ck_assert_msg(seen[id], "call %d has no row", id);
	ck_assert_uint_gt(rows, CALL_COUNT);
	ck_assert_ptr_null(call_next(&position));
}
END_TEST

START_TEST(every_row_can_be_entered_and_left_with_hostile_arguments)
{
	static const uint64_t hostile[] = { 0,          1,          0x1000,      0xfff,
					    0x7fffffff, 0xffffffff, 0x100000000, UINT64_MAX };
	static const unsigned char page[4096] = { 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0 };
	enum { VALUES = sizeof hostile / sizeof *hostile };
	size_t position = 0;
	for (const struct call *call; (call = call_next(&position));)
		for (int abi = ABI_X86_64; abi <= ABI_ARM; abi++)
			for (size_t i = 0; i < (size_t)VALUES * VALUES; i++) {
				struct trace *trace = trace_new();
				uint64_t a = hostile[i % VALUES], b = hostile[i / VALUES];
				struct stop stop = { .abi = (enum abi)abi,
						     .args = { a, b, a, b, b, a } };
				PUT(trace, 0x1000, page);
				trace->event = decode_entry(call, &stop, &trace->fake.memory,
							    &trace->limits);
				stop.result = (int64_t)a;
				decode_return(trace->event, &stop, &trace->fake.memory,
					      &trace->limits);
				ck_assert_uint_le(trace->fake.most, 65536);
				trace_free(trace);
			}
}
END_TEST

START_TEST(classes_and_interest_are_as_the_interface_says)
{
	static const struct {
		const char *name;
		enum call_class class;
		bool only_sockets;
	} rows[] = {
		{ "socket", CLASS_SETUP, false },       { "close", CLASS_SETUP, true },
		{ "close_range", CLASS_SETUP, false },  { "dup2", CLASS_SETUP, true },
		{ "shutdown", CLASS_SETUP, false },     { "recvfrom", CLASS_DATA, false },
		{ "read", CLASS_DATA, true },           { "splice", CLASS_DATA, true },
		{ "sendfile", CLASS_DATA, true },       { "fcntl", CLASS_OPTIONS, true },
		{ "ioctl", CLASS_OPTIONS, true },       { "getsockname", CLASS_OPTIONS, false },
		{ "poll", CLASS_WAIT, false },          { "epoll_ctl", CLASS_WAIT, false },
		{ "pidfd_getfd", CLASS_HIDDEN, false }, { "unshare", CLASS_HIDDEN, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert_msg(call_class(row(rows[i].name)) == rows[i].class, "%s", rows[i].name);
		ck_assert_msg(call_only_sockets(row(rows[i].name)) == rows[i].only_sockets, "%s",
			      rows[i].name);
	}
}
END_TEST

START_TEST(descriptors_are_read_from_the_registers)
{
	struct stop stop = { .args = { 3, 4, 5, 6, 7, 8 } };
	ck_assert_int_eq(call_descriptor(row("recvfrom"), &stop), 3);
	ck_assert_int_eq(call_other_descriptor(row("recvfrom"), &stop), -1);
	ck_assert_int_eq(call_descriptor(row("sendfile"), &stop), 3);
	ck_assert_int_eq(call_other_descriptor(row("sendfile"), &stop), 4);
	ck_assert_int_eq(call_descriptor(row("splice"), &stop), 3);
	ck_assert_int_eq(call_other_descriptor(row("splice"), &stop), 5);
	ck_assert_int_eq(call_other_descriptor(row("dup2"), &stop), 4);
	ck_assert_int_eq(call_descriptor(row("socket"), &stop), -1);
	ck_assert_int_eq(call_descriptor(row("poll"), &stop), -1);
	stop.args[0] = 0xffffffff;
	ck_assert_int_eq(call_descriptor(row("close"), &stop), -1);
}
END_TEST

/* --- names ------------------------------------------------------------------------------ */

START_TEST(a_sendto_without_an_address_is_a_send)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "hello", 5);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "sendto", ARGS(3, 0x1000, 5, 0x4000)),
			 "send(fd3, \"hello\", 5, MSG_NOSIGNAL)");
	ck_assert_int_eq(trace->event->call, CALL_SENDTO);
	ck_assert_int_eq(trace->event->fd, 3);
	trace_free(trace);
}
END_TEST

START_TEST(a_recvfrom_without_an_address_is_a_recv)
{
	struct trace *trace = trace_new();
	ck_assert_str_eq(enter(trace, ABI_X86_64, "recvfrom", ARGS(3, 0x1000, 5)),
			 "recv(fd3, @1000, 5, 0x0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "recvfrom", ARGS(3, 0x1000, 5, 0, 0x2000)),
			 "recvfrom(fd3, @1000, 5, 0x0, @2000, @0)");
	trace_free(trace);
}
END_TEST

START_TEST(an_epoll_pwait_without_a_mask_is_an_epoll_wait)
{
	struct trace *trace = trace_new();
	uint64_t mask = 1 << (2 - 1);
	PUT(trace, 0x2000, mask);
	ck_assert_str_eq(enter(trace, ABI_AARCH64, "epoll_pwait", ARGS(4, 0x1000, 8, -1, 0, 8)),
			 "epoll_wait(fd4, @1000, 8, -1)");
	ck_assert_str_eq(
		enter(trace, ABI_AARCH64, "epoll_pwait", ARGS(4, 0x1000, 8, -1, 0x2000, 8)),
		"epoll_pwait(fd4, @1000, 8, -1, [SIGINT])");
	trace_free(trace);
}
END_TEST

START_TEST(calls_with_a_kernel_name_of_their_own_are_named_as_in_c)
{
	static const struct {
		const char *row, *name;
	} rows[] = {
		{ "fcntl64", "fcntl" },       { "_newselect", "select" },
		{ "sendfile64", "sendfile" }, { "recvmmsg_time64", "recvmmsg" },
		{ "ppoll_time64", "ppoll" },  { "pselect6_time64", "pselect6" },
		{ "accept4", "accept4" },     { "ppoll", "ppoll" },
		{ "pselect6", "pselect6" },   { "socket", "socket" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trace *trace = trace_new();
		enter(trace, ABI_I386, rows[i].row, ARGS(0));
		ck_assert_str_eq(trace->event->name, rows[i].name);
		trace_free(trace);
	}
}
END_TEST

/* --- results ---------------------------------------------------------------------------- */

START_TEST(an_error_becomes_minus_one_and_its_name)
{
	struct trace *trace = trace_new();
	enter(trace, ABI_X86_64, "listen", ARGS(3, 5));
	leave(trace, -EADDRINUSE);
	ck_assert_int_eq(trace->event->result, -1);
	ck_assert_int_eq(trace->event->error, EADDRINUSE);
	ck_assert_str_eq(trace->event->error_name, "EADDRINUSE");
	ck_assert(!trace->event->restarted);
	trace_free(trace);
}
END_TEST

START_TEST(a_restart_is_no_error)
{
	static const struct {
		int64_t result;
		const char *name;
	} restarts[] = {
		{ -512, "ERESTARTSYS" },
		{ -513, "ERESTARTNOINTR" },
		{ -514, "ERESTARTNOHAND" },
		{ -516, "ERESTART_RESTARTBLOCK" },
	};
	for (size_t i = 0; i < sizeof restarts / sizeof *restarts; i++) {
		struct trace *trace = trace_new();
		enter(trace, ABI_X86_64, "accept", ARGS(3));
		leave(trace, restarts[i].result);
		ck_assert(trace->event->restarted);
		ck_assert_int_eq(trace->event->result, -1);
		ck_assert_int_eq(trace->event->error, 0);
		ck_assert_str_eq(trace->event->error_name, restarts[i].name);
		trace_free(trace);
	}
}
END_TEST

START_TEST(results_of_32_bits_are_signed)
{
	struct trace *trace = trace_new();
	enter(trace, ABI_I386, "listen", ARGS(3, 5));
	leave(trace, 0xffffff9e);
	ck_assert_int_eq(trace->event->error, EADDRINUSE);
	enter(trace, ABI_X86_64, "listen", ARGS(3, 5));
	leave(trace, 0xffffff9e);
	ck_assert_int_eq(trace->event->result, 0xffffff9e);
	ck_assert_int_eq(trace->event->error, 0);
	trace_free(trace);
}
END_TEST

START_TEST(an_error_without_a_name_has_its_number)
{
	struct trace *trace = trace_new();
	enter(trace, ABI_X86_64, "listen", ARGS(3, 5));
	leave(trace, -524);
	ck_assert_str_eq(trace->event->error_name, "ERRNO_524");
	trace_free(trace);
}
END_TEST

/* --- socketcall ------------------------------------------------------------------------- */

START_TEST(socketcall_hides_a_call_and_its_arguments)
{
	struct trace *trace = trace_new();
	const uint32_t words[] = { 3, 0x2000, 5, 0 };
	PUT(trace, 0x1000, words);
	struct stop stop = { .abi = ABI_I386, .number = 102, .args = { 10, 0x1000, 7, 7, 7, 7 } };
	const struct call *call = call_unwrap(&stop, &trace->fake.memory);
	ck_assert_str_eq(call_name(call), "recv");
	ck_assert_int_eq(call_id(call), CALL_RECVFROM);
	ck_assert_uint_eq(stop.args[1], 0x2000);
	ck_assert_uint_eq(stop.args[4], 0);
	ck_assert_int_ne(stop.number, 102);
	ck_assert_int_eq(call_descriptor(call, &stop), 3);
	trace_free(trace);
}
END_TEST

START_TEST(each_of_the_twenty_socketcalls_is_known)
{
	static const char *const names[] = {
		"socket",      "bind",        "connect",    "listen",     "accept",
		"getsockname", "getpeername", "socketpair", "send",       "recv",
		"sendto",      "recvfrom",    "shutdown",   "setsockopt", "getsockopt",
		"sendmsg",     "recvmsg",     "accept4",    "recvmmsg",   "sendmmsg",
	};
	struct trace *trace = trace_new();
	const uint32_t words[6] = { 3 };
	PUT(trace, 0x1000, words);
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		struct stop stop = { .abi = ABI_I386, .args = { i + 1, 0x1000 } };
		ck_assert_str_eq(call_name(call_unwrap(&stop, &trace->fake.memory)), names[i]);
	}
	trace_free(trace);
}
END_TEST

START_TEST(a_bad_socketcall_is_none)
{
	struct trace *trace = trace_new();
	const uint32_t words[] = { 3, 4 }; /* one too few for accept */
	PUT(trace, 0x1000, words);
	static const uint64_t bad[][2] = {
		{ 0, 0x1000 }, { 21, 0x1000 }, { 0xffffffff, 0x1000 }, { 5, 0x1000 }, { 1, 0 }
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct stop stop = { .abi = ABI_I386, .args = { bad[i][0], bad[i][1] } };
		ck_assert_ptr_null(call_unwrap(&stop, &trace->fake.memory));
		ck_assert_uint_eq(stop.args[1], bad[i][1]);
	}
	trace_free(trace);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("decode: calls");
	TCase *table = tcase_create("table");
	tcase_add_test(table, a_number_is_found_on_every_abi);
	tcase_add_test(table, numbers_that_are_not_ours_are_not_found);
	tcase_add_test(table, every_call_but_the_end_has_a_row);
	tcase_add_test(table, classes_and_interest_are_as_the_interface_says);
	tcase_add_test(table, descriptors_are_read_from_the_registers);
	tcase_add_test(table, every_row_can_be_entered_and_left_with_hostile_arguments);
	tcase_set_timeout(table, 60);
	suite_add_tcase(suite, table);

	TCase *names = tcase_create("names and results");
	tcase_add_test(names, a_sendto_without_an_address_is_a_send);
	tcase_add_test(names, a_recvfrom_without_an_address_is_a_recv);
	tcase_add_test(names, an_epoll_pwait_without_a_mask_is_an_epoll_wait);
	tcase_add_test(names, calls_with_a_kernel_name_of_their_own_are_named_as_in_c);
	tcase_add_test(names, an_error_becomes_minus_one_and_its_name);
	tcase_add_test(names, a_restart_is_no_error);
	tcase_add_test(names, results_of_32_bits_are_signed);
	tcase_add_test(names, an_error_without_a_name_has_its_number);
	suite_add_tcase(suite, names);

	TCase *socketcall = tcase_create("socketcall");
	tcase_add_test(socketcall, socketcall_hides_a_call_and_its_arguments);
	tcase_add_test(socketcall, each_of_the_twenty_socketcalls_is_known);
	tcase_add_test(socketcall, a_bad_socketcall_is_none);
	suite_add_tcase(suite, socketcall);
	return suite;
}
