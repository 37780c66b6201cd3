/*
 * All a formatter gets: one line of the record. Borrowed for one `write`: whoever
 * wants to remember something copies it. A live trace and a replay make the same ones.
 */
#pragma once

#include "types/event.h"
#include "types/note.h"
#include "types/origin.h"
#include "types/python.h"
#include "types/segment.h"
#include "types/signal.h"
#include "types/socket.h"
#include "types/source.h"
#include "types/sysctl.h"
#include "types/witness.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum record_type {
	RECORD_HEADER,
	RECORD_PROCESS,
	RECORD_ENTER,      /* a call that waits: event without result */
	RECORD_CALL,       /* a call that returned */
	RECORD_UNFINISHED, /* a call that never will */
	RECORD_OUTPUT,
	RECORD_STATE,
	RECORD_SEGMENT, /* on the wire: before the record of the call that caused it */
	RECORD_CONNECTION,
	RECORD_SOCKETS, /* all of them, at one moment */
	RECORD_LISTING, /* a file of the source: before the first call that names it */
	RECORD_END,
};

enum process_what {
	PROCESS_START,
	PROCESS_ATTACH,
	PROCESS_FORK,
	PROCESS_THREAD,
	PROCESS_EXEC,
	PROCESS_EXIT,
	PROCESS_SIGNAL,
	PROCESS_STOP,
	PROCESS_DETACH,
};

/* "start", "fork" ...; the other way -1 if there is no such name. */
const char *process_what_name(enum process_what what);
int process_what_named(const char *name);

enum { RECORD_MAX_LANGUAGES = 4 };

/* The same words in several languages; none: they are not known. */
struct record_words {
	size_t count;
	struct record_translation {
		const char *lang; /* "en" */
		const char *words;
	} in[RECORD_MAX_LANGUAGES];
};

/* NULL: not in that language. */
const char *record_words_in(const struct record_words *words, const char *lang);

struct record_header {
	const char *version;                /* of socktrace */
	const char *kernel;                 /* uname -r */
	const char *started;                /* RFC 3339, nine digits, UTC */
	const char *const *const *commands; /* NULL-terminated list of NULL-terminated argv */
	const char *lang;
	bool isolated;
	const char *const *witnesses; /* NULL-terminated */
	const struct sysctl *sysctls; /* of the isolated network, as they were asked for */
	size_t sysctl_count;
	const char *title, *lesson; /* of a demo, in the header's language; NULL otherwise */
	struct record_words titles, lessons; /* in each of its languages */
};

struct record_process {
	enum process_what what;
	pid_t parent;                     /* 0: does not apply */
	const char *program;              /* path; NULL: does not apply */
	const char *const *argv;          /* NULL-terminated; NULL: does not apply */
	int status;                       /* exit status, -1: does not apply */
	const char *signal;               /* "SIGTERM"; NULL: does not apply */
	bool dumped;                      /* PROCESS_EXIT: the signal left a core */
	const struct signal_cause *cause; /* PROCESS_SIGNAL: why it came; NULL: not known */
};

/* What one call did to the state of its socket, and of the other end if that is traced. */
struct record_state {
	enum tcp_state before, after; /* STATE_UNKNOWN: not seen */
	enum witness witness;
	const char *peer_lane; /* NULL: the other end is not traced, or was not asked */
	const char *peer_socket;
	enum tcp_state peer_before, peer_after;
};

/* -1: does not apply. */
struct record_queues {
	int64_t receive, send;
	int64_t accept, backlog; /* the listener's: of this call, or the one connected to */
	/* Connections to that listener that were last seen in SYN_RCVD, of those whose client is
	 * traced: there may be others. Never 0. */
	int64_t syn_rcvd;
	/* TCP: bytes that this call copied into the send buffer, or took out of the receive
	 * buffer; never 0. `send` and `receive` are what is there afterwards. */
	int64_t copied, taken;
};

/* Nothing applies. */
struct record_queues record_queues_none(void);

/* A state change that no call tells: noticed on its own (RECORD_STATE). */
struct record_transition {
	enum tcp_state from, to;
	enum witness witness;
	uint64_t cause; /* the n of the call that caused it, 0: none */
};

enum { RECORD_MAX_STATES = STATE_COUNT };

struct record_end_of_connection {
	const char *socket, *lane, *address;
	uint64_t bytes_sent, bytes_received;
	enum tcp_state states[RECORD_MAX_STATES]; /* in the order in which they were seen */
	size_t state_count;
};

enum connection_closed {
	CLOSED_FIN,
	CLOSED_RESET,
	CLOSED_KILLED,
	CLOSED_CLOSED, /* where there is no FIN: one of AF_UNIX */
	CLOSED_OPEN,   /* still open when the trace ended */
};

const char *connection_closed_name(enum connection_closed closed);
int connection_closed_named(const char *name);

struct record_connection {
	uint64_t id;                             /* counts from 1 */
	struct record_end_of_connection ends[2]; /* the connecting end first, if it is known */
	uint64_t opened;
	enum connection_closed closed;
	uint64_t calls;
};

/* One socket that a traced program holds, or that the kernel keeps of one. */
struct record_row {
	const char *lane;
	int fd; /* -1: nobody holds it */
	const struct socket *socket;
	enum tcp_state state;
	enum witness witness;
	struct record_queues queues;
	int64_t expires; /* of TIME_WAIT: milliseconds left; -1: does not apply */
};

enum sockets_why {
	SOCKETS_END,    /* the trace ends, or the last program does */
	SOCKETS_ASKED,  /* by a signal, while the trace runs */
	SOCKETS_LINGER, /* the programs have ended, and this is what remains */
};

/* "end", "signal", "linger"; the other way -1 if there is no such name. */
const char *sockets_why_name(enum sockets_why why);
int sockets_why_named(const char *name);

struct record_sockets {
	enum sockets_why why;
	const struct record_row *rows;
	size_t count;
};

/* The latest one of a file's name before a call is that of the call. */
struct record_listing {
	enum source_language language;
	const char *file; /* as struct source has it */
	const char *text; /* UTF-8 */
};

struct record_end {
	uint64_t calls, lost;
	const char *const *mistakes; /* NULL-terminated rule ids */
};

/* RECORD_SEGMENT: what passed, and whose it was. */
struct record_segment {
	const struct segment *segment;
	/* The ends' lanes, NULL: not traced. record.socket is the sender's socket if that is
	 * traced, else the receiver's. */
	const char *from_lane, *to_lane;
	uint64_t cause; /* the n of the call that caused it, 0: none */
};

struct record {
	enum record_type type;
	uint64_t time;   /* nanoseconds since the header's `started` */
	uint64_t number; /* n; 0: does not apply */
	pid_t pid, tid;  /* 0: does not apply */
	const char *lane;

	/* RECORD_ENTER, RECORD_CALL */
	const struct event *event;
	const struct python *python;
	/* Where in the program it was made; NULL: nobody knows. */
	const struct source *source;
	const struct source_frame *stack; /* -k: from the innermost, at most SOURCE_MOST_FRAMES */
	size_t stack_count;
	/* RECORD_CALL: was shown as waiting before, so this line completes that one. */
	bool resumed;
	struct record_state state; /* before == after == STATE_UNKNOWN: none */
	struct record_queues queues;
	const struct note *notes;
	size_t note_count;
	/* RECORD_CALL: which calls of the other end sent what it received, in the order of the
	 * bytes; none where nobody can say for certain. */
	const struct origin *origins;
	size_t origin_count;
	/* The socket: RECORD_ENTER, RECORD_CALL, RECORD_STATE, RECORD_SEGMENT; NULL: none is known.
	 */
	const struct socket *socket;

	union {
		const struct record_header *header;
		const struct record_process *process;
		const char *why; /* RECORD_UNFINISHED: exit, exec, detach, killed */
		struct {
			int fd;
			struct value_bytes data;
		} output;
		struct record_transition transition;
		struct record_segment segment;
		const struct record_connection *connection;
		const struct record_sockets *sockets;
		struct record_listing listing;
		struct record_end end;
	};
};

/* A record of that type with everything that does not apply marked so. */
struct record record_blank(enum record_type type, uint64_t time);
