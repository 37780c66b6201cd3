/* Python programs of every shape, and hostile ones, in a mock interpreter. */
#include "python_mock.h"

/* --- what it runs ---------------------------------------------------------------------------- */

START_TEST(the_line_is_the_programs_and_says_through_what)
{
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	ck_assert_uint_eq(source.column, 5);
	ck_assert_uint_eq(source.end_column, 10);
	ck_assert_str_eq(source.function, "main");
	ck_assert_int_eq(source.language, SOURCE_PYTHON);
}
END_TEST

START_TEST(what_changes_is_seen_by_the_next_look)
{
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	frames[1].instruction += 2;
	frames[0].instruction -= 4;
	IS("/home/u/a.py", 4, "socket.py:5 accept");
	state.state.frame = &frames[1];
	IS("/home/u/a.py", 4, NULL);
	state.state.frame = NULL;
	ck_assert(!look());
	state.state.frame = &frames[0];
	IS("/home/u/a.py", 4, "socket.py:5 accept");
}
END_TEST

START_TEST(another_code_object_at_the_same_address_is_not_taken_for_the_old_one)
{
	static struct string other;
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	set_string(&other, "/home/u/b.py");
	user.file = &other;
	IS("/home/u/b.py", 3, "socket.py:7 accept");
	user.first_line = 100;
	IS("/home/u/b.py", 103, "socket.py:7 accept");
}
END_TEST

START_TEST(frames_that_only_mark_where_c_calls_python_are_passed)
{
	frames[2] = (struct frame){ .back = &frames[1], .owner = 3 };
	frames[3] = (struct frame){ .back = &frames[2], .owner = 4, .code = 1 };
	frames[0].back = &frames[3];
	IS("/home/u/a.py", 3, "socket.py:7 accept");
}
END_TEST

START_TEST(the_low_bits_of_a_code_pointer_are_no_address)
{
	frames[0].code |= 1;
	frames[1].code |= 3;
	IS("/home/u/a.py", 3, "socket.py:7 accept");
}
END_TEST

START_TEST(without_a_frame_of_the_programs_the_librarys_own_is_told)
{
	frames[0].back = NULL;
	IS("/usr/lib/python3.14/socket.py", 7, NULL);
}
END_TEST

START_TEST(a_frame_that_has_not_begun_is_in_its_first_line)
{
	frames[1].instruction = (const uint8_t *)((uintptr_t)user.bytes - 2);
	IS("/home/u/a.py", 1, "socket.py:7 accept");
}
END_TEST

START_TEST(without_the_lock_a_thread_can_run_a_copy_of_the_bytecode)
{
	put(16, 1);
	/* There the bits of a string's state are elsewhere. */
	user_file.state <<= 6;
	library_file.state <<= 6;
	user_name.state <<= 6;
	library_name.state <<= 6;
	copies[0] = 2;
	copies[1] = (uint64_t)(uintptr_t)user.bytes;
	copies[2] = (uint64_t)(uintptr_t)copied;
	frames[1].copy = 1;
	frames[1].instruction = copied + 16;
	IS("/home/u/a.py", 9, "socket.py:7 accept");
	IS("/home/u/a.py", 9, "socket.py:7 accept");
}
END_TEST

START_TEST(names_of_any_character_become_utf_8)
{
	static const uint16_t two[] = { 0x4e2d, 0x6587, '.', 'p', 'y', 0xdcff };
	static const uint32_t four[] = { 0x1f40d, 'x' };
	user_file = (struct string){ .length = 6, .state = COMPACT | KIND_2 };
	memcpy(user_file.other, two, sizeof two);
	user_name = (struct string){ .length = 2, .state = COMPACT | KIND_4 };
	memcpy(user_name.other, four, sizeof four);
	IS("中文.py\xff", 3, "socket.py:7 accept");
	ck_assert_str_eq(source.function, "🐍x");
	static struct string latin = { .length = 2, .state = COMPACT | KIND_1, .other = "\xe9z" };
	user.qualified = &latin;
	ck_assert(look());
	ck_assert_str_eq(source.function, "éz");
}
END_TEST

START_TEST(code_is_known_by_its_type_or_by_the_types_name)
{
	static struct type copy = { .name = "code" }, other = { .name = "codex" };
	user.type = &copy;
	library.type = &copy;
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	library.type = &other;
	IS("/home/u/a.py", 3, NULL);
}
END_TEST

START_TEST(the_event_loop_is_named_as_such)
{
	static struct code handle;
	static struct string file = { .state = COMPACT | KIND_1 }, run;
	static const char events_py[] = "/usr/lib/python3.14/asyncio/events.py";
	file.length = strlen(events_py);
	memcpy(file.other, events_py, sizeof events_py);
	set_string(&run, "Handle._run");
	set_code(&handle, &file, &run, &library_table);
	set_frame(&frames[2], &frames[1], &handle, 5);
	frames[0].back = &frames[2];
	IS("/home/u/a.py", 3, "asyncio event loop (socket.py:7 accept)");
}
END_TEST

START_TEST(of_several_states_of_a_thread_the_one_that_runs_something_counts)
{
	static struct moved idle, stranger;
	static struct interpreter second;
	idle.state =
		(struct state){ .id = THREAD_POINTER, .next = (struct state *)(void *)&stranger };
	stranger.state = (struct state){ .id = 1, .frame = &frames[1] };
	second.threads = (struct state *)(void *)&idle;
	second.next = &interpreter;
	put(1000, (uint64_t)(uintptr_t)&second);
	IS("/home/u/a.py", 3, "socket.py:7 accept");
}
END_TEST

START_TEST(a_thread_is_known_by_its_number_where_its_pointer_is_not)
{
	state.state.id = 0;
	state.state.native = (uint64_t)getpid();
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	state.state.native++;
	ck_assert(!look());
}
END_TEST

START_TEST(a_state_that_is_anothers_now_is_not_believed)
{
	static struct moved mine;
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	state.state.id = 5;
	mine.state = (struct state){ .id = THREAD_POINTER, .frame = &frames[1] };
	state.state.next = (struct state *)(void *)&mine;
	IS("/home/u/a.py", 3, NULL);
}
END_TEST

/* --- hostile memory -------------------------------------------------------------------------- */

START_TEST(lists_that_go_round_come_to_an_end)
{
	state.state.id = 1;
	state.state.next = (struct state *)(void *)&state;
	interpreter.next = &interpreter;
	ck_assert(!look());
	state.state.id = THREAD_POINTER;
	frames[0].back = &frames[0];
	IS("/usr/lib/python3.14/socket.py", 7, NULL);
	frames[0].owner = 3;
	ck_assert(!look());
}
END_TEST

START_TEST(pointers_to_nowhere_tell_nothing)
{
	frames[0].back = (struct frame *)(uintptr_t)-8;
	IS("/usr/lib/python3.14/socket.py", 7, NULL);
	library.table = (struct bytes *)(uintptr_t)16;
	IS("/usr/lib/python3.14/socket.py", 0, NULL);
	library.qualified = (struct string *)(uintptr_t)-1;
	IS("/usr/lib/python3.14/socket.py", 0, NULL);
	ck_assert_ptr_null(source.function);
	library.file = (struct string *)(uintptr_t)UINT64_C(0x8000000000000000);
	ck_assert(!look());
	frames[0].code = 4;
	ck_assert(!look());
	state.state.frame = (struct frame *)(uintptr_t)-1;
	ck_assert(!look());
	interpreter.threads = (struct state *)(uintptr_t)8;
	ck_assert(!look());
	put(1000, 1);
	ck_assert(!look());
}
END_TEST

START_TEST(sizes_that_cannot_be_are_not_read)
{
	library_table.size = UINT64_MAX;
	IS("/home/u/a.py", 3, "socket.py accept");
	user_name.length = UINT64_MAX / 2;
	user.first_line++; /* else it is known already */
	IS("/home/u/a.py", 4, "socket.py accept");
	ck_assert_ptr_null(source.function);
	user_file.state = ASCII | KIND_1; /* not compact */
	user.first_line++;
	ck_assert(look());
	ck_assert_str_eq(source.file, "/usr/lib/python3.14/socket.py");
}
END_TEST

START_TEST(offsets_that_cannot_be_are_not_used)
{
	put(320, 1 << 20);
	ck_assert(!look());
}
END_TEST

START_TEST(a_version_that_nobody_knows_yet_is_told_once)
{
	put(8, 0x031000a1);
	ck_assert(!look());
	ck_assert_uint_eq(pythons_unknown_version(pythons), 16);
	ck_assert_uint_eq(pythons_unknown_version(pythons), 0);
	ck_assert(!look());
	ck_assert_uint_eq(pythons_unknown_version(pythons), 0);
}
END_TEST

/* --- what becomes of processes --------------------------------------------------------------- */

START_TEST(after_an_exec_all_is_found_anew)
{
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	pythons_exec(pythons, getpid());
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	autofree char *here = getcwd(NULL, 0);
	ck_assert_str_eq(pythons_directory(pythons, getpid()), here);
	pythons_thread_gone(pythons, getpid(), getpid());
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	pythons_process_gone(pythons, getpid());
	ck_assert_ptr_null(pythons_directory(pythons, getpid()));
}
END_TEST

START_TEST(a_child_has_its_makers_interpreter)
{
	struct live_memory memory;
	live_memory_init(&memory, getpid());
	const struct source_thread child = { .pid = 1 << 30,
					     .tid = 1 << 30,
					     .abi = ABI_NATIVE,
					     .memory = &memory.memory,
					     .pointer = pointer };
	IS("/home/u/a.py", 3, "socket.py:7 accept");
	pythons_fork(pythons, getpid(), child.pid);
	/* It has no files of that number in /proc: nothing is looked for there. */
	pythons_process_gone(pythons, getpid());
	ck_assert(pythons_line(pythons, &child, &source));
	ck_assert_uint_eq(source.line, 3);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_line_is_the_programs_and_says_through_what,
		what_changes_is_seen_by_the_next_look,
		another_code_object_at_the_same_address_is_not_taken_for_the_old_one,
		frames_that_only_mark_where_c_calls_python_are_passed,
		the_low_bits_of_a_code_pointer_are_no_address,
		without_a_frame_of_the_programs_the_librarys_own_is_told,
		a_frame_that_has_not_begun_is_in_its_first_line,
		without_the_lock_a_thread_can_run_a_copy_of_the_bytecode,
		names_of_any_character_become_utf_8,
		code_is_known_by_its_type_or_by_the_types_name,
		the_event_loop_is_named_as_such,
		of_several_states_of_a_thread_the_one_that_runs_something_counts,
		a_thread_is_known_by_its_number_where_its_pointer_is_not,
		a_state_that_is_anothers_now_is_not_believed,
		lists_that_go_round_come_to_an_end,
		pointers_to_nowhere_tell_nothing,
		sizes_that_cannot_be_are_not_read,
		offsets_that_cannot_be_are_not_used,
		a_version_that_nobody_knows_yet_is_told_once,
		after_an_exec_all_is_found_anew,
		a_child_has_its_makers_interpreter,
		NULL,
	};
	Suite *suite = suite_create("python_mock");
	TCase *all = tcase_create("python_mock");
	tcase_add_checked_fixture(all, setup, teardown);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(all, *test);
	suite_add_tcase(suite, all);
	return suite;
}
