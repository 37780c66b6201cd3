#include "formatters/html/html.h"

#include "formatters/html/page.h"
#include "formatters/json.h"
#include "formatters/jsonl.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A block of records, some 300 lines: the page reads a block when something in it is looked at. */
enum { BLOCK_SIZE = 128 << 10 };

struct formatter {
	FILE *file;
	bool begun;   /* a block is open */
	size_t block; /* bytes in it */
};

struct formatter *html_open(FILE *file, const struct format_options *options)
{
	(void)options; /* the page has everything, and its reader chooses */
	struct formatter *html = calloc(1, sizeof *html);
	if (!html)
		return NULL;
	html->file = file;
	fwrite(html_before.text, 1, html_before.size, file);
	return html;
}

/* No browser runs a script of a type it does not know: it is a place for data. */
static void begin_block(struct formatter *html)
{
	if (!html->begun)
		fputs("<script type=\"application/jsonl\">\n", html->file);
	html->begun = true;
}

static void end_block(struct formatter *html)
{
	if (html->begun)
		fputs("</script>\n", html->file);
	html->begun = false;
	html->block = 0;
}

/*
 * One line of JSON: nothing in it ends the script or begins a comment, which is all that HTML looks
 * for in there. U+2028 and U+2029, line ends to some, never come raw: jsonl_line() escapes what no
 * terminal may be shown.
 */
static void put_line(struct formatter *html, const char *line)
{
	begin_block(html);
	html->block += strlen(line);
	for (;;) {
		size_t plain = strcspn(line, "<>&");
		fwrite(line, 1, plain, html->file);
		line += plain;
		if (!*line)
			break;
		fprintf(html->file, "\\u%04x", (unsigned char)*line++);
	}
	putc('\n', html->file);
	if (html->block >= BLOCK_SIZE)
		end_block(html);
}

static json_t *json_translations(const struct note *note)
{
	json_t *languages = json_object();
	for (size_t i = 0; i < note->translation_count; i++) {
		const struct note_translation *translation = &note->translations[i];
		json_t *words = json_object();
		put_text(words, "text", translation->text);
		put_text(words, "fix", translation->fix);
		put_text(words, "check", translation->check);
		put_value(languages, translation->lang, words);
	}
	return languages;
}

/* A line of the page's own, behind the record's: its notes in each language. */
static char *words_line(const struct record *record)
{
	bool any = false;
	json_t *notes = json_array();
	for (size_t i = 0; i < record->note_count; i++) {
		any = any || record->notes[i].translation_count;
		json_array_append_new(notes, json_translations(&record->notes[i]));
	}
	json_t *object = json_pack("{s:s, s:o}", "type", "words", "notes", notes);
	char *line = any ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	json_decref(object);
	return line;
}

void html_write(struct formatter *html, const struct record *record)
{
	char *line = jsonl_line(record);
	char *words = record->note_count ? words_line(record) : NULL;
	if (line)
		put_line(html, line);
	if (line && words)
		put_line(html, words);
	free(line);
	free(words);
}

void html_close(struct formatter *html)
{
	end_block(html);
	fwrite(html_after.text, 1, html_after.size, html->file);
	free(html);
}
