/* What a call means: its Python equivalent, and its errno in this case. */
#pragma once

#include "types/event.h"
#include "types/note.h"
#include "types/python.h"
#include "types/socket.h"

struct arena;
struct text;

/* --- Python ----------------------------------------------------------------------------- */

/* For an event that has entered (code) or returned (code, comment, raises, variables).
 * Strings go into the event's arena. socket: the event's, NULL if it has none. */
void python_equivalent(struct event *event, const struct socket *socket, struct python *ret_python);

/* The exception's class that Python's OSError becomes for that errno. */
const char *python_exception(int error);

/* bytes as Python writes them: b'hello', or '你好'.encode() where that is what one would
 * write. Cut after `show` bytes: then it ends in "..." outside the literal. */
const char *python_bytes(struct arena *arena, const char *bytes, size_t size, size_t show);
/* A str literal as repr() gives it. */
const char *python_string(struct arena *arena, const char *text);
/* "127.0.0.1:8000" as ('127.0.0.1', 8000), "[::1]:80" as ('::1', 80), unix as a string;
 * NULL: Python's socket module cannot be given that address. */
const char *python_address(struct arena *arena, const char *endpoint);

/* --- meanings --------------------------------------------------------------------------- */

/*
 * What this errno means for this call: why, and what to do. Returns how many notes (0 or
 * 1) were written. EAGAIN on a non-blocking socket and EINPROGRESS are explained too: they
 * are no errors, and the note says so.
 *
 * It is the meaning in general. Rules that look for the cause in this run belong in a folder
 * teach/rules/ and come before it: where one of them fires, this note is left out.
 */
size_t errno_meaning(struct event *event, const struct socket *socket, struct note *ret_note);

/* The entry of texts/errno.txt for a kind of socket: "tcp", "udp", "unix", NULL where it is none of
 * them or not known. NULL: there is none. */
const struct text *meaning_find(enum call_id call, int error, const char *kind);

/* --- notes ------------------------------------------------------------------------------ */

/* Makes a note's sentences, in the language that is spoken, of its id and parameters; what it had
 * is replaced. A note of an id that nobody knows stays as it is. */
void note_speak(struct arena *arena, struct note *note);
