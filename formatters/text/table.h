/* The connections, kept until the end, and the table they make there. */
#pragma once

#include "formatters/line.h"
#include "formatters/text/memory.h"
#include "types/record.h"

struct connection_table {
	struct table_row *rows;
	size_t count;
	uint64_t more; /* connections beyond the rows that are kept */
};

void connection_table_done(struct connection_table *table);

/* Before the memory forgets the sockets: from it come the errors, and who connected. */
void connection_table_add(struct connection_table *table,
			  const struct record_connection *connection,
			  const struct memory_of_run *memory);

/* Nothing if there was no connection. */
void connection_table_put(const struct connection_table *table, struct line *line, size_t width);
