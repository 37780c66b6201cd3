/*
 * A line of JSON (RFC 8259) as a flat tree: every node stands before what is in it, and the next
 * one of its own level behind that. Strings stay in the text, where their escapes are resolved: a
 * line costs no allocation once the reader has its room. A recording is read several times faster
 * like this than through a general library's hash tables, and reading is most of a replay.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INTEGER,
	JSON_REAL, /* a fraction or an exponent: no record has one, and its value is not kept */
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_kind kind;
	uint32_t span;   /* nodes: itself and everything in it */
	const char *key; /* of an object's member: UTF-8 without NUL; else NULL */
	size_t count;    /* bytes of a text, items of an array, members of an object */
	union {
		int64_t integer;
		const char *text; /* UTF-8 that may hold NULs, and a NUL behind it */
	};
};

/* All zero at first; used again for each line. */
struct json_reader {
	struct json *nodes;
	size_t count, room;
	size_t failed_at; /* the byte where the text ceased to be JSON */
};

enum { JSON_MOST_LEVELS = 64 };

/*
 * Reads text[0 .. size - 1], behind which there must be a NUL, and changes it. The tree lives until
 * the next call, and as long as the text. NULL: -EBADMSG in ret_error if it is no JSON (not UTF-8,
 * an integer beyond 64 bits, deeper than JSON_MOST_LEVELS), -ENOMEM.
 */
const struct json *json_read(struct json_reader *reader, char *text, size_t size, int *ret_error);
void json_reader_done(struct json_reader *reader);

/* NULL if the object, which may be NULL, has no such member. */
const struct json *json_member(const struct json *object, const char *key);

/* What is in an array or object, one after the other; NULL: no more. NULL has nothing in it. */
const struct json *json_first(const struct json *holder);
const struct json *json_next(const struct json *holder, const struct json *item);

/* 0 and false for NULL. */
size_t json_count(const struct json *holder);
bool json_is_true(const struct json *value);
/* NULL if it is no text. */
const char *json_text(const struct json *value);
