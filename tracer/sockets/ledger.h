/*
 * The byte ledger: which send each received byte came from. Every socket has one. It lists what
 * the socket has sent and the other end has not received yet, and bytes leave it in the order in
 * which they came: that of the stream (RFC 9293, 3.4), or of AF_UNIX's queue (unix(7): reliable,
 * never reordered).
 *
 * It knows the order of two calls only if one has returned before the other entered. Sends that
 * were in the kernel together are one entry; of receives that were, nobody says which took what.
 * When the counts contradict each other it falls silent, for good: it never guesses.
 */
#pragma once

#include "types/origin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger;

/* Of a stream; or of messages, which a receive takes one at a time and whole. NULL: no memory. */
struct ledger *ledger_new(bool messages);
void ledger_free(struct ledger *ledger);

/* --- sending ------------------------------------------------------------------------------ */

/* So many sends are kept apart until they are received; those that follow are one entry. */
enum {
	MOST_SENDS = 1000,
	MOST_EARLY_SENDS = 16, /* where the other end is not known, and perhaps never will be */
};

/* A call enters: its n (0: not shown) and its name, which must outlive the ledger. One that never
 * returns stays under way, and may have sent any number of bytes. */
void ledger_send(struct ledger *ledger, uint64_t number, const char *call);
/* A call that entered has returned, and sent so many bytes. Not `done`: it sent nothing, not even
 * an empty message. */
void ledger_sent(struct ledger *ledger, bool done, uint64_t bytes, size_t most);

/* --- receiving ---------------------------------------------------------------------------- */

/* What a call has got. */
struct receipt {
	bool done; /* it got something, or the end; otherwise the rest does not apply */
	uint64_t bytes;
	bool peeked;  /* MSG_PEEK: they are still there */
	bool unclear; /* how many is not known, only that it took one message */
};

/* A call enters. One that never returns may have taken any number of bytes. */
void ledger_receive(struct ledger *receiver);
/* A call that entered has returned. The sender's ledger, NULL: there is none yet. Returns how many
 * parts the bytes have, 0: none, or nobody knows. Only the last of them can be of a call that has
 * not returned. */
size_t ledger_received(struct ledger *receiver, struct ledger *sender,
		       const struct receipt *receipt, struct origin origins[MOST_ORIGINS]);

/* --- certainty ---------------------------------------------------------------------------- */

/* What the socket sends from now on, and what of it still waits, comes in an order of its own
 * (MSG_OOB), or not at all. */
void ledger_lose_sent(struct ledger *ledger);
/* The same of what it receives. */
void ledger_lose_received(struct ledger *ledger);

/* Bytes that the sender has sent and the other end has not received; UINT64_MAX: nobody knows. The
 * receiver may be NULL, it has received nothing then. One receive may be under way. */
uint64_t ledger_waits(const struct ledger *sender, const struct ledger *receiver);

/* What TCP_INFO says of the receiving end. */
struct arrived {
	uint64_t came;  /* bytes that ever arrived; the sender's FIN may count as one */
	uint64_t waits; /* of those, still in the queue; perhaps counted a little later */
	bool fin;       /* the FIN may have arrived */
};

/* False: bytes came that no send is known of, or went that no receive is known of. */
bool ledger_agrees(const struct ledger *receiver, const struct ledger *sender,
		   const struct arrived *arrived);
