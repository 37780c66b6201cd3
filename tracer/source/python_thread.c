#include "source/python_stack.h"

#include <string.h>

/* Lists in a tracee's memory may be in the making, or made to go on for ever. The threads are
 * those of all interpreters. */
enum { MAX_INTERPRETERS = 256, MAX_THREADS = 100000 };

/* pthread_self() is the thread pointer on x86-64; on aarch64 that points behind the C library's
 * structure of the thread, which has some 2000 bytes. */
static bool same_thread(uint64_t id, uint64_t thread_pointer)
{
#if defined __aarch64__
	return id && thread_pointer > id && thread_pointer - id <= 4096;
#else
	return id && id == thread_pointer;
#endif
}

struct state {
	uint64_t id, native, frame, next;
};

static uint64_t field(const struct python_layout *layout, const unsigned char *bytes,
		      enum python_field name)
{
	uint64_t value = 0;
	if (layout->of[name] != PYTHON_ABSENT)
		memcpy(&value, bytes + layout->of[name], sizeof value);
	return value;
}

static bool parse_state(const struct python_layout *layout, const unsigned char *bytes,
			struct state *ret_state)
{
	if (!bytes)
		return false;
	*ret_state = (struct state){ .id = field(layout, bytes, THREAD_ID),
				     .native = field(layout, bytes, THREAD_NATIVE),
				     .frame = field(layout, bytes, THREAD_FRAME),
				     .next = field(layout, bytes, THREAD_NEXT) };
	return true;
}

/* 3.11 and 3.12 have a structure of C's stack between the two. */
static uint64_t frame_of(const struct python_layout *layout, struct pieces *pieces,
			 const struct state *state)
{
	if (layout->of[CFRAME_FRAME] == PYTHON_ABSENT || !state->frame)
		return state->frame;
	return pieces_word(pieces, state->frame + layout->of[CFRAME_FRAME]);
}

/* The best state so far: that of the thread pointer, else of the thread's number. The latter is as
 * the program's own PID namespace counts, in which another thread can have it. */
struct best {
	uint64_t address, frame;
	bool certain;
	unsigned looked; /* at so many states */
};

static void consider(const struct python_layout *layout, struct pieces *pieces,
		     const struct python_caller *caller, uint64_t address,
		     const struct state *state, struct best *best)
{
	bool certain = same_thread(state->id, caller->thread_pointer);
	bool maybe = state->native && state->native == (uint64_t)caller->tid;
	if (!certain && !maybe)
		return;
	/* Of several (subinterpreters) the newest that runs something; they come in that order. */
	if (best->frame && (best->certain || !certain))
		return;
	uint64_t frame = frame_of(layout, pieces, state);
	if (best->address && !frame && (best->certain || !certain))
		return;
	best->address = address;
	best->frame = frame;
	best->certain = certain;
}

/* Not by way of the pieces, which are for what comes again. */
static bool read_word(const struct memory *memory, uint64_t address, uint64_t *ret_word)
{
	return memory->read(memory, address, ret_word, sizeof *ret_word) == sizeof *ret_word;
}

static void search_threads(const struct python_image *image, struct pieces *pieces,
			   const struct python_caller *caller, uint64_t first, struct best *best)
{
	const struct python_layout *layout = &image->layout;
	const struct memory *memory = pieces->memory;
	unsigned char bytes[2048];
	if (layout->thread_size > sizeof bytes)
		return;
	for (; first && best->looked < MAX_THREADS && !(best->certain && best->frame);
	     best->looked++) {
		struct state state;
		if (memory->read(memory, first, bytes, layout->thread_size) !=
			    layout->thread_size ||
		    !parse_state(layout, bytes, &state))
			return;
		consider(layout, pieces, caller, first, &state, best);
		first = state.next;
	}
}

static struct best search(const struct python_image *image, struct pieces *pieces,
			  const struct python_caller *caller)
{
	const struct python_layout *layout = &image->layout;
	const struct memory *memory = pieces->memory;
	struct best best = { 0 };
	uint64_t interpreter, threads;
	if (!read_word(memory, image->runtime + layout->of[RUNTIME_INTERPRETERS], &interpreter))
		return best;
	for (unsigned i = 0; interpreter && i < MAX_INTERPRETERS; i++) {
		if (!read_word(memory, interpreter + layout->of[INTERPRETER_THREADS], &threads))
			break;
		search_threads(image, pieces, caller, threads, &best);
		if (!read_word(memory, interpreter + layout->of[INTERPRETER_NEXT], &interpreter))
			break;
	}
	return best;
}

uint64_t python_thread_frame(const struct python_image *image, struct pieces *pieces,
			     const struct python_caller *caller, uint64_t *state)
{
	const struct python_layout *layout = &image->layout;
	struct best best = { 0 };
	struct state known;
	/* A thread of C's gets a new state for each visit to Python: its address is only a hint. */
	if (*state && parse_state(layout, pieces_at(pieces, *state, layout->thread_size), &known))
		consider(layout, pieces, caller, *state, &known, &best);
	if (best.certain && best.frame)
		return best.frame;
	best = search(image, pieces, caller);
	*state = best.address;
	/* From now on it is read ahead. */
	if (best.address)
		pieces_at(pieces, best.address, layout->thread_size);
	return best.frame;
}
