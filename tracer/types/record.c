#include "types/record.h"

#include <string.h>

struct record_queues record_queues_none(void)
{
	return (struct record_queues){ .receive = -1,
				       .send = -1,
				       .accept = -1,
				       .backlog = -1,
				       .syn_rcvd = -1,
				       .copied = -1,
				       .taken = -1 };
}

struct record record_blank(enum record_type type, uint64_t time)
{
	return (struct record){ .type = type, .time = time, .queues = record_queues_none() };
}

const char *record_words_in(const struct record_words *words, const char *lang)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->in[i].lang, lang) == 0)
			return words->in[i].words;
	return NULL;
}
