#include "types/record.h"

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
