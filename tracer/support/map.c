#include "support/map.h"

#include <errno.h>
#include <stdlib.h>

/* Fibonacci hashing: spreads numbers that follow each other, as pids and cookies do. */
static size_t home(const struct map *map, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (map->capacity - 1);
}

/* The key's slot, or the free one where it would go. */
static struct map_slot *probe(const struct map *map, uint64_t key)
{
	size_t i = home(map, key);
	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & (map->capacity - 1);
	return &map->slots[i];
}

static int grow(struct map *map)
{
	struct map bigger = { .capacity = map->capacity ? map->capacity * 2 : 16,
			      .count = map->count };
	bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].value)
			*probe(&bigger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = bigger;
	return 0;
}

void map_done(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

void *map_get(const struct map *map, uint64_t key)
{
	return map->capacity ? probe(map, key)->value : NULL;
}

int map_put(struct map *map, uint64_t key, void *value)
{
	if ((map->count + 1) * 4 > map->capacity * 3) {
		int result = grow(map);
		if (result < 0)
			return result;
	}
	struct map_slot *slot = probe(map, key);
	if (!slot->value)
		map->count++;
	*slot = (struct map_slot){ .key = key, .value = value };
	return 0;
}

void *map_remove(struct map *map, uint64_t key)
{
	struct map_slot *slot = map->capacity ? probe(map, key) : NULL;
	if (!slot || !slot->value)
		return NULL;
	void *value = slot->value;
	slot->value = NULL;
	map->count--;
	/* What was pushed past this slot moves back, so that probing never needs tombstones. */
	size_t i = (size_t)(slot - map->slots);
	for (;;) {
		i = (i + 1) & (map->capacity - 1);
		struct map_slot moved = map->slots[i];
		if (!moved.value)
			return value;
		map->slots[i].value = NULL;
		*probe(map, moved.key) = moved;
	}
}

void *map_next(const struct map *map, size_t *position)
{
	while (*position < map->capacity) {
		void *value = map->slots[(*position)++].value;
		if (value)
			return value;
	}
	return NULL;
}
