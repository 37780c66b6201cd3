/* What the kernel keeps of a connection whose line is written: TIME_WAIT, at the end that closed
 * first. Nobody holds it, no segment tells of its end, and so it is asked for by its ends. */
#include "session.h"
#include "transitions.h"

#include <stdlib.h>
#include <string.h>

/* Older ones give way, and so many are looked at in one tick. */
enum { MOST_REMAINS = 1024, LOOKS_PER_TICK = 32 };

/* Each of them once in so long, in nanoseconds: a TIME_WAIT lasts a minute. */
static const uint64_t ROUND = 1000000000;

struct remains {
	struct remain *rows[MOST_REMAINS]; /* the first `count`, in no order */
	size_t count;
	size_t next;    /* to be looked at */
	uint64_t round; /* when the first was looked at last */
};

struct remain {
	struct socket socket;
	char lane[]; /* its process may be gone before it */
};

static struct remain *remain_new(const struct socket *socket)
{
	const char *lane = socket->lane ? socket->lane : "";
	size_t size = strlen(lane) + 1;
	struct remain *remain = malloc(sizeof *remain + size);
	if (!remain)
		return NULL;
	memcpy(remain->lane, lane, size);
	remain->socket = *socket;
	remain->socket.lane = remain->lane;
	remain->socket.peer = NULL;
	remain->socket.sender = NULL;
	remain->socket.ledger = NULL;
	remain->socket.legacy = NULL;
	remain->socket.history = NULL;
	return remain;
}

void remains_add(struct session *session, const struct socket *socket)
{
	if (socket->state != STATE_TIME_WAIT)
		return;
	if (!session->remains)
		session->remains = calloc(1, sizeof *session->remains);
	struct remains *remains = session->remains;
	struct remain *remain = remains ? remain_new(socket) : NULL;
	if (!remain)
		return;
	if (remains->count < MOST_REMAINS) {
		remains->rows[remains->count++] = remain;
		return;
	}
	/* At the end of a round it stands behind the last one. */
	size_t oldest = remains->next % MOST_REMAINS;
	free(remains->rows[oldest]);
	remains->rows[oldest] = remain;
	remains->next = oldest + 1;
}

size_t remains_count(const struct session *session)
{
	return session->remains ? session->remains->count : 0;
}

struct socket *remains_get(const struct session *session, size_t i)
{
	return &session->remains->rows[i]->socket;
}

static bool is_gone(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	return state_see(session, socket, ret_sight) == 0 && ret_sight->state != STATE_TIME_WAIT;
}

void remains_tick(struct session *session)
{
	struct remains *remains = session->remains;
	uint64_t now = session_now(session);
	for (size_t looks = 0; remains && remains->count && looks < LOOKS_PER_TICK; looks++) {
		struct sight sight;
		if (remains->next >= remains->count)
			remains->next = 0;
		if (remains->next == 0 && remains->round && now < remains->round + ROUND)
			return;
		if (remains->next == 0)
			remains->round = now;
		struct remain *remain = remains->rows[remains->next];
		if (!is_gone(session, &remain->socket, &sight)) {
			remains->next++;
			continue;
		}
		state_seen(session, &remain->socket, &sight, 0);
		remains->rows[remains->next] = remains->rows[--remains->count];
		free(remain);
	}
}

void remains_done(struct session *session)
{
	struct remains *remains = session->remains;
	for (size_t i = 0; remains && i < remains->count; i++)
		free(remains->rows[i]);
	free(remains);
	session->remains = NULL;
}
