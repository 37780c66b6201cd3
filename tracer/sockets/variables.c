#include "sockets/descriptors.h"

#include <stdio.h>

/* As in most Python programs: what accept() returned is a conn, all else a sock. A number is
 * never used again, so that a name in the transcript means one socket for good. */
void variable_next(struct descriptor_table *table, const struct socket *socket,
		   char name[VARIABLE_SIZE])
{
	bool accepted = socket->role == ROLE_ACCEPTED;
	unsigned number = accepted ? ++table->conns : ++table->socks;
	const char *word = accepted ? "conn" : "sock";

	if (number == 1)
		snprintf(name, VARIABLE_SIZE, "%s", word);
	else
		snprintf(name, VARIABLE_SIZE, "%s%u", word, number);
}
