/* arena, map, names, text: what every room stands on. */
#include "support/arena.h"
#include "support/map.h"
#include "support/names.h"
#include "support/text.h"
#include "unit.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

START_TEST(arena_hands_out_aligned_memory_of_any_size)
{
	struct arena *arena = arena_new();
	for (size_t size = 0; size < 100000; size = size * 3 + 1) {
		char *memory = arena_zero(arena, size);
		ck_assert_ptr_nonnull(memory);
		ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
		memset(memory, 'x', size);
	}
	ck_assert_str_eq(arena_printf(arena, "%s-%d", "server", 2), "server-2");
	ck_assert_str_eq(arena_copy_bytes(arena, "abc", 2), "ab");
	ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 3));
	arena_free(arena);
	arena_free(NULL);
}
END_TEST

START_TEST(map_agrees_with_an_array_over_many_changes)
{
	enum { KEYS = 512, CHANGES = 200000 };
	static int values[KEYS];
	bool present[KEYS] = { false };
	struct map map = { 0 };
	size_t count = 0;
	unsigned seed = 1;

	for (int i = 0; i < CHANGES; i++) {
		size_t key = (size_t)rand_r(&seed) % KEYS;
		/* Keys that collide: multiples of a power of two. */
		uint64_t wide = (uint64_t)key << (key % 2 ? 40 : 3);
		if (rand_r(&seed) % 2) {
			ck_assert_int_eq(map_put(&map, wide, &values[key]), 0);
			count += !present[key];
			present[key] = true;
		} else {
			ck_assert_ptr_eq(map_remove(&map, wide),
					 present[key] ? &values[key] : NULL);
			count -= present[key];
			present[key] = false;
		}
		ck_assert_uint_eq(map.count, count);
		ck_assert_ptr_eq(map_get(&map, wide), present[key] ? &values[key] : NULL);
	}
	size_t position = 0, walked = 0;
	while (map_next(&map, &position))
		walked++;
	ck_assert_uint_eq(walked, count);
	map_done(&map);
}
END_TEST

START_TEST(an_empty_map_answers)
{
	struct map map = { 0 };
	size_t position = 0;
	ck_assert_ptr_null(map_get(&map, 1));
	ck_assert_ptr_null(map_remove(&map, 1));
	ck_assert_ptr_null(map_next(&map, &position));
	map_done(&map);
}
END_TEST

START_TEST(every_errno_has_a_name_that_leads_back)
{
	for (int error = 1; error <= 133; error++)
		if (strncmp(errno_name(error), "ERRNO_", 6) != 0)
			ck_assert_int_eq(errno_named(errno_name(error)), error);
	ck_assert_str_eq(errno_name(EADDRINUSE), "EADDRINUSE");
	ck_assert_int_eq(errno_named(errno_name(524)), 524);
	ck_assert_int_eq(errno_named("fnord"), 0);
}
END_TEST

#if defined __GLIBC__
START_TEST(names_and_meanings_of_errno_are_those_of_glibc)
{
	setlocale(LC_ALL, "C.UTF-8");
	for (int error = 1; error < 600; error++) {
		ck_assert_pstr_eq(errno_symbol(error), strerrorname_np(error));
		ck_assert_pstr_eq(errno_words(error), strerrordesc_np(error));
	}
	ck_assert_ptr_null(errno_symbol(-1));
}
END_TEST
#endif

START_TEST(signals_have_names)
{
	ck_assert_str_eq(signal_name(SIGTERM), "SIGTERM");
	ck_assert_str_eq(signal_name(35), "SIGRT_3");
	ck_assert_ptr_null(signal_name(0));
	ck_assert_ptr_null(signal_name(99));
}
END_TEST

START_TEST(utf8_is_what_rfc_3629_says)
{
	static const struct {
		const char *bytes;
		size_t size, length;
	} cases[] = {
		{ "a", 1, 1 },
		{ "\xC3\xA4", 2, 2 },
		{ "\xE4\xBD\xA0", 3, 3 },
		{ "\xF0\x9F\x98\x80", 4, 4 },
		{ "\xC3", 1, 0 },
		{ "\xE4\xBD", 2, 0 },
		{ "\x80", 1, 0 },
		{ "\xC0\x80", 2, 0 }, /* overlong NUL */
		{ "\xE0\x80\x80", 3, 0 },
		{ "\xED\xA0\x80", 3, 0 }, /* a surrogate */
		{ "\xF4\x90\x80\x80", 4, 0 },
		{ "\xFF", 1, 0 },
		{ "", 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_uint_eq(utf8_length(cases[i].bytes, cases[i].size, NULL),
				  cases[i].length);
}
END_TEST

START_TEST(escaped_text_is_inert)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *escaped;
	} cases[] = {
		{ "hello", 5, "hello" },
		{ "你好", 6, "你好" },
		{ "a\"b\\c", 5, "a\\\"b\\\\c" },
		{ "\r\n\t", 3, "\\r\\n\\t" },
		{ "\x1b[31m", 5, "\\x1b[31m" },
		{ "\0", 1, "\\x00" },
		{ "\x01"
		  "2",
		  2, "\\0012" },
		{ "\xff", 1, "\\xff" },
		{ "\xE2\x80\xAE", 3, "\\u202e" }, /* right-to-left override */
		{ "\xC2\x85", 2, "\\u0085" },     /* a C1 control */
	};
	char out[64];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_escape(out, sizeof out, cases[i].bytes, cases[i].size);
		ck_assert_str_eq(out, cases[i].escaped);
	}
}
END_TEST

START_TEST(no_byte_string_escapes_to_anything_a_terminal_obeys)
{
	unsigned seed = 7;
	for (int round = 0; round < 20000; round++) {
		char bytes[24], out[24 * 11];
		size_t size = (size_t)rand_r(&seed) % sizeof bytes;
		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)rand_r(&seed);
		size_t length = text_escape(out, sizeof out, bytes, size);
		ck_assert_uint_eq(strlen(out), length);
		for (size_t at = 0; at < length;) {
			uint32_t code = 0;
			size_t step = utf8_length(out + at, length - at, &code);
			ck_assert_uint_gt(step, 0);
			ck_assert(text_printable(code));
			at += step;
		}
	}
}
END_TEST

START_TEST(an_escape_is_never_cut_in_half)
{
	char out[8];
	ck_assert_uint_eq(text_escape(out, 6, "ab\x1b", 3), 2);
	ck_assert_str_eq(out, "ab");
	ck_assert_uint_eq(text_escape(out, 0, "ab", 2), 0);
}
END_TEST

START_TEST(chinese_characters_take_two_columns)
{
	ck_assert_uint_eq(text_width("hello"), 5);
	ck_assert_uint_eq(text_width("你好"), 4);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("support");
	TCase *tests = tcase_create("support");
	tcase_add_test(tests, arena_hands_out_aligned_memory_of_any_size);
	tcase_add_test(tests, map_agrees_with_an_array_over_many_changes);
	tcase_add_test(tests, an_empty_map_answers);
	tcase_add_test(tests, every_errno_has_a_name_that_leads_back);
#if defined __GLIBC__
	tcase_add_test(tests, names_and_meanings_of_errno_are_those_of_glibc);
#endif
	tcase_add_test(tests, signals_have_names);
	tcase_add_test(tests, utf8_is_what_rfc_3629_says);
	tcase_add_test(tests, escaped_text_is_inert);
	tcase_add_test(tests, no_byte_string_escapes_to_anything_a_terminal_obeys);
	tcase_add_test(tests, an_escape_is_never_cut_in_half);
	tcase_add_test(tests, chinese_characters_take_two_columns);
	suite_add_tcase(suite, tests);
	return suite;
}
