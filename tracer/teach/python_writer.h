/* What the equivalents of all calls are written with: the line, and the names in it. */
#pragma once

#include "teach/line.h"
#include "types/event.h"
#include "types/python.h"
#include "types/socket.h"

#include <stdbool.h>

enum {
	/* Payloads up to here stand in the code as literals; a longer one is called `data`. */
	WHOLE_PAYLOAD = 1024,
	/* So much of a payload that was received is shown in the comment. */
	SHOWN_PAYLOAD = 64,
};

struct writer {
	struct event *event;
	const struct socket *socket; /* the event's, NULL if it has none */
	struct python *python;
	struct line code, comment;
	bool impossible; /* Python cannot make this call */
	bool swallows;   /* Python ignores this call's errors */
};

/* One for each call: writes code and comment, and notes the variables it used. */
typedef void equivalent(struct writer *writer);

/* Never NULL: an argument that the event lacks reads as the address 0. */
const struct value *argument(const struct writer *writer, size_t index);
int64_t number_argument(const struct writer *writer, size_t index);

/* A field by the end of its name: "sec" is also tv_sec. Never NULL, as above. */
const struct value *field(const struct value *value, const char *name);

/* What an array holds; an empty list of anything else. */
const struct value_list *items_of(const struct value *value);

/* Whether the call has returned, and did what it was asked to. */
bool succeeded(const struct writer *writer);

void write_code(struct writer *writer, const char *text);
/* Adds to the comment; several are divided by semicolons. */
void write_comment(struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- names ---------------------------------------------------------------------------- */

/* The object: `sock`, or socket.socket(fileno=5) for a number no variable is known for. */
void write_object(struct writer *writer, const struct value *descriptor);
/* `sock` where a socket is known, else the bare number: for what takes anything with fileno(). */
void write_file(struct writer *writer, const struct value *descriptor);
/* Where only a number will do: `sock.fileno()` or 5. */
void write_fileno(struct writer *writer, const struct value *descriptor);
/* Whether a descriptor is known to be a socket. */
bool is_socket(const struct writer *writer, const struct value *descriptor);

/* The variable of the call's first or second new descriptor; before the return (and when
 * it failed) it has no name yet, and the placeholder stands for it. Returns what it wrote. */
const char *write_new(struct writer *writer, size_t index, const char *placeholder);

/* --- numbers -------------------------------------------------------------------------- */

/* socket.SOL_SOCKET, or the number, which the comment names, where Python has no name. */
void write_constant(struct writer *writer, const struct value *value);
/* socket.MSG_PEEK | socket.MSG_DONTWAIT | 0x800000; `without`: a flag to leave out, or NULL. */
void write_flags(struct writer *writer, const struct value *value, const char *without);
/* The same into a line of its own. */
void line_flags(struct writer *writer, struct line *line, const struct value *value,
		const char *without);
/* 1.5, with no more digits than it needs; nanoseconds below 1,000,000,000. */
void write_decimal(struct writer *writer, int64_t whole, uint64_t nanoseconds);
/* ", socket.MSG_PEEK" unless there are no flags. */
void write_more_flags(struct writer *writer, const struct value *value);

/* --- data ----------------------------------------------------------------------------- */

/* The bytes as a literal if they were captured whole and are not too long, else `data`. */
void write_payload(struct writer *writer, const struct value *value);
/* Whether write_payload would write a literal. */
bool is_whole(const struct value *value);
/* ('127.0.0.1', 8000); an address that Python cannot be given makes the call impossible. */
void write_address(struct writer *writer, const struct value *value);
/* "6 bytes", "3 of 6 bytes": how much of what was given the call took. */
void write_bytes_taken(struct writer *writer, uint64_t given, bool whole);
/* The bytes received, as Python shows them. */
void line_received(struct line *line, const struct value *value);

/* --- errors --------------------------------------------------------------------------- */

/* "Connection refused": as strerror(3) says it in the C locale. */
const char *error_text(struct arena *arena, int error);
