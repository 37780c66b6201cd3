/* Inside sockets/: finds sockets by their addresses, and joins the two ends of a connection. */
#pragma once

#include "sockets/known.h"

/* Its addresses or its role changed: it is found under the new ones, and joined with the other
 * end of its connection if that is traced. */
void ends_index(struct sockets *sockets, struct known *known);
/* Not to be found any more. */
void ends_forget(struct sockets *sockets, struct known *known);
