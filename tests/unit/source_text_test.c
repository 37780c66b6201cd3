/* Lines of source files: of which files they are taken, and of which not. */
#include "unit.h"

#include "source/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The process whose files they are: this one, that has just begun in a second. */
struct place {
	char folder[64], path[128];
	struct source_texts *texts;
};

static void place_open(struct place *place)
{
	snprintf(place->folder, sizeof place->folder, "/tmp/socktrace-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(place->folder));
	snprintf(place->path, sizeof place->path, "%s/file.c", place->folder);
	place->texts = source_texts_new();
	ck_assert_ptr_nonnull(place->texts);
}

static void place_close(struct place *place)
{
	source_texts_free(place->texts);
	unlink(place->path);
	ck_assert_int_eq(rmdir(place->folder), 0);
}

static void put_file(const struct place *place, const char *bytes, size_t size)
{
	int fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void set_time(const struct place *place, time_t later)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) + later } };
	times[1] = times[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, place->path, times, 0), 0);
}

static void put_text(const struct place *place, const char *text)
{
	put_file(place, text, strlen(text));
	set_time(place, -100);
	source_texts_execed(place->texts, getpid());
}

static const char *line_of(const struct place *place, unsigned line)
{
	return source_text_line(place->texts, getpid(), NULL, place->path, line);
}

START_TEST(a_line_is_what_stands_between_two_line_breaks)
{
	struct place place = { 0 };
	place_open(&place);
	put_text(&place, "one\n\ttwo\r\n\nfour");
	ck_assert_str_eq(line_of(&place, 1), "one");
	ck_assert_str_eq(line_of(&place, 2), "\ttwo");
	ck_assert_ptr_null(line_of(&place, 3));
	ck_assert_str_eq(line_of(&place, 4), "four");
	ck_assert_ptr_null(line_of(&place, 5));
	ck_assert_ptr_null(line_of(&place, 0));
	ck_assert_str_eq(source_text_line(place.texts, getpid(), place.folder, "file.c", 1), "one");
	ck_assert_ptr_null(source_text_line(place.texts, getpid(), NULL, "file.c", 1));
	place_close(&place);
}
END_TEST

START_TEST(a_file_that_is_newer_than_the_program_is_another_text)
{
	struct place place = { 0 };
	place_open(&place);
	put_text(&place, "one\n");
	set_time(&place, 100);
	ck_assert_ptr_null(line_of(&place, 1));
	place_close(&place);
}
END_TEST

START_TEST(a_child_runs_what_its_maker_began)
{
	struct place place = { 0 };
	place_open(&place);
	source_texts_execed(place.texts, getpid());
	put_file(&place, "one\n", 4);
	set_time(&place, 1);
	pid_t child = getppid(); /* any process whose root is ours */
	source_texts_execed(place.texts, child);
	source_texts_forked(place.texts, getpid(), child);
	ck_assert_ptr_null(source_text_line(place.texts, child, NULL, place.path, 1));
	source_texts_forget(place.texts, child);
	place_close(&place);
}
END_TEST

START_TEST(what_is_no_regular_file_is_not_read)
{
	struct place place = { 0 };
	place_open(&place);
	source_texts_execed(place.texts, getpid());
	ck_assert_int_eq(mkfifo(place.path, 0644), 0);
	set_time(&place, -100);
	ck_assert_ptr_null(line_of(&place, 1)); /* and does not wait for a writer */
	unlink(place.path);
	ck_assert_int_eq(symlink("file.c", place.path), 0);
	ck_assert_ptr_null(line_of(&place, 1));
	ck_assert_ptr_null(source_text_line(place.texts, getpid(), NULL, place.folder, 1));
	ck_assert_ptr_null(source_text_line(place.texts, getpid(), NULL, "/dev/zero", 1));
	ck_assert_ptr_null(source_text_line(place.texts, getpid(), NULL, "/proc/self/maps", 1));
	place_close(&place);
}
END_TEST

START_TEST(a_file_is_at_most_so_large)
{
	struct place place = { 0 };
	place_open(&place);
	put_text(&place, "one\n");
	ck_assert_int_eq(truncate(place.path, SOURCE_LARGEST_FILE + 1), 0);
	set_time(&place, -100);
	ck_assert_ptr_null(line_of(&place, 1));
	place_close(&place);
}
END_TEST

START_TEST(a_long_line_is_cut_between_two_characters)
{
	struct place place = { 0 };
	static const unsigned char character[] = { 0xe4, 0xbd, 0xa0 };
	char text[SOURCE_LONGEST_LINE + 10];
	place_open(&place);
	memset(text, 'x', sizeof text);
	memcpy(text + SOURCE_LONGEST_LINE - 1, character, sizeof character);
	put_file(&place, text, sizeof text);
	set_time(&place, -100);
	source_texts_execed(place.texts, getpid());
	ck_assert_uint_eq(strlen(line_of(&place, 1)), SOURCE_LONGEST_LINE - 1);
	place_close(&place);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("source text");
	TCase *lines = tcase_create("lines");
	tcase_add_test(lines, a_line_is_what_stands_between_two_line_breaks);
	tcase_add_test(lines, a_file_that_is_newer_than_the_program_is_another_text);
	tcase_add_test(lines, a_child_runs_what_its_maker_began);
	tcase_add_test(lines, what_is_no_regular_file_is_not_read);
	tcase_add_test(lines, a_file_is_at_most_so_large);
	tcase_add_test(lines, a_long_line_is_cut_between_two_characters);
	suite_add_tcase(suite, lines);
	return suite;
}
