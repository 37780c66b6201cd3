/* A session for asciinema shows what the text format shows on a terminal. */
#include "random_records.h"
#include "unit.h"

#include <jansson.h>

static const struct format_options asked = { .show_bytes = 32, .notes = NOTES_ALL };
static const struct format_options terminal = {
	.show_bytes = 32, .notes = NOTES_ALL, .color = true, .width = 100
};

/* Everything that is put out, its line breaks as the text format writes them. */
static char *shown_by(const char *cast)
{
	char *shown = calloc(1, strlen(cast) + 1);
	size_t size = 0;
	for (const char *line = cast; *line; line = strchr(line, '\n') + 1) {
		json_t *event = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
		ck_assert_ptr_nonnull(event);
		const char *kind = json_string_value(json_array_get(event, 1));
		const char *data = json_string_value(json_array_get(event, 2));
		for (; kind && strcmp(kind, "o") == 0 && *data; data++)
			if (*data != '\r')
				shown[size++] = *data;
		json_decref(event);
	}
	return shown;
}

START_TEST(it_shows_what_the_text_format_shows)
{
	struct random random = { .state = 11 };
	for (int run = 0; run < 30; run++) {
		struct transcript text;
		struct transcript cast;
		transcript_open(&text, "text", &terminal);
		transcript_open(&cast, "asciicast", &asked);
		for (int i = 0; i < 100; i++) {
			random.arena = arena_new();
			struct record record = random_record(&random);
			transcript_write(&text, &record);
			transcript_write(&cast, &record);
			arena_free(random.arena);
		}
		char *expected = transcript_close(&text);
		char *written = transcript_close(&cast);
		char *shown = shown_by(written);
		ck_assert_str_eq(shown, expected);
		free(shown);
		free(written);
		free(expected);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("asciicast");
	TCase *sessions = tcase_create("sessions");
	tcase_set_timeout(sessions, 60);
	tcase_add_test(sessions, it_shows_what_the_text_format_shows);
	suite_add_tcase(suite, sessions);
	return suite;
}
