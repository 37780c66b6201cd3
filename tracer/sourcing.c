#include "sourcing.h"

#include "session.h"

#include "formatters/formatter.h"
#include "ptrace/memory.h"
#include "ptrace/registers.h"
#include "source/native.h"
#include "source/python.h"
#include "source/text.h"
#include "source/thread.h"
#include "support/arena.h"
#include "support/hash.h"
#include "support/language.h"
#include "support/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct sourcing {
	struct source_texts *texts;
	struct natives *natives;
	struct pythons *pythons;
	bool listings;     /* an output takes them */
	struct map listed; /* hash of a file's name -> hash of its listing, in place of a pointer */
};

int sourcing_open(struct session *session)
{
	if (session->options->no_source)
		return 0;
	struct sourcing *sourcing = calloc(1, sizeof *sourcing);
	if (!sourcing)
		return -ENOMEM;
	session->sourcing = sourcing;
	sourcing->texts = source_texts_new();
	sourcing->natives = sourcing->texts ? natives_new(sourcing->texts) : NULL;
	sourcing->pythons = pythons_new();
	sourcing->listings = options_take(session->options, format_takes_listings);
	bool native = sourcing->natives || !natives_exist();
	return sourcing->texts && sourcing->pythons && native ? 0 : -ENOMEM;
}

void sourcing_close(struct session *session)
{
	struct sourcing *sourcing = session->sourcing;
	if (!sourcing)
		return;
	natives_free(sourcing->natives);
	pythons_free(sourcing->pythons);
	source_texts_free(sourcing->texts);
	map_done(&sourcing->listed);
	free(sourcing);
	session->sourcing = NULL;
}

/* --- a call --------------------------------------------------------------------------------------
 */

static int read_registers(const struct source_thread *thread,
			  struct user_regs_struct *ret_registers)
{
	return registers_look(thread->tid, ret_registers);
}

static int read_pointer(const struct source_thread *thread, uint64_t *ret_pointer)
{
	return registers_thread_pointer(thread->tid, ret_pointer);
}

/* Its text is in a file but for code that came otherwise: <string>, <stdin>. */
static bool find_python(struct sourcing *sourcing, const struct source_thread *thread,
			struct source *ret_source)
{
	if (!pythons_line(sourcing->pythons, thread, ret_source))
		return false;
	const char *file = ret_source->file;
	const char *folder = pythons_directory(sourcing->pythons, thread->pid);
	ret_source->folder = folder;
	if (!ret_source->text && ret_source->line && *file != '<' && (*file == '/' || folder))
		ret_source->text = source_text_line(sourcing->texts, thread->pid, folder, file,
						    ret_source->line);
	return true;
}

/* Python's line where the call comes from Python: that of its interpreter says nothing. */
static bool find(struct sourcing *sourcing, const struct source_thread *thread,
		 struct source *ret_source)
{
	return find_python(sourcing, thread, ret_source) ||
	       natives_line(sourcing->natives, thread, ret_source);
}

static const char *copy(struct arena *arena, const char *text)
{
	return text ? arena_copy(arena, text) : NULL;
}

static const struct source *copy_source(struct arena *arena, const struct source *source)
{
	struct source *kept = arena_alloc(arena, sizeof *kept);
	if (!kept)
		return NULL;
	*kept = *source;
	kept->file = copy(arena, source->file);
	kept->function = copy(arena, source->function);
	kept->text = copy(arena, source->text);
	kept->via = copy(arena, source->via);
	kept->folder = NULL;
	return kept;
}

static void find_stack(struct sourcing *sourcing, const struct source_thread *thread,
		       struct pending *pending)
{
	struct arena *arena = pending->event->arena;
	struct source_frame frames[SOURCE_MOST_FRAMES];
	size_t count = natives_stack(sourcing->natives, thread, frames);
	struct source_frame *stack = count ? arena_alloc(arena, count * sizeof *stack) : NULL;
	for (size_t i = 0; stack && i < count; i++) {
		stack[i] = frames[i];
		stack[i].module = copy(arena, frames[i].module);
		stack[i].function = copy(arena, frames[i].function);
		stack[i].file = copy(arena, frames[i].file);
	}
	pending->stack = stack;
	pending->stack_count = stack ? count : 0;
}

/* --- listings ----------------------------------------------------------------------------------
 */

/* Whether the file of that name had another text when it was listed last, or was not. */
static bool is_new(struct sourcing *sourcing, const char *file, const char *text)
{
	uint64_t name = hash_text(file);
	void *now = (void *)(uintptr_t)(hash_text(text) | 1);
	if (map_get(&sourcing->listed, name) == now)
		return false;
	map_remove(&sourcing->listed, name);
	map_put(&sourcing->listed, name, now);
	return true;
}

/* A file is recorded before the first call that was made in it. */
static void list(struct session *session, pid_t pid, const struct source *source)
{
	struct sourcing *sourcing = session->sourcing;
	/* <string>, <stdin>: code that is in no file, whatever files are called. */
	if (!sourcing->listings || !source->text || !source->file || *source->file == '<')
		return;
	const char *text = source_text_listing(sourcing->texts, pid, source->folder, source->file);
	if (!text || !is_new(sourcing, source->file, text))
		return;
	struct record record = record_blank(RECORD_LISTING, session_now(session));
	record.listing = (struct record_listing){
		.language = source->language,
		.file = source->file,
		.text = text,
	};
	session_write(session, &record);
}

/* Whoever waits for Python's lines is told why there are none. */
static void tell_unknown(struct session *session, const struct process *process)
{
	char what[64];
	unsigned minor = pythons_unknown_version(session->sourcing->pythons);
	if (!minor)
		return;
	snprintf(what, sizeof what, _("the lines of Python 3.%u cannot be found"), minor);
	session_notice(session, process, what, _("CPython 3.8 to 3.15 are known"));
}

void sourcing_enter(struct session *session, struct pending *pending, const struct stop *stop)
{
	struct sourcing *sourcing = session->sourcing;
	struct arena *arena = pending->event->arena;
	struct source source = { 0 };
	struct live_memory memory;
	if (!sourcing)
		return;
	live_memory_init(&memory, stop->tid);
	struct source_thread thread = {
		.pid = pending->thread->process->pid,
		.tid = stop->tid,
		.abi = stop->abi,
		.instruction = stop->instruction,
		.stack = stop->stack,
		.memory = &memory.memory,
		.registers = read_registers,
		.pointer = read_pointer,
	};
	if (find(sourcing, &thread, &source)) {
		pending->source = copy_source(arena, &source);
		list(session, thread.pid, &source);
	}
	if (session->options->stack)
		find_stack(sourcing, &thread, pending);
	tell_unknown(session, pending->thread->process);
}

void sourcing_tell(const struct pending *pending, struct record *record)
{
	record->source = pending->source;
	record->stack = pending->stack;
	record->stack_count = pending->stack_count;
}

/* --- processes
 * ------------------------------------------------------------------------------------ */

void sourcing_execed(struct session *session, const struct process *process)
{
	if (!session->sourcing)
		return;
	source_texts_execed(session->sourcing->texts, process->pid);
	natives_forget(session->sourcing->natives, process->pid);
	pythons_exec(session->sourcing->pythons, process->pid);
}

void sourcing_forked(struct session *session, const struct process *maker,
		     const struct process *child)
{
	if (!session->sourcing)
		return;
	source_texts_forked(session->sourcing->texts, maker->pid, child->pid);
	natives_forked(session->sourcing->natives, maker->pid, child->pid);
	pythons_fork(session->sourcing->pythons, maker->pid, child->pid);
}

void sourcing_gone(struct session *session, const struct process *process)
{
	if (!session->sourcing)
		return;
	source_texts_forget(session->sourcing->texts, process->pid);
	natives_forget(session->sourcing->natives, process->pid);
	pythons_process_gone(session->sourcing->pythons, process->pid);
}

void sourcing_thread_gone(struct session *session, const struct thread *thread)
{
	if (session->sourcing && thread->process)
		pythons_thread_gone(session->sourcing->pythons, thread->process->pid, thread->tid);
}
