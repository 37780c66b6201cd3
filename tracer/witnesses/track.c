#include "witnesses/track.h"

#include "support/hash.h"
#include "support/map.h"
#include "witnesses/remark.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* "[" address "%" scope "]:" port */
enum { END_SIZE = INET6_ADDRSTRLEN + sizeof "[%4294967295]:65535" };

struct connection {
	uint64_t key;
	/* [0] is the smaller text, so that both directions find it. */
	char ends[2][END_SIZE];
	struct path path;
	struct flow flows[2];
	bool opened;     /* which end did is known */
	unsigned opener; /* then this one */
	bool over;
	struct connection *older, *newer; /* in its queue */
};

/* By when they were last heard of. */
struct queue {
	struct connection *oldest, *newest;
};

struct track {
	struct map connections;
	struct queue living, over;
	size_t limit;
};

/* --- which connection ----------------------------------------------------------------- */

/* With the end of the text. */
static uint64_t hash(uint64_t so_far, const char *text)
{
	do
		so_far = hash_byte(so_far, (unsigned char)*text);
	while (*text++);
	return so_far;
}

static uint64_t key_of(const char *const ends[2])
{
	return hash(hash(HASH_START, ends[0]), ends[1]);
}

static struct queue *queue_of(struct track *track, const struct connection *it)
{
	return it->over ? &track->over : &track->living;
}

static void leave_queue(struct queue *queue, struct connection *it)
{
	*(it->older ? &it->older->newer : &queue->oldest) = it->newer;
	*(it->newer ? &it->newer->older : &queue->newest) = it->older;
}

static void enter_queue(struct queue *queue, struct connection *it)
{
	it->older = queue->newest;
	it->newer = NULL;
	*(queue->newest ? &queue->newest->newer : &queue->oldest) = it;
	queue->newest = it;
}

static void forget(struct track *track, struct connection *it)
{
	map_remove(&track->connections, it->key);
	leave_queue(queue_of(track, it), it);
	free(it);
}

static void make_room(struct track *track)
{
	while (track->connections.count >= track->limit)
		forget(track, track->over.oldest ? track->over.oldest : track->living.oldest);
}

static struct connection *add(struct track *track, uint64_t key, const char *const ends[2])
{
	make_room(track);
	struct connection *it = calloc(1, sizeof *it);
	if (!it || map_put(&track->connections, key, it) < 0) {
		free(it);
		return NULL;
	}
	it->key = key;
	for (int i = 0; i < 2; i++)
		memcpy(it->ends[i], ends[i], strlen(ends[i]) + 1);
	enter_queue(&track->living, it);
	return it;
}

/* NULL if there is no memory for it. */
static struct connection *find(struct track *track, const struct segment *segment,
			       struct path_way *ret_way)
{
	int order = strcmp(segment->from, segment->to);
	const char *ends[2] = { order > 0 ? segment->to : segment->from,
				order > 0 ? segment->from : segment->to };
	uint64_t key = key_of(ends);
	struct connection *it = map_get(&track->connections, key);
	ret_way->sender = order > 0;
	ret_way->receiver = order < 0;
	/* Two pairs of ends with one hash: the later one counts. */
	if (it && (strcmp(it->ends[0], ends[0]) != 0 || strcmp(it->ends[1], ends[1]) != 0)) {
		forget(track, it);
		it = NULL;
	}
	return it ? it : add(track, key, ends);
}

/* --- what it says ---------------------------------------------------------------------- */

static void begin(struct connection *it, struct path_way way, const struct segment *segment)
{
	switch (path_beginning(&it->path, way, segment)) {
	case PATH_GOES_ON:
		break;
	case PATH_BEGINS:
		it->path = (struct path){ 0 };
		memset(it->flows, 0, sizeof it->flows);
		it->opened = false;
		break;
	case PATH_END_BEGINS:
		it->path.ends[way.sender] = (struct path_end){ 0 };
		it->flows[way.sender] = (struct flow){ 0 };
		break;
	}
	if (it->opened || !(segment->flags & SEGMENT_SYN))
		return;
	it->opened = true;
	it->opener = segment->flags & SEGMENT_ACK ? way.receiver : way.sender;
}

/* A SYN that is refused is answered with a number that is nobody's: RFC 9293, 3.10.7.1. */
static bool refuses(const struct path_end *sender, const struct segment *segment)
{
	const unsigned both = SEGMENT_RST | SEGMENT_ACK;
	return (segment->flags & both) == both && !sender->syn;
}

static void tell_relative(const struct connection *it, struct path_way way, struct segment *segment)
{
	const struct path_end *sender = &it->path.ends[way.sender];
	const struct path_end *receiver = &it->path.ends[way.receiver];
	bool acks = segment->flags & SEGMENT_ACK;
	if (!it->opened)
		return;
	segment->from_opener = way.sender == it->opener;
	segment->relative = sender->syn && (receiver->syn || !acks);
	segment->relative_ack_alone = receiver->syn && refuses(sender, segment);
	if (sender->syn)
		segment->relative_seq = segment->seq - sender->initial;
	if (receiver->syn && acks)
		segment->relative_ack = segment->ack - receiver->initial;
}

static void move(struct track *track, struct connection *it, bool over)
{
	leave_queue(queue_of(track, it), it);
	it->over = over;
	enter_queue(queue_of(track, it), it);
}

int track_segment(struct track *track, struct segment *segment, struct path_states *ret_states)
{
	struct path_way way;
	*ret_states = (struct path_states){ STATE_UNKNOWN, STATE_UNKNOWN };
	if (segment->protocol != SEGMENT_TCP || strlen(segment->from) >= END_SIZE ||
	    strlen(segment->to) >= END_SIZE)
		return 0;
	struct connection *it = find(track, segment, &way);
	if (!it)
		return -ENOMEM;
	begin(it, way, segment);
	*ret_states = path_follow(&it->path, way, segment);
	flow_remark(&it->flows[way.sender], &it->flows[way.receiver], segment);
	tell_relative(it, way, segment);
	move(track, it, path_is_over(&it->path, way));
	return 0;
}

/* --- all of them ------------------------------------------------------------------------ */

int track_new(struct track **ret_track, size_t limit)
{
	struct track *track = calloc(1, sizeof *track);
	if (!track)
		return -ENOMEM;
	track->limit = limit ? limit : TRACK_CONNECTIONS;
	*ret_track = track;
	return 0;
}

void track_free(struct track *track)
{
	if (!track)
		return;
	while (track->connections.count)
		forget(track, track->over.oldest ? track->over.oldest : track->living.oldest);
	map_done(&track->connections);
	free(track);
}
