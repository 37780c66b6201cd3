/*
 * Reads lines as the replay does and writes what it understood, for another parser to compare:
 * each as JSON in ASCII, or "no" where it is none. Reals, whose value is not kept, as 0.5.
 */
#include "replay/json.h"

#include "support/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_text(const char *text, size_t size)
{
	putchar('"');
	while (size) {
		uint32_t code = 0;
		size_t length = utf8_length(text, size, &code);
		if (!length)
			abort(); /* json_read() promises UTF-8 */
		if (code > 0xFFFF)
			printf("\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
			       0xDC00 + ((code - 0x10000) & 0x3FF));
		else
			printf("\\u%04x", code);
		text += length;
		size -= length;
	}
	putchar('"');
}

static void put_value(const struct json *value);

static void put_holder(const struct json *holder, const char *brackets)
{
	size_t count = 0;
	putchar(brackets[0]);
	for (const struct json *item = json_first(holder); item; item = json_next(holder, item)) {
		if (count++)
			putchar(',');
		if (item->key) {
			put_text(item->key, strlen(item->key));
			putchar(':');
		}
		put_value(item);
	}
	if (count != json_count(holder))
		abort();
	putchar(brackets[1]);
}

static void put_value(const struct json *value)
{
	switch (value->kind) {
	case JSON_NULL:
		fputs("null", stdout);
		return;
	case JSON_FALSE:
		fputs("false", stdout);
		return;
	case JSON_TRUE:
		fputs("true", stdout);
		return;
	case JSON_INTEGER:
		printf("%lld", (long long)value->integer);
		return;
	case JSON_REAL:
		fputs("0.5", stdout);
		return;
	case JSON_TEXT:
		put_text(value->text, value->count);
		return;
	case JSON_ARRAY:
		put_holder(value, "[]");
		return;
	case JSON_OBJECT:
		put_holder(value, "{}");
		return;
	}
}

int main(void)
{
	struct json_reader reader = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t size = 0;
	int error = 0;
	while ((size = getline(&line, &room, stdin)) > 0) {
		line[--size] = '\0';
		const struct json *value = json_read(&reader, line, (size_t)size, &error);
		if (value)
			put_value(value);
		else
			fputs("no", stdout);
		putchar('\n');
	}
	json_reader_done(&reader);
	free(line);
}
