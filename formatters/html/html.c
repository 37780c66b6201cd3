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
	struct json_line line;
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

static bool is_markup(char byte)
{
	return byte == '<' || byte == '>' || byte == '&';
}

/*
 * One line of JSON, which is empty afterwards: nothing in it ends the script or begins a comment,
 * which is all that HTML looks for in there. U+2028 and U+2029, line ends to some, are escaped, as
 * all is that no terminal may be shown.
 */
static void put_line(struct formatter *html)
{
	struct json_line *line = &html->line;
	if (!line->failed)
		begin_block(html);
	html->block += line->size;
	for (size_t i = 0; i < line->size && !line->failed;) {
		size_t plain = i;
		while (plain < line->size && !is_markup(line->bytes[plain]))
			plain++;
		fwrite(line->bytes + i, 1, plain - i, html->file);
		i = plain;
		if (i < line->size)
			fprintf(html->file, "\\u%04x", (unsigned char)line->bytes[i++]);
	}
	line->size = 0;
	json_line_write(line, html->file);
	if (html->block >= BLOCK_SIZE)
		end_block(html);
}

static void put_translations(struct json_line *line, const struct note *note)
{
	struct json_place languages = json_open(line, NULL, '{');
	for (size_t i = 0; i < note->translation_count; i++) {
		const struct note_translation *translation = &note->translations[i];
		struct json_place words = json_open(line, translation->lang, '{');
		put_text(line, "text", translation->text);
		put_text(line, "fix", translation->fix);
		put_text(line, "check", translation->check);
		json_close(line, words);
	}
	json_close(line, languages);
}

/* A line of the page's own, behind the record's: its notes in each language. */
static void put_words(struct formatter *html, const struct record *record)
{
	struct json_line *line = &html->line;
	bool any = false;
	for (size_t i = 0; i < record->note_count; i++)
		any = any || record->notes[i].translation_count;
	if (!any)
		return;
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "type", "words");
	struct json_place notes = json_open(line, "notes", '[');
	for (size_t i = 0; i < record->note_count; i++)
		put_translations(line, &record->notes[i]);
	json_close(line, notes);
	json_close(line, object);
	put_line(html);
}

/* The page shows headers; their packets would make it twice as long. */
static void put_record(struct formatter *html, const struct record *record)
{
	struct record plain = *record;
	struct segment segment = { 0 };
	if (record->type == RECORD_SEGMENT) {
		segment = *record->segment.segment;
		segment.packet = (struct value_bytes){ 0 };
		plain.segment.segment = &segment;
	}
	jsonl_line(&html->line, &plain);
	put_line(html);
}

void html_write(struct formatter *html, const struct record *record)
{
	put_record(html, record);
	put_words(html, record);
}

void html_close(struct formatter *html)
{
	end_block(html);
	fwrite(html_after.text, 1, html_after.size, html->file);
	json_line_done(&html->line);
	free(html);
}
