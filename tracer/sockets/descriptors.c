#include "sockets/descriptors.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 16 };

/* --- one descriptor ------------------------------------------------------------------- */

struct descriptor *table_find(const struct descriptor_table *table, int fd)
{
	return table && fd >= 0 && (size_t)fd < table->size ? table->slots[fd] : NULL;
}

static int make_room(struct descriptor_table *table, int fd)
{
	size_t size = table->size ? table->size : FIRST_SIZE;
	if ((size_t)fd < table->size)
		return 0;
	while (size <= (size_t)fd)
		size *= 2;
	/* calloc, not realloc: pages of a sparse table that nobody touches cost nothing. */
	struct descriptor **slots = calloc(size, sizeof(struct descriptor *));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->size; i++)
		if (table->slots[i])
			slots[i] = table->slots[i];
	free(table->slots);
	table->slots = slots;
	table->size = size;
	return 0;
}

void table_remove(struct sockets *sockets, struct descriptor_table *table, int fd)
{
	struct descriptor *descriptor = table_find(table, fd);
	if (!descriptor)
		return;
	table->slots[fd] = NULL;
	known_release(sockets, descriptor->known, table, fd);
	free(descriptor);
}

/* Without a name yet. */
static struct descriptor *enter(struct descriptor_table *table, int fd, struct known *known,
				bool close_on_exec)
{
	if (fd < 0 || fd >= DESCRIPTOR_LIMIT || make_room(table, fd) < 0)
		return NULL;
	struct descriptor *descriptor = calloc(1, sizeof *descriptor);
	if (!descriptor || known_hold(known, table, fd) < 0) {
		free(descriptor);
		return NULL;
	}
	descriptor->known = known;
	descriptor->close_on_exec = close_on_exec;
	assert(!table->slots[fd]);
	table->slots[fd] = descriptor;
	return descriptor;
}

/* For sockets_next_appeared(). */
static bool note_appeared(struct descriptor_table *table, int fd)
{
	if (table->appeared_count == table->appeared_room) {
		size_t room = table->appeared_room ? 2 * table->appeared_room : 8;
		int *appeared = realloc(table->appeared, room * sizeof *appeared);
		if (!appeared)
			return false;
		table->appeared = appeared;
		table->appeared_room = room;
	}
	table->appeared[table->appeared_count++] = fd;
	return true;
}

struct descriptor *table_put(struct sockets *sockets, struct descriptor_table *table, int fd,
			     struct known *known, bool close_on_exec)
{
	/* Held once more meanwhile: what the number meant before may be this very socket. */
	if (known_hold(known, table, -1) < 0) {
		known_orphan(sockets, known);
		return NULL;
	}
	table_remove(sockets, table, fd);
	struct descriptor *descriptor =
		!note_appeared(table, fd) ? NULL : enter(table, fd, known, close_on_exec);
	if (descriptor)
		variable_next(table, &known->socket, descriptor->variable);
	known_release(sockets, known, table, -1);
	return descriptor;
}

/* --- a table's life ------------------------------------------------------------------- */

struct descriptor_table *table_new(pid_t pid)
{
	struct descriptor_table *table = calloc(1, sizeof *table);
	if (table && table_join(table, pid) < 0) {
		free(table);
		return NULL;
	}
	return table;
}

int table_join(struct descriptor_table *table, pid_t pid)
{
	pid_t *pids = realloc(table->pids, (table->pid_count + 1) * sizeof *pids);
	if (!pids)
		return -ENOMEM;
	table->pids = pids;
	table->pids[table->pid_count++] = pid;
	return 0;
}

static void table_free(struct sockets *sockets, struct descriptor_table *table)
{
	for (size_t fd = 0; fd < table->size; fd++)
		table_remove(sockets, table, (int)fd);
	free(table->slots);
	free(table->appeared);
	free(table->pids);
	free(table);
}

void table_leave(struct sockets *sockets, struct descriptor_table *table, pid_t pid)
{
	for (size_t i = 0; i < table->pid_count; i++)
		if (table->pids[i] == pid) {
			table->pids[i] = table->pids[--table->pid_count];
			break;
		}
	if (!table->pid_count) {
		table_free(sockets, table);
		return;
	}
	/* Witnesses must ask a process that lives. */
	for (size_t fd = 0; fd < table->size; fd++)
		if (table->slots[fd])
			known_choose_holder(table->slots[fd]->known);
}

struct descriptor_table *table_copy(struct sockets *sockets, const struct descriptor_table *table,
				    pid_t pid)
{
	struct descriptor_table *copy = table_new(pid);
	if (!copy)
		return NULL;
	copy->socks = table->socks;
	copy->conns = table->conns;
	for (size_t fd = 0; fd < table->size; fd++) {
		const struct descriptor *from = table->slots[fd];
		if (!from)
			continue;
		struct descriptor *to = enter(copy, (int)fd, from->known, from->close_on_exec);
		if (!to) {
			table_free(sockets, copy);
			return NULL;
		}
		memcpy(to->variable, from->variable, sizeof to->variable);
	}
	return copy;
}

int table_unshare(struct sockets *sockets, struct process *process)
{
	struct descriptor_table *shared = process->descriptors;
	if (!shared || shared->pid_count == 1)
		return 0;
	struct descriptor_table *own = table_copy(sockets, shared, process->pid);
	if (!own)
		return -ENOMEM;
	process->descriptors = own;
	table_leave(sockets, shared, process->pid);
	return 0;
}

void table_exec(struct sockets *sockets, struct descriptor_table *table)
{
	table->socks = 0;
	table->conns = 0;
	for (size_t fd = 0; fd < table->size; fd++) {
		struct descriptor *descriptor = table->slots[fd];
		if (!descriptor)
			continue;
		if (descriptor->close_on_exec)
			table_remove(sockets, table, (int)fd);
		else
			variable_next(table, &descriptor->known->socket, descriptor->variable);
	}
}

int table_next_appeared(struct descriptor_table *table)
{
	return table && table->appeared_count ? table->appeared[--table->appeared_count] : -1;
}

void table_all_appeared(struct descriptor_table *table)
{
	for (size_t fd = 0; fd < table->size; fd++)
		if (table->slots[fd])
			note_appeared(table, (int)fd);
}
