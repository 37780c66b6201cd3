/*
 * What the rules remember: of a socket, of a process, and of a descriptor that is closed. Each is
 * as large however long the trace is.
 */
#pragma once

#include "support/map.h"
#include "types/evidence.h"
#include "types/record.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MOST_RULES = 128,
	INET_ENDPOINT_SIZE = 64, /* an address in brackets, a scope and a port */
};

/* Each group of rules has a part of its own, which its table's `note` fills in. All times are those
 * at which calls entered, on the trace's clock; 0: never. */

struct binding_history {
	uint64_t reuse_address; /* SO_REUSEADDR was switched on, and not off again */
	uint64_t bound, listening;
	uint64_t bind_failed; /* since then none has worked */
	int bind_error;
};

struct lesson_history {
	unsigned passed; /* states entered since a call was last shown: 1 << STATE_... */
};

struct resets_history {
	bool aborts;   /* SO_LINGER is on with 0 s: close() sends RST */
	uint64_t shut; /* shutdown(SHUT_WR) or SHUT_RDWR has worked */
};

struct processes_history {
	pid_t listener;   /* who called listen() */
	const char *lane; /* and its lane */
	pid_t acceptor;   /* who accepted it */
	/* The lane of another process that has sent or received on it; NULL: none has. */
	const char *child;
	bool parent_uses; /* and whoever accepted it has done so after that */
};

/* A thread that was seen asleep in a call and has not come back; tid 0: there is none. */
struct sleeper {
	pid_t pid, tid;
	uint64_t entered;
};

struct waiting_history {
	struct sleeper receiver, sender; /* the last, of several */
	/* What has moved since something moved the other way. */
	uint64_t sent, received;
	uint64_t sent_before, received_before; /* of struct socket, when it was looked at last */
	bool answered;      /* it has received, and then sent: it knows where a message ends */
	pid_t empty_sender; /* the thread that sent 0 bytes since; 0: none */
};

struct stream_history {
	/* The last send that took less than it was given, and how much is still to be sent. */
	uint64_t short_asked, short_sent, rest;
	unsigned ends;          /* how often running a receive has returned 0 */
	unsigned refusals;      /* EAGAIN running, ... */
	uint64_t refused_since; /* ... since then */
};

struct text_history {
	unsigned have, size; /* so many bytes of so many of a character came last; 0: none is cut */
};

enum blocking {
	BLOCKING_UNKNOWN, /* nobody saw it being made */
	BLOCKING_ON,
	BLOCKING_OFF, /* O_NONBLOCK */
};

struct connecting_history {
	char target[INET_END_SIZE]; /* what connect() named; empty: it was not called */
	uint64_t begun;             /* EINPROGRESS, and nobody has asked yet how it ended */
	bool slept;                 /* a call to connect() has waited */
	enum blocking blocking, listener_blocking;
	bool own_ports;      /* IP_LOCAL_PORT_RANGE: a range of its own */
	double send_timeout; /* seconds; 0: it has none */
	bool data_slept;     /* a call that moves data has waited */
	bool queue_slept;    /* the same, before the connection was accepted */
};

/* The last call that failed of those that a socket is made ready with. */
struct misuse_history {
	const char *failed; /* "connect"; NULL: it did not fail, or has worked since */
	int error;
	bool connected; /* connect() has worked */
};

/* Of one socket. */
struct history {
	uint64_t told[MOST_RULES / 64]; /* which rules have fired for it, by their numbers */
	struct binding_history binding;
	struct lesson_history lesson;
	struct resets_history resets;
	struct processes_history processes;
	struct waiting_history waiting;
	struct stream_history stream;
	struct text_history text;
	struct connecting_history connecting;
	struct misuse_history misuse;
};

/* The last send that failed with EPIPE, of which SIGPIPE comes too. */
struct broken_pipe {
	pid_t tid; /* 0: there was none, or what came after it was not that signal */
	bool signalled;
	const char *call;
	char remote[64]; /* empty: not known, or no RST was seen */
};

/* A call that sleeps, or one that has closed a descriptor. */
struct descriptor_call {
	pid_t tid; /* 0: there is none */
	int fd;
	uint64_t cookie, at;
	const char *call, *lane; /* live as the trace */
};

/* recv() has returned 0, and the socket was not used since. */
struct ended_stream {
	uint64_t cookie, at; /* 0: none */
	pid_t tid;
	int fd;
	bool moved_on; /* that thread called accept() afterwards */
};

enum { MOST_SLEEPERS = 8, MOST_ENDED = 16 };

struct closing_life {
	struct descriptor_call sleepers[MOST_SLEEPERS];
	unsigned sleeping;
	struct descriptor_call closed; /* the last one */
	struct ended_stream ended[MOST_ENDED];
	unsigned ended_count; /* that are not 0 */
};

enum { MOST_ACCEPTED = 16 };

struct processes_life {
	pid_t parent;         /* who forked it; 0: not seen */
	uint64_t child_ended; /* the last time one did, and nobody has looked since */
	unsigned asked;       /* how often somebody has looked for zombies */
	uint64_t accepts_on;  /* cookie of the listener it last called accept() on */
	/* The last ones, and how many there were; whether it has closed one, and whether another
	 * process has served one. */
	struct accepted {
		uint64_t cookie;
		int fd;
	} accepted[MOST_ACCEPTED];
	uint64_t accept_count;
	bool closed_any, handed_on;
};

enum { CLOSED_NUMBERS = 8, ARGUMENT_PORTS = 4 };

struct misuse_life {
	/* Descriptors of sockets that were closed: a ring. */
	struct closed_number {
		uint64_t when; /* 0: there is none */
		int fd;
		const char *lane; /* who closed it */
	} closed[CLOSED_NUMBERS];
	unsigned closings; /* how many there were */
	/* socket() or accept() gave no descriptor, and none has worked since. */
	const char *maker_failed;
	int maker_error;
};

struct connecting_life {
	uint16_t ports[ARGUMENT_PORTS]; /* numbers on its command line that may be ports */
	char refused[INET_END_SIZE];    /* where it was refused last */
	/* Of a connect() that has begun and that no call waits for; empty: there is none. */
	char target[INET_END_SIZE];
	uint64_t network;
	bool ring; /* it has an io_uring: what that does is not seen */
};

struct queueing_life {
	const char *lane;
	bool threaded; /* has or had several threads */
	/* The call that it sleeps in. */
	struct asleep {
		const char *call; /* NULL: none that is known */
		bool waits;       /* for a connection, or for any of several: accept, poll ... */
		char remote[INET_END_SIZE];
	} asleep;
	/* A call that a signal ended, and that the program has not made again so far. */
	struct interruption {
		const char *call; /* NULL: there is none */
		enum call_id id;
		int fd;
		pid_t tid;
		char signal[16]; /* empty: not known yet */
	} interruption;
};

/* Of one process. */
struct life {
	pid_t pid;
	struct broken_pipe broken;
	struct closing_life closing;
	struct processes_life processes;
	uint64_t polled; /* poll(), select() or epoll_wait() has returned */
	struct misuse_life misuse;
	struct connecting_life connecting;
	struct queueing_life queueing;
};

enum { MOST_TOLD = 256 };

/* What was told, the oldest forgotten first. */
struct told {
	struct {
		const char *rule; /* its id, as its row has it */
		uint64_t of;
	} rows[MOST_TOLD];
	size_t next;
};

/* Datagrams that traced programs have sent, and nobody is known to have received. */
enum { DATAGRAMS = 64, DATAGRAM_HEAD = 32 };

struct datagrams {
	struct datagram {
		uint64_t network;
		char from[INET_ENDPOINT_SIZE], to[INET_ENDPOINT_SIZE];
		uint64_t size;
		char head[DATAGRAM_HEAD]; /* its first bytes, */
		size_t known;             /* so many */
	} rows[DATAGRAMS];
	size_t count; /* the oldest first */
};

enum { LISTENINGS = 16 };

struct histories {
	struct map processes; /* pid -> struct life */
	struct told told;
	struct datagrams datagrams;
	/* Listening sockets: a ring. */
	struct listening {
		uint64_t cookie; /* 0: there is none */
		pid_t pid;       /* who called listen() */
		uint64_t network;
		char local[INET_END_SIZE];
		enum blocking blocking;
		int accepted; /* the descriptor that it gave last; 0: none */
		int waiting;  /* clients that connected, less those accepted: a hint */
		bool told;    /* who calls it has slept while they waited */
	} listenings[LISTENINGS];
	unsigned listening_count;
};

void histories_done(struct histories *histories);

/* The listening socket of that cookie; NULL: it is not remembered. */
struct listening *listening_find(struct histories *histories, uint64_t cookie);

/* Never NULL: an empty one where nothing is remembered. */
const struct history *history_of(const struct socket *socket);
const struct life *life_of(const struct histories *histories, pid_t pid);

/* To be written to, made if there is none yet; NULL: no memory, or no socket, or no process. */
struct history *history_own(struct socket *socket);
struct life *life_own(struct histories *histories, pid_t pid);

/* The process has ended. */
void life_end(struct histories *histories, pid_t pid);
