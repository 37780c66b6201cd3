#include "formatters/markdown/roles.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16, WORD = 4 /* "sock" */, MOST_DIGITS = 8 };

static size_t add_process(struct roles *roles, pid_t pid, struct names *parent)
{
	if (roles->count == roles->room) {
		size_t room = roles->room ? roles->room * 2 : FIRST_ROOM;
		struct names **names = realloc((void *)roles->names, room * sizeof(void *));
		if (!names)
			return 0;
		roles->names = names;
		roles->room = room;
	}
	struct names *names = names_new(parent);
	if (!names)
		return 0;
	roles->names[roles->count++] = names;
	map_put(&roles->processes, (uint64_t)pid, (void *)(uintptr_t)roles->count);
	return roles->count;
}

/* The number of a process, from 1; 0: there is no memory. */
static size_t process_of(struct roles *roles, pid_t pid)
{
	size_t number = (size_t)(uintptr_t)map_get(&roles->processes, (uint64_t)pid);
	return number ? number : add_process(roles, pid, NULL);
}

void roles_process(struct roles *roles, const struct record *record)
{
	const struct record_process *process = record->process;
	size_t parent = (size_t)(uintptr_t)map_get(&roles->processes, (uint64_t)process->parent);
	bool whole = record->pid == record->tid;
	if (process->what == PROCESS_START || process->what == PROCESS_ATTACH)
		add_process(roles, record->pid, NULL);
	else if (process->what == PROCESS_FORK)
		add_process(roles, record->pid, parent ? roles->names[parent - 1] : NULL);
	else if (whole && (process->what == PROCESS_EXIT || process->what == PROCESS_DETACH))
		map_remove(&roles->processes, (uint64_t)record->pid);
}

/* sock, sock2 ...: its number; 0: it is another word. */
static unsigned number_of(const char *word, size_t size)
{
	unsigned number = size == WORD ? 1 : 0;
	if (size < WORD || size > WORD + MOST_DIGITS || memcmp(word, "sock", WORD) != 0)
		return 0;
	for (size_t i = WORD; i < size; i++) {
		if (word[i] < '0' || word[i] > '9' || (i == WORD && word[i] == '0'))
			return 0;
		number = number * 10 + (unsigned)(word[i] - '0');
	}
	return size > WORD && number == 1 ? 0 : number;
}

void roles_learn(struct roles *roles, const struct record *record)
{
	const struct python *python = record->python;
	size_t process = python && record->socket ? process_of(roles, record->pid) : 0;
	for (size_t i = 0; process && i < python->variable_count; i++) {
		const struct python_variable *variable = &python->variables[i];
		unsigned number =
			variable->name ? number_of(variable->name, strlen(variable->name)) : 0;
		enum socket_role role = record->socket->role;
		if (!number || !variable->socket ||
		    strcmp(variable->socket, record->socket->id) != 0)
			continue;
		names_add(roles->names[process - 1], NAME_SOCK, number);
		names_role(roles->names[process - 1], number,
			   role == ROLE_LISTENER    ? NAME_SERVER
			   : role == ROLE_CONNECTOR ? NAME_CLIENT
						    : NAME_OTHER);
	}
}

static bool is_word_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' ||
	       (unsigned char)byte >= 0x80;
}

/* A string in quotes, or one word, or one byte. */
static size_t piece_length(const char *at)
{
	size_t size = 1;
	if (*at == '\'' || *at == '"') {
		while (at[size] && at[size] != *at)
			size += at[size] == '\\' && at[size + 1] ? 2 : 1;
		return at[size] ? size + 1 : size;
	}
	while (is_word_byte(*at) && is_word_byte(at[size]) && at[size] != '.')
		size++;
	return size;
}

void roles_mark(struct roles *roles, pid_t pid, const char *code, struct line *line)
{
	size_t process = process_of(roles, pid);
	struct names *names = process ? roles->names[process - 1] : NULL;
	const char *plain = code;
	for (size_t size = 0; *code; code += size) {
		size = piece_length(code);
		unsigned number = names ? number_of(code, size) : 0;
		if (!number)
			continue;
		names_add(names, NAME_SOCK, number);
		if (!names_has(names, NAME_SOCK, number))
			continue;
		line_name_part(line, plain, (size_t)(code - plain));
		line_format(line, "%c%zu:%u;", ROLES_MARK, process, number);
		plain = code + size;
	}
	line_put(line, plain);
}

void roles_settle(struct roles *roles)
{
	/* A parent stands before its children. */
	for (size_t i = 0; i < roles->count; i++)
		names_settle(roles->names[i]);
}

static size_t read_number(int (*next)(void *context), void *context)
{
	size_t number = 0;
	for (int byte; (byte = next(context)) >= '0' && byte <= '9';)
		number = number * 10 + (size_t)(byte - '0');
	return number;
}

void roles_put(const struct roles *roles, int (*next)(void *context), void *context,
	       struct line *line)
{
	size_t process = read_number(next, context);
	unsigned number = (unsigned)read_number(next, context);
	if (process && process <= roles->count)
		names_put(roles->names[process - 1], NAME_SOCK, number, line);
}

void roles_done(struct roles *roles)
{
	for (size_t i = 0; i < roles->count; i++)
		names_free(roles->names[i]);
	free((void *)roles->names);
	map_done(&roles->processes);
}
