#include "source/python.h"

#include "source/python_command.h"
#include "source/python_find.h"
#include "source/python_stack.h"

#include "support/map.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct known_thread {
	struct python_caller caller;
	uint64_t state; /* the address of its PyThreadState; 0: not known */
	struct pieces_ahead ahead;
};

struct known_process {
	struct python_image *image; /* NULL: none was found */
	uint64_t calls;             /* for which none was */
	char *directory;            /* at exec; NULL: not known */
	char *arguments;            /* as they were when they were first of use; NULL: unread */
	size_t arguments_size;
	struct map threads; /* tid -> struct known_thread */
};

struct pythons {
	struct map processes; /* pid -> struct known_process */
	struct pieces pieces;
	struct python_stack stack;
	unsigned unknown_version;
	char via[256];
	char *text; /* of the last answer */
};

struct pythons *pythons_new(void)
{
	return calloc(1, sizeof(struct pythons));
}

/* --- processes ---------------------------------------------------------------------------- */

static void threads_free(struct map *threads)
{
	size_t position = 0;
	for (struct known_thread *thread; (thread = map_next(threads, &position));)
		free(thread);
	map_done(threads);
}

static void process_free(struct known_process *process)
{
	if (!process)
		return;
	threads_free(&process->threads);
	python_image_release(process->image);
	free(process->directory);
	free(process->arguments);
	free(process);
}

void pythons_free(struct pythons *pythons)
{
	size_t position = 0;
	if (!pythons)
		return;
	for (struct known_process *process; (process = map_next(&pythons->processes, &position));)
		process_free(process);
	map_done(&pythons->processes);
	free(pythons->text);
	free(pythons);
}

/* In the map, made if need be; NULL: no memory. */
static void *obtain(struct map *map, uint64_t key, size_t size)
{
	void *value = map_get(map, key);
	if (value)
		return value;
	value = calloc(1, size);
	if (value && map_put(map, key, value) < 0) {
		free(value);
		value = NULL;
	}
	return value;
}

void pythons_process_gone(struct pythons *pythons, pid_t pid)
{
	process_free(map_remove(&pythons->processes, (uint64_t)pid));
}

void pythons_thread_gone(struct pythons *pythons, pid_t pid, pid_t tid)
{
	struct known_process *process = map_get(&pythons->processes, (uint64_t)pid);
	if (process)
		free(map_remove(&process->threads, (uint64_t)tid));
}

void pythons_exec(struct pythons *pythons, pid_t pid)
{
	char link[32], path[PATH_MAX];
	pythons_process_gone(pythons, pid);
	struct known_process *process = obtain(&pythons->processes, (uint64_t)pid, sizeof *process);
	snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
	ssize_t length = readlink(link, path, sizeof path);
	if (process && length > 0 && (size_t)length < sizeof path)
		process->directory = strndup(path, (size_t)length);
}

/* The child has what its parent has, at the same addresses. */
void pythons_fork(struct pythons *pythons, pid_t parent, pid_t child)
{
	pythons_process_gone(pythons, child);
	const struct known_process *from = map_get(&pythons->processes, (uint64_t)parent);
	struct known_process *to =
		from ? obtain(&pythons->processes, (uint64_t)child, sizeof *to) : NULL;
	if (!to)
		return;
	to->image = from->image;
	if (to->image)
		to->image->holders++;
	to->calls = from->calls;
	to->directory = from->directory ? strdup(from->directory) : NULL;
}

const char *pythons_directory(const struct pythons *pythons, pid_t pid)
{
	const struct known_process *process = map_get(&pythons->processes, (uint64_t)pid);
	return process ? process->directory : NULL;
}

unsigned pythons_unknown_version(struct pythons *pythons)
{
	unsigned version = pythons->unknown_version;
	pythons->unknown_version = 0;
	return version;
}

/* --- the look-up -------------------------------------------------------------------------- */

/* At the first call; if there is no interpreter, then at the second, fourth, eighth ... one: a
 * program can load it at any time. */
static bool find_image(struct pythons *pythons, struct known_process *process,
		       const struct source_thread *thread)
{
	unsigned unknown = 0;
	if (process->image)
		return true;
	uint64_t call = ++process->calls;
	if (call & (call - 1))
		return false;
	struct python_image *image = python_image_new();
	if (image && python_find(thread->tid, call == 1, thread->memory, image, &unknown)) {
		process->image = image;
		return true;
	}
	python_image_release(image);
	if (unknown && call == 1)
		pythons->unknown_version = unknown;
	return false;
}

static struct known_thread *find_thread(struct known_process *process,
					const struct source_thread *thread)
{
	struct known_thread *known = map_get(&process->threads, (uint64_t)thread->tid);
	uint64_t pointer;
	if (known || thread->pointer(thread, &pointer) < 0)
		return known;
	known = obtain(&process->threads, (uint64_t)thread->tid, sizeof *known);
	if (known)
		known->caller =
			(struct python_caller){ .tid = thread->tid, .thread_pointer = pointer };
	return known;
}

/* `python -c`: the outermost frame's code is what the command line has. Code that exec() runs
 * bears the same name. */
static bool is_command(const struct python_stack *stack, const struct source *source)
{
	const struct python_code *code = stack->frames[stack->count - 1].code;
	return stack->whole && source->line && source->function == code->function &&
	       code->function && !strcmp(code->function, "<module>");
}

static void add_text(struct pythons *pythons, struct known_process *process, pid_t tid,
		     struct source *source)
{
	if (!process->arguments)
		process->arguments = python_command_read(tid, &process->arguments_size);
	if (process->arguments)
		pythons->text = python_command_parse(process->arguments, process->arguments_size,
						     process->image->layout.minor, source->line);
	source->text = pythons->text;
}

static bool look_up(struct pythons *pythons, struct known_process *process,
		    struct known_thread *known, const struct memory *memory,
		    struct source *ret_source)
{
	struct python_image *image = process->image;
	struct pieces *pieces = &pythons->pieces;
	struct python_stack *stack = &pythons->stack;
	pieces_begin(pieces, memory, &known->ahead);
	uint64_t frame = python_thread_frame(image, pieces, &known->caller, &known->state);
	python_stack_walk(image, pieces, frame, false, stack);
	bool found = python_show(image, stack, pythons->via, sizeof pythons->via, ret_source);
	if (found && !strcmp(ret_source->file, "<string>")) {
		python_stack_walk(image, pieces, frame, true, stack);
		if (is_command(stack, ret_source))
			add_text(pythons, process, known->caller.tid, ret_source);
	}
	pieces_end(pieces, &known->ahead);
	return found;
}

bool pythons_line(struct pythons *pythons, const struct source_thread *thread,
		  struct source *ret_source)
{
	struct known_process *process =
		obtain(&pythons->processes, (uint64_t)thread->pid, sizeof *process);
	free(pythons->text);
	pythons->text = NULL;
	if (!process || abi_word(thread->abi) != 8 || !find_image(pythons, process, thread))
		return false;
	struct known_thread *known = find_thread(process, thread);
	if (!known)
		return false;
	python_image_trim(process->image);
	return look_up(pythons, process, known, thread->memory, ret_source);
}
