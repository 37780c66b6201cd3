/* What a rule is made of, and what it is made with. Inside teach/rules/ alone. */
#pragma once

#include "teach/rules.h"
#include "teach/rules/history.h"

#include <stdint.h>

/* The call records that a rule wants to see. */
#define CALL_BIT(call)  (UINT64_C(1) << (call))
#define ANY_CALL_AT_ALL UINT64_MAX
/* They move data, and have one descriptor. */
#define MOVES                                                                       \
	(CALL_BIT(CALL_SENDTO) | CALL_BIT(CALL_SENDMSG) | CALL_BIT(CALL_WRITE) |    \
	 CALL_BIT(CALL_WRITEV) | CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_RECVMSG) | \
	 CALL_BIT(CALL_READ) | CALL_BIT(CALL_READV))
_Static_assert(CALL_COUNT <= 64, "a call is a bit of 64");

/* One moment, seen by one rule. */
struct finding {
	struct rules *rules;
	const struct rule *rule;
	const struct evidence *evidence;
	const struct record *record;
	const struct event *event;   /* NULL: the record is not about a call */
	const struct socket *socket; /* NULL: not about one that is known */
	/* What was remembered before this record. Never NULL: empty where there is nothing. */
	const struct history *history; /* of the socket */
	const struct history *peer;    /* of its other end, if that is traced */
	const struct life *life;       /* of the process */
	const struct datagrams *datagrams;
	struct arena *arena;
	struct histories *histories;
	struct note *note;
	size_t number; /* of the rule, in the order of the tables */
	/* What was asked for already: several rules look at the same failure. */
	const struct port_holders *holders;
	bool asked_holders;
};

/* True: it fires, and has given the note its parameters and its evidence. */
typedef bool predicate(struct finding *finding);

struct rule {
	const char *id; /* its sentences are [id] of texts/rules.txt */
	enum severity severity;
	unsigned records; /* 1 << RECORD_CALL ... */
	uint64_t calls;   /* of RECORD_ENTER and RECORD_CALL: CALL_BIT(...) */
	predicate *fires;
};

enum {
	AT_RETURN = 1 << RECORD_CALL,
	AT_WAITING = 1 << RECORD_ENTER,
	AT_UNFINISHED = 1 << RECORD_UNFINISHED,
	AT_PROCESS = 1 << RECORD_PROCESS,
	AT_STATE = 1 << RECORD_STATE,
	AT_CONNECTION = 1 << RECORD_CONNECTION,
	AT_END = 1 << RECORD_END,
};

/* The rules of one file; rules.c puts them together. */
struct rule_table {
	const struct rule *rows;
	size_t count;
	/* What a record adds to their part of the histories: called after all rules have looked.
	 * `socket` is the record's, NULL if it has none. */
	void (*note)(struct histories *histories, const struct record *record,
		     struct socket *socket);
};

extern const struct rule_table binding_rules, lesson_rules;
extern const struct rule_table resets_rules;
extern const struct rule_table closing_rules;
extern const struct rule_table processes_rules;
extern const struct rule_table waiting_rules, stream_rules, text_rules, datagram_rules;
extern const struct rule_table connecting_rules, queueing_rules, argument_rules, misuse_rules;

/* --- what a rule says ------------------------------------------------------------------------- */

/* A parameter of the sentences: {name}. Out of memory, it is missing. */
void note_param(struct finding *finding, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Zeroed room for an answer; NULL: no memory. */
void *note_room(struct finding *finding, size_t size);
/* A witness's word: params that follow by note_evidence_param are its own. */
void note_evidence(struct finding *finding, const char *witness);
void note_evidence_param(struct finding *finding, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether this rule has not fired for that one yet (a cookie, a pid); from now on it has. To be
 * asked when all else is proved. Of so many that it is long ago it is forgotten. */
bool first_time(struct finding *finding, uint64_t of);
/* For one that has a name. */
uint64_t key_of(const char *name);

/* --- what a rule reads ------------------------------------------------------------------------ */

/* The call has failed with that error. */
bool failed_with(const struct finding *finding, int error);
bool succeeded_with(const struct finding *finding);
/* An argument's number, 0 if the call has none of that name. */
int64_t arg_number(const struct finding *finding, const char *name);
/* The address that the call names, "" if none was decoded. */
const char *arg_endpoint(const struct finding *finding);
/* Which way the call that has returned without an error moves data. */
bool has_sent(const struct event *event);
bool has_received(const struct event *event);
/* Payload bytes that the call offered, or had room for; -1: it does not say so in one number. */
int64_t asked_bytes(const struct event *event);
/* What setsockopt() is to set that option to; NULL: the call is about another one. */
const struct value *set_option(const struct event *event, int level, int option);
/* How a connect() ended: its errno or 0, by its return or by the SO_ERROR that was asked for later.
 * -1: the record does not tell. `ret_target` is where it went. */
int connect_outcome(const struct finding *finding, const char **ret_target);
/* The port of "127.0.0.1:8000"; -1: it has none. */
int endpoint_port(const char *endpoint);
bool socket_is_tcp(const struct socket *socket);
bool socket_is_udp(const struct socket *socket);

/* Whether the rule has fired for that socket before: a thing that goes on is told once. */
bool told_before(const struct finding *finding, const struct history *history);

/* --- what a rule asks the kernel (finding.c) -------------------------------------------------- */

/* Who holds the port, in the namespace of the finding's socket: one dump for all rules that look at
 * a record. NULL: nobody can say. */
const struct port_holders *port_holders(struct finding *finding, int protocol, int port);
/* Whether an address is one of this host's own, as the finding's socket sees it. */
bool is_own(const struct finding *finding, const char *endpoint);
/* Fills in who has that socket open: {pid}, {command}, {user}; without the right to see it,
 * nothing.
 */
void note_owner(struct finding *finding, uint64_t inode);
