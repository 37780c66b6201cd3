#include "teach/rules/history.h"

#include <stdlib.h>

static const struct history no_history;
static const struct life no_life;

void histories_done(struct histories *histories)
{
	size_t position = 0;
	for (void *life; (life = map_next(&histories->processes, &position));)
		free(life);
	map_done(&histories->processes);
}

struct listening *listening_find(struct histories *histories, uint64_t cookie)
{
	for (size_t i = 0; cookie && i < LISTENINGS; i++)
		if (histories->listenings[i].cookie == cookie)
			return &histories->listenings[i];
	return NULL;
}

const struct history *history_of(const struct socket *socket)
{
	return socket && socket->history ? socket->history : &no_history;
}

const struct life *life_of(const struct histories *histories, pid_t pid)
{
	const struct life *life = pid ? map_get(&histories->processes, (uint64_t)pid) : NULL;
	return life ? life : &no_life;
}

struct history *history_own(struct socket *socket)
{
	if (socket && !socket->history)
		socket->history = calloc(1, sizeof *socket->history);
	return socket ? socket->history : NULL;
}

struct life *life_own(struct histories *histories, pid_t pid)
{
	struct life *life = map_get(&histories->processes, (uint64_t)pid);
	if (life || !pid || !(life = calloc(1, sizeof *life)))
		return life;
	life->pid = pid;
	if (map_put(&histories->processes, (uint64_t)pid, life) == 0)
		return life;
	free(life);
	return NULL;
}

void life_end(struct histories *histories, pid_t pid)
{
	free(map_remove(&histories->processes, (uint64_t)pid));
}
