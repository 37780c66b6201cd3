/* The words of a line of Python, one after the other: taken only if they are as they should be. */
#pragma once

#include "formatters/python/code.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the reader stands, and what it met. */
struct reader {
	struct code *code;
	const char *at, *end;
	unsigned depth;       /* of brackets */
	bool poller, message; /* names that this very line has made */
	enum code_verdict verdict;
};

struct word {
	const char *at;
	size_t size;
};

/* Both return false: the line is of no known form; it works on something unknown of that name. */
bool reader_fail(struct reader *reader);
bool reader_miss(struct reader *reader, const char *name, size_t size);

bool is_letter(char byte);
bool is_digit(char byte);

/* The next byte, NUL at the end; it is not taken. */
char reader_peek(const struct reader *reader);
/* Bytes that stand there, to the text. */
void reader_put(struct reader *reader, const char *bytes, size_t size);
/* Exactly these bytes, which are copied; false: something else stands there. */
bool reader_take(struct reader *reader, const char *bytes);
/* The same, and if they do not stand there the line is of no known form. */
bool reader_expect(struct reader *reader, const char *bytes);

/* A name from here on, not taken; size 0: there is none. */
struct word word_at(const char *at, const char *end);
bool is_word(struct word word, const char *name);
/* In a list that ends with NULL. */
bool is_among(struct word word, const char *const *list);
void reader_take_word(struct reader *reader, struct word word);

/* sock, sock2, conn10: which kind, and the number; false: it is none of these. */
bool is_socket_name(struct word word, enum name_kind *ret_kind, unsigned *ret_number);
void reader_put_mark(struct reader *reader, enum name_kind kind, unsigned number);

/* '...', "..." or b'...': one line, and nothing in it that a reader could be deceived by. */
bool reader_string(struct reader *reader);
/* 5, 0x800000, 1.5 */
bool reader_number(struct reader *reader);
