/*
 * The caller of a function that nothing is written about: musl is built without call frame
 * information. What stands on the stack is a return address if the instruction before it calls
 * the function that runs, and that function's code, from its beginning to where the thread is,
 * has moved the stack pointer exactly so far down. Both must be so; anything less would be a
 * guess, since old return addresses lie about on every stack.
 */
#include "source/native_code.h"
#include "source/native_site.h"

#include <elf.h>
#include <string.h>

enum {
	WORD = 8,
	MOST_WORDS = 96, /* of the stack */
	LONGEST_CODE = 2048,
	MOST_BRANCHES = 64,
	MOST_TAILS = 4, /* jumps from one function's end to another's beginning */
};

/* --- from a function's beginning to where it is
 * ------------------------------------------------------- */

struct sweep {
	const struct image *image;
	uint64_t goal;
	struct branch {
		uint64_t target;
		int64_t depth, saved;
	} branches[MOST_BRANCHES];
	size_t count;
	uint64_t tails[MOST_TAILS];
	size_t tail_count;
};

/* Where the stack pointer is, in bytes below what it was at the beginning, and where %rbp was
 * saved, counted so; -1: it was not. */
struct state {
	int64_t depth, saved;
};

static void note_branch(struct sweep *sweep, uint64_t target, const struct state *state)
{
	if (sweep->count < MOST_BRANCHES)
		sweep->branches[sweep->count++] =
			(struct branch){ target, state->depth, state->saved };
}

static bool take_branch(const struct sweep *sweep, uint64_t address, struct state *state)
{
	for (size_t i = 0; i < sweep->count; i++)
		if (sweep->branches[i].target == address) {
			*state = (struct state){ sweep->branches[i].depth,
						 sweep->branches[i].saved };
			return true;
		}
	return false;
}

/* Code in the order of its addresses: what a jump has left out is reached by an earlier branch,
 * or not at all. */
static bool sweep_function(struct sweep *sweep, uint64_t begin, struct state *ret_state)
{
	unsigned char bytes[LONGEST_CODE];
	struct state state = { 0, -1 };
	bool reached = true;
	size_t size = sweep->image->memory->read(sweep->image->memory, begin, bytes, sizeof bytes);
	sweep->count = 0;
	for (size_t at = 0; at < size;) {
		struct instruction code;
		uint64_t address = begin + at;
		reached = take_branch(sweep, address, &state) || reached;
		if (address == sweep->goal) {
			*ret_state = state;
			return reached;
		}
		if (!instruction_read(bytes + at, size - at, address, &code))
			return false;
		at += code.length;
		if (reached) {
			state.depth += code.down;
			if (code.saves_frame_pointer && state.saved < 0)
				state.saved = state.depth;
		}
		if (reached && (code.kind == CODE_BRANCH || code.kind == CODE_JUMP))
			note_branch(sweep, code.target, &state);
		if (reached && code.kind == CODE_JUMP && state.depth == 0 &&
		    sweep->tail_count < MOST_TAILS)
			sweep->tails[sweep->tail_count++] = code.target;
		if (code.kind == CODE_JUMP || code.kind == CODE_END)
			reached = false;
	}
	return false;
}

/* A function may end by a jump to the beginning of another one, which then runs in its place. */
static bool find_depth(const struct image *image, uint64_t begin, uint64_t goal,
		       struct state *ret_state)
{
	struct sweep sweep = { .image = image, .goal = goal };
	if (sweep_function(&sweep, begin, ret_state))
		return true;
	for (size_t i = 0; i < sweep.tail_count; i++)
		if (sweep_function(&sweep, sweep.tails[i], ret_state))
			return true;
	return false;
}

/* --- what a call calls
 * ---------------------------------------------------------------------------------- */

static bool read_at(const struct image *image, uint64_t address, void *bytes, size_t size)
{
	return image->memory->read(image->memory, address, bytes, size) == size;
}

static uint64_t distance_at(const unsigned char *bytes)
{
	int32_t distance;
	memcpy(&distance, bytes, sizeof distance);
	return (uint64_t)(int64_t)distance;
}

/* The entry of a procedure linkage table: [endbr64] [bnd] jmp *DISTANCE(%rip). Else the function
 * itself. */
static uint64_t leave_table(const struct image *image, uint64_t target)
{
	static const unsigned char landing[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	unsigned char bytes[16];
	uint64_t function = 0;
	if (!read_at(image, target, bytes, sizeof bytes))
		return 0;
	size_t at = memcmp(bytes, landing, sizeof landing) == 0 ? sizeof landing : 0;
	at += bytes[at] == 0xf2;
	if (bytes[at] != 0xff || bytes[at + 1] != 0x25)
		return target;
	return read_at(image, target + at + 6 + distance_at(bytes + at + 2), &function,
		       sizeof function)
		       ? function
		       : 0;
}

/* The beginning of the function that the call before this address calls; 0: there is no such
 * call, or it goes through a register. */
static uint64_t called_before(const struct image *image, uint64_t address)
{
	unsigned char bytes[6];
	uint64_t function = 0;
	struct native_file *file;
	if (!image_module(image, address - 1, &file) ||
	    !read_at(image, address - sizeof bytes, bytes, sizeof bytes))
		return 0;
	if (bytes[1] == 0xe8)
		return leave_table(image, address + distance_at(bytes + 2));
	if (bytes[0] != 0xff || bytes[1] != 0x15)
		return 0;
	return read_at(image, address + distance_at(bytes + 2), &function, sizeof function)
		       ? function
		       : 0;
}

/* --- a rule
 * -----------------------------------------------------------------------------------------------
 */

struct native_rule rule_search(const struct image *image, uint64_t address, uint64_t stack)
{
	uint64_t words[MOST_WORDS];
	struct state state;
	if (image->machine != EM_X86_64)
		return (struct native_rule){ 0 };
	size_t count = image->memory->read(image->memory, stack, words, sizeof words) / WORD;
	for (size_t i = 0; i < count; i++) {
		uint64_t begin = called_before(image, words[i]);
		if (!begin || !find_depth(image, begin, address, &state) ||
		    state.depth != (int64_t)(i * WORD))
			continue;
		bool saved = state.saved >= 0;
		return (struct native_rule){
			.known = true,
			.offset = state.depth + WORD,
			.caller = { WHERE_FRAME, -WORD },
			.frame_pointer = { saved ? WHERE_FRAME : WHERE_REGISTER,
					   saved ? -WORD - state.saved : 0 },
		};
	}
	return (struct native_rule){ 0 };
}
