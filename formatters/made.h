/* Which socket a call made: what its record's socket has to do with its descriptors. */
#pragma once

#include "types/record.h"

/* Whether one of the call's arguments names the record's socket. */
bool record_names_socket(const struct record *record);

/* The descriptor by which the call knows the record's socket: the argument that names it,
 * else the one the call returned (accept, socket). -1: none. */
int record_socket_fd(const struct record *record);

/* Whether the call returned a descriptor of the record's socket, which none had before. */
bool record_made_socket(const struct record *record);
