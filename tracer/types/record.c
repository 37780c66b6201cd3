#include "types/record.h"

struct record record_blank(enum record_type type, uint64_t time)
{
	return (struct record){
		.type = type,
		.time = time,
		.queues = { .receive = -1, .send = -1, .accept = -1, .backlog = -1 },
	};
}
