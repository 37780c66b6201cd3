/*
 * Messages of a dump of sock_diag, of any kind: the first byte is the protocol, the rest a message
 * that is read again and again, each time from the next place that netlink would align.
 */
#include "fuzz.h"

#include "witnesses/holders.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct port_holders *holders)
{
	unsigned total = 0;
	for (size_t i = 0; i < STATE_COUNT; i++) {
		assert(holders->loose[i] <= holders->counts[i]);
		total += holders->counts[i];
	}
	assert(holders->count <= PORT_HOLDERS && holders->count <= total);
	for (size_t i = 0; i < holders->count; i++) {
		const struct port_holder *row = &holders->rows[i];
		assert(row->state < STATE_COUNT);
		assert(memchr(row->local, '\0', sizeof row->local) && *row->local);
		assert(memchr(row->remote, '\0', sizeof row->remote));
		assert(row->time_left <= holders->longest_time_left);
		assert(row->v6only >= -1 && row->v6only <= 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct port_holders holders = holders_none();
	if (!size)
		return 0;
	int protocol = *data;
	for (data++, size--;; data += 4, size -= 4) {
		/* Of exactly that size: a byte read too many is seen. */
		void *copy = malloc(size ? size : 1);
		struct port_holder holder;
		assert(copy);
		memcpy(copy, data, size);
		if (holder_parse(copy, size, protocol, &holder))
			holders_add(&holders, &holder);
		free(copy);
		if (size < 4 || size > 1024)
			break;
	}
	check(&holders);
	return 0;
}
