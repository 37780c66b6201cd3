#include "formatters/python/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 16,
	MOST_SKIPPED = 1024, /* numbers that a program may have left out, of sockets not shown */
};

/* Four bytes for each socket of a process. */
struct name {
	uint32_t added : 1;
	uint32_t role : 2;
	uint32_t rank : 29; /* among those of its role, from 1 */
};
_Static_assert(NAME_ROLES <= 4, "a role fits in its bits");

struct names {
	const struct names *parent;     /* borrowed */
	unsigned inherited[NAME_KINDS]; /* numbers up to here are the parent's */
	struct name *own[NAME_KINDS];   /* own[0] is the number after the last inherited */
	unsigned count[NAME_KINDS], room[NAME_KINDS];
	unsigned ranks[NAME_ROLES]; /* given so far, with the parent's */
};

struct names *names_new(struct names *parent)
{
	struct names *names = calloc(1, sizeof *names);
	if (!names || !parent)
		return names;
	names->parent = parent;
	for (int kind = 0; kind < NAME_KINDS; kind++)
		names->inherited[kind] = parent->inherited[kind] + parent->count[kind];
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	for (int kind = 0; kind < NAME_KINDS; kind++)
		free(names->own[kind]);
	free(names);
}

/* NULL: there is none of that number. */
static struct name *find(const struct names *names, enum name_kind kind, unsigned number)
{
	while (names->parent && number <= names->inherited[kind])
		names = names->parent;
	unsigned i = number - names->inherited[kind] - 1;
	if (number <= names->inherited[kind] || i >= names->count[kind])
		return NULL;
	return names->own[kind][i].added ? &names->own[kind][i] : NULL;
}

bool names_has(const struct names *names, enum name_kind kind, unsigned number)
{
	return find(names, kind, number) != NULL;
}

static bool make_room(struct names *names, enum name_kind kind, unsigned count)
{
	unsigned room = names->room[kind] ? names->room[kind] : FIRST_ROOM;
	while (room < count)
		room *= 2;
	if (room == names->room[kind])
		return true;
	struct name *own = realloc(names->own[kind], room * sizeof *own);
	if (!own)
		return false;
	names->own[kind] = own;
	names->room[kind] = room;
	return true;
}

bool names_add(struct names *names, enum name_kind kind, unsigned number)
{
	unsigned count = names->count[kind];
	if (number <= names->inherited[kind] || find(names, kind, number))
		return false;
	unsigned wanted = number - names->inherited[kind];
	if (wanted > count + MOST_SKIPPED || wanted > INT32_MAX / 16)
		return false;
	if (wanted > count) {
		if (!make_room(names, kind, wanted))
			return false;
		memset(names->own[kind] + count, 0, (wanted - count) * sizeof(struct name));
		names->count[kind] = wanted;
	}
	names->own[kind][wanted - 1].added = true;
	return true;
}

void names_role(struct names *names, unsigned number, enum name_role role)
{
	struct name *name = find(names, NAME_SOCK, number);
	if (name && role != NAME_OTHER)
		name->role = role & 3;
}

void names_settle(struct names *names)
{
	if (names->parent)
		memcpy(names->ranks, names->parent->ranks, sizeof names->ranks);
	for (unsigned i = 0; i < names->count[NAME_SOCK]; i++) {
		struct name *name = &names->own[NAME_SOCK][i];
		if (name->added)
			name->rank = ++names->ranks[name->role] & 0x1FFFFFFF;
	}
}

void names_put(const struct names *names, enum name_kind kind, unsigned number, struct line *line)
{
	static const char *const words[] = {
		[NAME_OTHER] = "sock",
		[NAME_SERVER] = "server",
		[NAME_CLIENT] = "client",
	};
	const struct name *name = kind == NAME_SOCK ? find(names, kind, number) : NULL;
	unsigned rank = name ? name->rank : number;
	line_put(line, kind == NAME_CONN ? "conn" : words[name ? name->role : NAME_OTHER]);
	if (rank > 1)
		line_format(line, "%u", rank);
}
