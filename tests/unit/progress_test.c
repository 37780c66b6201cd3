/* When the line that says how far a replay has come is drawn, and what stands there. */
#include "unit.h"

#include "progress.h"

#include <stdlib.h>

#define MILLISECOND UINT64_C(1000000)

struct screen {
	struct progress progress;
	char *text;
	size_t size;
};

static void screen_open(struct screen *screen, unsigned columns)
{
	*screen = (struct screen){ .progress = { .size = 1000, .columns = columns } };
	screen->progress.begun = MILLISECOND;
	screen->progress.calls = 7;
	screen->progress.terminal = open_memstream(&screen->text, &screen->size);
}

static void draw(struct screen *screen, off_t position, uint64_t milliseconds)
{
	progress_draw(&screen->progress, position, (milliseconds + 1) * MILLISECOND);
}

static void expect(struct screen *screen, const char *expected)
{
	FILE *terminal = screen->progress.terminal;
	progress_end(&screen->progress);
	fclose(terminal);
	ck_assert_str_eq(screen->text, expected);
	free(screen->text);
}

#define CLEAR "\r\x1b[K"

START_TEST(what_is_done_within_half_a_second_shows_nothing)
{
	struct screen screen;
	screen_open(&screen, 80);
	draw(&screen, 10, 0);
	draw(&screen, 990, 499);
	expect(&screen, "");
}
END_TEST

START_TEST(what_takes_longer_is_shown_and_taken_away)
{
	struct screen screen;
	screen_open(&screen, 80);
	draw(&screen, 10, 100);
	draw(&screen, 500, 500);
	expect(&screen, CLEAR "[##########..........] 50 %, calls so far: 7\r" CLEAR);
}
END_TEST

START_TEST(it_is_drawn_ten_times_a_second_at_most)
{
	struct screen screen;
	screen_open(&screen, 80);
	draw(&screen, 0, 500);
	draw(&screen, 100, 599);
	draw(&screen, 200, 600);
	expect(&screen, CLEAR "[....................] 0 %, calls so far: 7\r" CLEAR
			      "[####................] 20 %, calls so far: 7\r" CLEAR);
}
END_TEST

START_TEST(a_recording_that_grows_is_never_more_than_read)
{
	struct screen screen;
	screen_open(&screen, 0);
	draw(&screen, 2000, 500);
	expect(&screen, CLEAR "[####################] 100 %, calls so far: 7\r" CLEAR);
}
END_TEST

START_TEST(a_narrow_terminal_gets_the_percentage_alone)
{
	struct screen screen;
	screen_open(&screen, 40);
	draw(&screen, 333, 500);
	expect(&screen, CLEAR "33 %\r" CLEAR);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("progress");
	TCase *line = tcase_create("line");
	tcase_add_test(line, what_is_done_within_half_a_second_shows_nothing);
	tcase_add_test(line, what_takes_longer_is_shown_and_taken_away);
	tcase_add_test(line, it_is_drawn_ten_times_a_second_at_most);
	tcase_add_test(line, a_recording_that_grows_is_never_more_than_read);
	tcase_add_test(line, a_narrow_terminal_gets_the_percentage_alone);
	suite_add_tcase(suite, line);
	return suite;
}
