/*
 * A decoded argument. Names are already resolved, so that whoever prints a value
 * needs no table. Strings and items live in the event's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_INTEGER,    /* plain number */
	VALUE_DESCRIPTOR, /* a file descriptor, perhaps of a known socket */
	VALUE_CONSTANT,   /* one of a set of names */
	VALUE_FLAGS,      /* names, and the bits nobody knows */
	VALUE_BYTES,      /* payload, of which some was captured */
	VALUE_ENDPOINT,   /* a socket address as text */
	VALUE_STRUCT,     /* named fields */
	VALUE_ARRAY,      /* items without names */
	VALUE_ADDRESS,    /* a pointer not followed: NULL, unreadable, or of no interest */
};

struct value_descriptor {
	int fd;
	/* Filled in by sockets/; NULL where the descriptor is no socket we know. */
	const char *socket;   /* the socket's id */
	const char *variable; /* what the Python equivalent calls it */
};

struct value_constant {
	int64_t value;
	const char *name; /* NULL: no name is known */
};

struct value_flags {
	uint64_t value;
	const char **names;
	size_t count;
	uint64_t unknown; /* the bits without a name */
};

struct value_bytes {
	const char *data; /* may contain NUL */
	size_t captured;  /* how many of them we have */
	size_t length;    /* how many the call moved, or was asked to move */
};

struct value_list {
	struct value *items;
	size_t count;
};

struct value {
	enum value_kind kind;
	const char *name; /* of the argument or field; NULL in an array */
	/* How many bytes of the program's memory it is, where nothing else tells: of a name or
	 * control data in a message, of a signal set. 0: not told. */
	uint64_t size;
	uint64_t room; /* how many were offered for it; 0: not known, or an input */
	/* Those bytes, where the value does not tell each of them; NULL: it does. */
	const struct value_bytes *raw;
	union {
		int64_t integer;
		struct value_descriptor descriptor;
		struct value_constant constant;
		struct value_flags flags;
		struct value_bytes bytes;
		const char *endpoint;
		struct value_list list; /* VALUE_STRUCT, VALUE_ARRAY */
		uint64_t address;
	};
};

/* The field or item of that name, NULL if there is none. */
const struct value *value_field(const struct value *value, const char *name);

/* As a number: integer, constant, flags, descriptor or address; otherwise 0. */
int64_t value_number(const struct value *value);

/* As a descriptor's number, -1 if value is NULL or no descriptor. */
int value_fd(const struct value *value);
