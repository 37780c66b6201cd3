/* From a 64-bit key (a pid, a tid, a cookie) to a pointer, in constant time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: the slot is free */
};

struct map {
	struct map_slot *slots;
	size_t capacity; /* 0, or a power of two */
	size_t count;
};

/* All zero is an empty map. */
void map_done(struct map *map);

/* NULL if the key is not in the map. */
void *map_get(const struct map *map, uint64_t key);

/* Adds or replaces; value is not NULL. Returns 0 or -ENOMEM. */
int map_put(struct map *map, uint64_t key, void *value);

/* Returns what was there, NULL if nothing was. */
void *map_remove(struct map *map, uint64_t key);

/* Walks: *position starts at 0; NULL at the end. The map must not change meanwhile. */
void *map_next(const struct map *map, size_t *position);
