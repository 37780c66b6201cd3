#include "sockets/ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a call sent, or several together. */
struct entry {
	uint64_t number, last, calls;
	const char *call;
	bool hidden;             /* one of them has no number */
	uint64_t bytes, taken;   /* a stream's; what is taken has been received */
	uint64_t messages, read; /* the same, counted in messages */
};

struct ledger {
	bool messages;
	/* What it sent, the oldest first; while calls are under way, the last one is theirs. */
	struct entry *entries;
	size_t first, count, room;
	unsigned sending;
	uint64_t sent, taken; /* bytes in all: of calls that returned; that the other end took */
	bool lost_sent;
	/* What it receives. */
	unsigned receiving; /* calls under way */
	bool tangled;       /* two of them were under way together, and not all are over */
	bool lost_received;
};

struct ledger *ledger_new(bool messages)
{
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger)
		ledger->messages = messages;
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	free(ledger->entries);
	free(ledger);
}

void ledger_lose_sent(struct ledger *ledger)
{
	free(ledger->entries);
	ledger->entries = NULL;
	ledger->first = ledger->count = ledger->room = 0;
	ledger->lost_sent = true;
}

void ledger_lose_received(struct ledger *ledger)
{
	ledger->lost_received = true;
}

/* --- the entries -------------------------------------------------------------------------- */

static struct entry *entry_at(const struct ledger *ledger, size_t i)
{
	assert(i < ledger->count);
	return &ledger->entries[ledger->first + i];
}

static struct entry *last_entry(const struct ledger *ledger)
{
	return entry_at(ledger, ledger->count - 1);
}

/* Whether calls under way may still add to it. */
static bool is_open(const struct ledger *ledger, const struct entry *entry)
{
	return ledger->sending && entry == last_entry(ledger);
}

static bool is_used_up(const struct ledger *ledger, const struct entry *entry)
{
	return ledger->messages ? entry->read == entry->messages : entry->taken == entry->bytes;
}

/* Room for one more: what was freed at the front is used again once it is half of all, so that
 * each entry is moved a bounded number of times. False without memory. */
static bool make_room(struct ledger *ledger)
{
	enum { FIRST_ROOM = 8 };
	if (ledger->first + ledger->count < ledger->room)
		return true;
	if (ledger->first && ledger->first >= ledger->room / 2) {
		memmove(ledger->entries, ledger->entries + ledger->first,
			ledger->count * sizeof *ledger->entries);
		ledger->first = 0;
		return true;
	}
	size_t room = ledger->room ? 2 * ledger->room : FIRST_ROOM;
	struct entry *entries = realloc(ledger->entries, room * sizeof *entries);
	if (!entries)
		return false;
	ledger->entries = entries;
	ledger->room = room;
	return true;
}

static const char *common_name(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0 ? one : NULL;
}

/* Makes one entry of the last two. */
static void merge_last(struct ledger *ledger)
{
	const struct entry *later = last_entry(ledger);
	struct entry *entry = entry_at(ledger, ledger->count - 2);
	entry->last = later->last;
	entry->calls += later->calls;
	entry->call = common_name(entry->call, later->call);
	entry->hidden |= later->hidden;
	entry->bytes += later->bytes;
	entry->messages += later->messages;
	ledger->count--;
}

/* --- sending ------------------------------------------------------------------------------ */

void ledger_send(struct ledger *ledger, uint64_t number, const char *call)
{
	if (ledger->lost_sent)
		return;
	if (!ledger->sending) {
		if (!make_room(ledger)) {
			ledger_lose_sent(ledger);
			return;
		}
		ledger->count++;
		*last_entry(ledger) = (struct entry){ .number = number, .call = call };
	}
	struct entry *entry = last_entry(ledger);
	ledger->sending++;
	entry->last = number;
	entry->calls++;
	entry->call = common_name(entry->call, call);
	entry->hidden |= number == 0;
}

void ledger_sent(struct ledger *ledger, bool done, uint64_t bytes, size_t most)
{
	if (ledger->lost_sent)
		return;
	assert(ledger->sending);
	struct entry *entry = last_entry(ledger);
	ledger->sending--;
	entry->messages += done;
	entry->bytes += done ? bytes : 0;
	ledger->sent += done ? bytes : 0;
	if (ledger->sending)
		return;
	if (entry->taken > entry->bytes || entry->read > entry->messages)
		ledger_lose_sent(ledger);
	else if (is_used_up(ledger, entry))
		ledger->count--;
	else if (ledger->count > most)
		merge_last(ledger);
}

/* --- receiving ---------------------------------------------------------------------------- */

/* Parts that touch, as one: the calls' bytes behind each other. */
static void join_parts(struct origin *part, const struct origin *next)
{
	part->last = next->last;
	part->calls += next->calls;
	part->call = common_name(part->call, next->call);
	part->length += next->length;
	part->returned = next->returned;
	part->of += next->of;
	if (!part->number || !next->number)
		part->number = part->last = 0;
}

/* The first parts and the last stay as they are; of too many those between become one. */
static size_t add_part(struct origin origins[MOST_ORIGINS], size_t count, const struct origin *part)
{
	if (count == MOST_ORIGINS) {
		join_parts(&origins[count - 2], &origins[count - 1]);
		count--;
	}
	origins[count] = *part;
	return count + 1;
}

static struct origin part_of(const struct ledger *ledger, const struct entry *entry,
			     uint64_t length)
{
	bool returned = !is_open(ledger, entry);
	return (struct origin){
		.number = entry->hidden ? 0 : entry->number,
		.last = entry->hidden ? 0 : entry->last,
		.calls = entry->calls,
		.call = entry->call,
		.offset = entry->taken,
		.length = length,
		.returned = returned,
		.of = returned ? entry->bytes : 0,
	};
}

static void drop_used_up(struct ledger *ledger)
{
	while (ledger->count && !is_open(ledger, entry_at(ledger, 0)) &&
	       is_used_up(ledger, entry_at(ledger, 0))) {
		ledger->first++;
		ledger->count--;
	}
	if (!ledger->count)
		ledger->first = 0;
}

static size_t take_bytes(struct ledger *sender, const struct receipt *receipt,
			 struct origin origins[MOST_ORIGINS])
{
	uint64_t bytes = receipt->bytes;
	size_t count = 0;
	for (size_t i = 0; bytes; i++) {
		if (i == sender->count) {
			ledger_lose_sent(sender); /* more than was sent */
			return 0;
		}
		struct entry *entry = entry_at(sender, i);
		uint64_t length = entry->bytes - entry->taken;
		if (length > bytes || is_open(sender, entry))
			length = bytes;
		struct origin part = part_of(sender, entry, length);
		count = add_part(origins, count, &part);
		entry->taken += receipt->peeked ? 0 : length;
		bytes -= length;
	}
	sender->taken += receipt->peeked ? 0 : receipt->bytes;
	drop_used_up(sender);
	return count;
}

/* Of messages in one entry nobody knows which was first, or how long it was. */
static size_t take_message(struct ledger *sender, const struct receipt *receipt,
			   struct origin *ret_part)
{
	/* Nothing was sent: that is the end. */
	if (!sender->count && !receipt->bytes && !receipt->unclear)
		return 0;
	struct entry *entry = sender->count ? entry_at(sender, 0) : NULL;
	bool open = entry && is_open(sender, entry);
	/* An end and an empty message look alike. */
	if (!entry || (open && !receipt->bytes) ||
	    (!open && entry->messages == 1 && receipt->bytes > entry->bytes)) {
		ledger_lose_sent(sender);
		return 0;
	}
	bool told = entry->calls == 1 && !receipt->unclear;
	*ret_part = part_of(sender, entry, receipt->bytes);
	entry->read += !receipt->peeked;
	drop_used_up(sender);
	return told;
}

void ledger_receive(struct ledger *receiver)
{
	receiver->receiving++;
	receiver->tangled |= receiver->receiving > 1;
}

size_t ledger_received(struct ledger *receiver, struct ledger *sender,
		       const struct receipt *receipt, struct origin origins[MOST_ORIGINS])
{
	assert(receiver->receiving);
	bool tangled = receiver->tangled;
	receiver->receiving--;
	receiver->tangled = tangled && receiver->receiving;
	if (!receipt->done || receiver->lost_received)
		return 0;
	if (!sender || sender->lost_sent) {
		receiver->lost_received |= receipt->bytes > 0;
		return 0;
	}
	size_t count = sender->messages ? take_message(sender, receipt, origins)
					: take_bytes(sender, receipt, origins);
	return tangled ? 0 : count;
}

/* --- certainty ---------------------------------------------------------------------------- */

uint64_t ledger_waits(const struct ledger *sender, const struct ledger *receiver)
{
	bool clear = !receiver ||
		     (receiver->receiving <= 1 && !receiver->tangled && !receiver->lost_received);
	return clear && !sender->sending && !sender->lost_sent ? sender->sent - sender->taken
							       : UINT64_MAX;
}

bool ledger_agrees(const struct ledger *receiver, const struct ledger *sender,
		   const struct arrived *arrived)
{
	uint64_t most_sent = sender->sent + arrived->fin;
	uint64_t most_there = sender->taken + arrived->waits + arrived->fin;
	return (sender->sending || arrived->came <= most_sent) &&
	       (receiver->receiving || arrived->came <= most_there);
}
