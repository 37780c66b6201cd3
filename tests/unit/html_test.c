/* The page: its records are those of jsonl, and whatever stands in them, they stay data. */
#include "formatters/html/page.h"
#include "random_records.h"
#include "unit.h"

#include <jansson.h>

static const struct format_options options = { .show_bytes = 64 };

static const char begin_block[] = "<script type=\"application/jsonl\">\n";
static const char end_block[] = "</script>\n";

/* What stands between the page's own head and its own end. */
static char *records_of(char *page)
{
	size_t size = strlen(page);
	ck_assert_uint_ge(size, html_before.size + html_after.size);
	ck_assert_int_eq(strncmp(page, html_before.text, html_before.size), 0);
	ck_assert_str_eq(page + size - html_after.size, html_after.text);
	page[size - html_after.size] = '\0';
	return page + html_before.size;
}

/* The lines of the blocks, with the page's own ones left out, as jsonl would have them. */
static void expect_lines(const char *records, const char *jsonl)
{
	bool inside = false;
	while (*records) {
		size_t length = strcspn(records, "\n");
		ck_assert_int_eq(records[length], '\n');
		if (strncmp(records, inside ? end_block : begin_block, length + 1) == 0) {
			inside = !inside;
		} else if (strncmp(records, "{\"type\":\"words\"", 15) != 0) {
			size_t expected = strcspn(jsonl, "\n");
			json_t *here = json_loadb(records, length, JSON_ALLOW_NUL, NULL);
			json_t *there = json_loadb(jsonl, expected, JSON_ALLOW_NUL, NULL);
			json_object_del(there, "packet"); /* the page has no use for it */
			ck_assert(inside && here && json_equal(here, there));
			ck_assert_ptr_null(memchr(records, '<', length));
			ck_assert_ptr_null(memchr(records, '&', length));
			json_decref(here);
			json_decref(there);
			jsonl += expected + 1;
		}
		records += length + 1;
	}
	ck_assert(!inside);
	ck_assert_str_eq(jsonl, "");
}

static struct record with_translation(struct random *random, struct record record)
{
	if (!record.note_count)
		return record;
	struct note *note = arena_zero(random->arena, sizeof *note);
	struct note_translation *words = arena_zero(random->arena, sizeof *words);
	*words = (struct note_translation){ .lang = "zh", .text = "</script><b>" };
	*note = record.notes[0];
	note->translations = words;
	note->translation_count = 1;
	record.notes = note;
	record.note_count = 1;
	return record;
}

START_TEST(the_page_holds_the_lines_of_jsonl_and_nothing_in_them_is_markup)
{
	struct random random = { .state = 20261121 };
	struct transcript page;
	struct transcript jsonl;
	transcript_open(&page, "html", &options);
	transcript_open(&jsonl, "jsonl", &options);
	for (int i = 0; i < 3000; i++) {
		random.arena = arena_new();
		struct record record = with_translation(&random, random_record(&random));
		transcript_write(&page, &record);
		transcript_write(&jsonl, &record);
		arena_free(random.arena);
	}
	char *whole = transcript_close(&page);
	char *lines = transcript_close(&jsonl);
	expect_lines(records_of(whole), lines);
	free(whole);
	free(lines);
}
END_TEST

START_TEST(markup_in_a_record_is_escaped)
{
	struct transcript page;
	struct record record = record_blank(RECORD_OUTPUT, 5);
	static const char data[] = "</script><script>alert(1)</script>&amp;";
	record.lane = "<!--";
	record.output.fd = 1;
	record.output.data = (struct value_bytes){ .data = data,
						   .captured = sizeof data - 1,
						   .length = sizeof data - 1 };
	transcript_open(&page, "html", &options);
	transcript_write(&page, &record);
	char *whole = transcript_close(&page);
	ck_assert_str_eq(records_of(whole),
			 "<script type=\"application/jsonl\">\n"
			 "{\"type\":\"output\",\"t\":5,\"lane\":\"\\u003c!--\",\"fd\":1,\"data\":{"
			 "\"text\":\"\\u003c/script\\u003e\\u003cscript\\u003ealert(1)"
			 "\\u003c/script\\u003e\\u0026amp;\",\"length\":39,\"captured\":39}}\n"
			 "</script>\n");
	free(whole);
}
END_TEST

START_TEST(without_records_there_is_a_page_without_blocks)
{
	struct transcript page;
	transcript_open(&page, "html", &options);
	char *whole = transcript_close(&page);
	ck_assert_str_eq(records_of(whole), "");
	free(whole);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("html");
	TCase *pages = tcase_create("pages");
	tcase_set_timeout(pages, 60);
	tcase_add_test(pages, the_page_holds_the_lines_of_jsonl_and_nothing_in_them_is_markup);
	tcase_add_test(pages, markup_in_a_record_is_escaped);
	tcase_add_test(pages, without_records_there_is_a_page_without_blocks);
	suite_add_tcase(suite, pages);
	return suite;
}
