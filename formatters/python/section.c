/* The lanes of a run: which are programs, which are functions in one. */
#include "formatters/python/parts.h"

#include <stdlib.h>
#include <string.h>

static struct process *process_new(struct formatter *python, struct process *parent)
{
	struct process *process = calloc(1, sizeof *process);
	if (!process)
		return NULL;
	process->names = names_new(parent ? parent->names : NULL);
	if (!process->names) {
		free(process);
		return NULL;
	}
	process->epoll = parent && parent->epoll;
	process->epoll_fd = parent ? parent->epoll_fd : -1;
	process->open = parent ? parent->open : 0;
	process->next = python->processes;
	python->processes = process;
	return process;
}

static void append(struct formatter *python, struct section *section)
{
	*python->last = section;
	python->last = &section->next;
	struct section *program = section->program;
	if (section == program)
		return;
	section->number =
		section->kind == SECTION_THREAD ? ++program->threads : ++program->children;
	*program->last_function = section;
	program->last_function = &section->sibling;
}

/* A lane that begins; parent NULL: it is a program. */
static struct section *section_new(struct formatter *python, const struct record *record,
				   struct section *parent, enum section_kind kind)
{
	struct section *section = calloc(1, sizeof *section);
	if (!section)
		return NULL;
	section->lane = strdup(record->lane ? record->lane : "");
	section->kind = kind;
	section->pid = record->pid;
	section->tid = record->tid;
	section->last_function = &section->functions;
	section->program = parent ? parent->program : section;
	section->process = kind == SECTION_THREAD
				   ? parent->process
				   : process_new(python, parent ? parent->process : NULL);
	bool known = section->process && section->lane &&
		     map_put(&python->lanes, (uint64_t)record->tid, section) == 0;
	if (!known) {
		free(section->lane);
		free(section);
		return NULL;
	}
	append(python, section);
	return section;
}

static struct section *find(const struct formatter *python, pid_t tid)
{
	return map_get(&python->lanes, (uint64_t)tid);
}

void section_add(struct formatter *python, struct section *section, const char *text)
{
	if (python->spool)
		spool_add(python->spool, &section->body, text, strlen(text));
}

void section_rest(struct formatter *python, struct section *section)
{
	if (section->ended)
		return;
	section->ended = true;
	section->stays = section->pending.text && !section->pending.again;
	pending_flush(python, section);
	if (python->spool)
		spool_rest(python->spool, &section->body);
	map_remove(&python->lanes, (uint64_t)section->tid);
}

/* A thread that nobody told of, or a process that was there before: from its first call on. */
struct section *section_of(struct formatter *python, const struct record *record)
{
	struct section *section = find(python, record->tid);
	if (section)
		return section;
	struct section *main = record->pid != record->tid ? find(python, record->pid) : NULL;
	section = section_new(python, record, main, main ? SECTION_THREAD : SECTION_PROGRAM);
	return section;
}

/* "./server 8000" */
static char *command_of(const struct record_process *process)
{
	struct line line = { 0 };
	for (const char *const *word = process->argv; word && *word; word++) {
		line_put(&line, word == process->argv ? "" : " ");
		line_name(&line, *word);
	}
	if (!line.size && process->program)
		line_name(&line, process->program);
	char *command = line.size ? strdup(line_string(&line)) : NULL;
	line_done(&line);
	return command;
}

/* The number of what begins is somebody else's now. */
static struct section *begin(struct formatter *python, const struct record *record,
			     struct section *parent, enum section_kind kind)
{
	struct section *old = find(python, record->tid);
	if (old)
		section_rest(python, old);
	return section_new(python, record, parent, kind);
}

static void begin_program(struct formatter *python, const struct record *record)
{
	struct section *section = begin(python, record, NULL, SECTION_PROGRAM);
	if (section)
		section->command = command_of(record->process);
}

/* In the parent's lane, where it happened. */
static void begin_function(struct formatter *python, const struct record *record, pid_t parent,
			   enum section_kind kind)
{
	struct section *from = find(python, parent);
	/* A lane cannot begin itself, whatever a recording says. */
	if (!from || parent == record->tid) {
		begin(python, record, NULL, SECTION_PROGRAM);
		return;
	}
	struct section *section = begin(python, record, from, kind);
	if (!section)
		return;
	struct line *line = &python->line;
	line->size = 0;
	line_put(line, "\n# ");
	line_name(line, section->lane);
	if (kind == SECTION_THREAD)
		line_format(line, "\nthread%u.start()\n", section->number);
	else
		line_format(line, "\nif os.fork() == 0:\n    child%u()\n", section->number);
	section->program->modules |= kind == SECTION_CHILD ? code_module_bit("os") : 0;
	if (kind == SECTION_THREAD) {
		section->other_thread = from->process->threads;
		from->process->threads = section;
	}
	/* Whatever the parent waits for: one of its threads may have done it. */
	section_add(python, from, line_string(line));
}

/* The same process, with another program in it, and the same sockets. */
static void change_program(struct formatter *python, const struct record *record)
{
	struct section *section = section_of(python, record);
	if (!section)
		return;
	if (section->kind == SECTION_PROGRAM && !section->has_calls) {
		char *lane = strdup(record->lane ? record->lane : "");
		free(section->command);
		section->command = command_of(record->process);
		if (lane) {
			free(section->lane);
			section->lane = lane;
		}
		return;
	}
	char *command = command_of(record->process);
	struct line *line = &python->line;
	line->size = 0;
	line_break(line);
	line_names(line, "# %s", command ? command : "");
	line_break(line);
	section_add(python, section, line_string(line));
	free(command);
}

static void end_lane(struct formatter *python, const struct record *record)
{
	struct section *section = find(python, record->tid ? record->tid : record->pid);
	if (!section)
		return;
	section->status = record->process->status > 0 ? record->process->status : 0;
	if (record->process->signal)
		section->status = 1;
	section_rest(python, section);
	if (section->kind == SECTION_THREAD)
		return;
	/* Its threads end with it. */
	for (struct section *thread = section->process->threads; thread;
	     thread = thread->other_thread)
		section_rest(python, thread);
}

void section_process(struct formatter *python, const struct record *record)
{
	switch (record->process->what) {
	case PROCESS_START:
	case PROCESS_ATTACH:
		begin_program(python, record);
		break;
	case PROCESS_FORK:
		begin_function(python, record, record->process->parent, SECTION_CHILD);
		break;
	case PROCESS_THREAD:
		begin_function(python, record, record->pid, SECTION_THREAD);
		break;
	case PROCESS_EXEC:
		change_program(python, record);
		break;
	case PROCESS_EXIT:
	case PROCESS_DETACH:
		end_lane(python, record);
		break;
	case PROCESS_SIGNAL:
	case PROCESS_STOP:
		break;
	}
}

void sections_done(struct formatter *python)
{
	while (python->sections) {
		struct section *section = python->sections;
		python->sections = section->next;
		free(section->pending.text);
		free(section->pending.again);
		chain_done(&section->body);
		free(section->lane);
		free(section->command);
		free(section->refusal);
		free(section);
	}
	while (python->processes) {
		struct process *process = python->processes;
		python->processes = process->next;
		names_free(process->names);
		free(process);
	}
	map_done(&python->lanes);
}
