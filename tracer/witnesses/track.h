/*
 * The connections whose segments passed: what they say of the next one. Memory is bounded: those
 * that are over make room first, then those that were silent for longest.
 */
#pragma once

#include "types/segment.h"
#include "witnesses/path.h"

#include <stddef.h>

struct track;

/* How many connections are remembered, unless the caller wants others. */
enum { TRACK_CONNECTIONS = 4096 };

/* `limit` 0: TRACK_CONNECTIONS. Returns 0 or -ENOMEM. */
int track_new(struct track **ret_track, size_t limit);
void track_free(struct track *track);

/*
 * To be called for each segment, in the order in which they passed. Fills in its history: relative
 * numbers, window_bytes, remark; and the states it left both ends in (STATE_UNKNOWN where it
 * cannot be told: UDP, or the beginning was not seen). Returns 0, or -ENOMEM: then it is as
 * one without history.
 */
int track_segment(struct track *track, struct segment *segment, struct path_states *ret_states);
