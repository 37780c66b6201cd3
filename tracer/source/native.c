#include "source/native.h"

#include "source/native_image.h"
#include "source/native_site.h"
#include "support/map.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 8192,     /* bytes of stack that are read at once, at most */
	FIRST_DEPTH = 512, /* and at first */
};

struct natives {
	struct source_texts *texts;
	struct map images; /* pid -> struct image */
};

bool natives_exist(void)
{
	return true;
}

struct natives *natives_new(struct source_texts *texts)
{
	struct natives *natives = calloc(1, sizeof *natives);
	if (natives)
		natives->texts = texts;
	return natives;
}

void natives_free(struct natives *natives)
{
	if (!natives)
		return;
	size_t position = 0;
	for (struct image *image; (image = map_next(&natives->images, &position));)
		image_leave(image);
	map_done(&natives->images);
	free(natives);
}

void natives_forget(struct natives *natives, pid_t pid)
{
	if (natives)
		image_leave(map_remove(&natives->images, (uint64_t)pid));
}

void natives_forked(struct natives *natives, pid_t maker, pid_t child)
{
	struct image *image = natives ? map_get(&natives->images, (uint64_t)maker) : NULL;
	natives_forget(natives, child);
	if (image && map_put(&natives->images, (uint64_t)child, image) == 0)
		image->users++;
}

/* --- what a walk reads
 * ----------------------------------------------------------------------------- */

/* From the innermost frame outwards. */
struct walk {
	struct image *image;
	const struct source_thread *thread;
	uint64_t address, stack; /* of this frame */
	bool returns;            /* the address is one that a call returns to */
	/* The frame pointer, and where a call has left the return address: still in the registers,
	 * in memory, or in neither. */
	struct {
		enum native_where where;
		uint64_t value; /* WHERE_FRAME: the address in memory */
	} frame_pointer, link;
	bool looked_again; /* what was known of addresses is not any more */
	bool registers_read;
	struct user_regs_struct registers;
	uint64_t begin; /* of the window */
	size_t size;
	size_t depth; /* how far beyond the first stack pointer was read */
	unsigned char window[WINDOW];
};

static void read_window(struct walk *walk, uint64_t begin, size_t size)
{
	walk->begin = begin;
	walk->size = walk->thread->memory->read(walk->thread->memory, begin, walk->window, size);
}

static bool read_word(struct walk *walk, uint64_t address, uint64_t *ret_word)
{
	unsigned word = walk->image->word;
	if (address < walk->begin || address - walk->begin >= walk->size ||
	    walk->size - (address - walk->begin) < word)
		read_window(walk, address, FIRST_DEPTH);
	if (address < walk->begin || walk->size < word || address - walk->begin > walk->size - word)
		return false;
	uint64_t depth = address + word - walk->thread->stack;
	if (address >= walk->thread->stack && depth <= WINDOW && depth > walk->depth)
		walk->depth = depth;
	*ret_word = 0;
	/* All machines that there are rules for keep the least byte first. */
	memcpy(ret_word, walk->window + (address - walk->begin), word);
	return true;
}

static bool read_registers(struct walk *walk)
{
	if (!walk->registers_read)
		walk->registers_read = walk->thread->registers(walk->thread, &walk->registers) == 0;
	return walk->registers_read;
}

static uint64_t frame_register(const struct user_regs_struct *registers)
{
#if defined __x86_64__
	return registers->rbp;
#else
	return registers->regs[29];
#endif
}

/* Only where calls leave it in a register. */
static uint64_t link_register(const struct user_regs_struct *registers)
{
#if defined __x86_64__
	(void)registers;
	return 0;
#else
	return registers->regs[30];
#endif
}

static bool get_frame_pointer(struct walk *walk, uint64_t *ret_value)
{
	if (walk->frame_pointer.where == WHERE_FRAME)
		return read_word(walk, walk->frame_pointer.value, ret_value);
	if (walk->frame_pointer.where != WHERE_REGISTER || !read_registers(walk))
		return false;
	*ret_value = frame_register(&walk->registers);
	return true;
}

/* Whether it pays to look again: at the 1st, 2nd, 4th ... time. */
static bool is_due(uint32_t *times)
{
	++*times;
	return (*times & (*times - 1)) == 0;
}

/* --- one frame outwards
 * ------------------------------------------------------------------------------ */

static bool find_frame(struct walk *walk, const struct native_rule *rule, uint64_t *ret_frame)
{
	uint64_t base = walk->stack;
	if (rule->by_frame_pointer && !get_frame_pointer(walk, &base))
		return false;
	*ret_frame = base + (uint64_t)rule->offset;
	return !rule->indirect || read_word(walk, *ret_frame, ret_frame);
}

static bool find_caller(struct walk *walk, const struct native_rule *rule, uint64_t frame,
			uint64_t *ret_address)
{
	uint64_t offset = (uint64_t)rule->caller.offset;
	switch (rule->caller.where) {
	case WHERE_UNKNOWN:
		return false;
	case WHERE_REGISTER:
		/* Of the innermost function only: each call overwrites it. */
		if (walk->returns || !read_registers(walk))
			return false;
		*ret_address = link_register(&walk->registers);
		return true;
	case WHERE_FRAME:
		return read_word(walk, frame + offset, ret_address);
	case WHERE_STACK:
		return read_word(walk, walk->stack + offset, ret_address);
	}
	return false;
}

/* Looked for at the 1st, 2nd, 4th ... time: it depends on what is on the stack. */
static const struct native_rule *rule_here(const struct walk *walk, struct native_site *site)
{
	if (!site->rule.known && !site->rule.written && site->file && is_due(&site->searches))
		site->rule = rule_search(walk->image, walk->address, walk->stack);
	return &site->rule;
}

/* False: the walk ends here. */
static bool step_out(struct walk *walk, struct native_site *site)
{
	const struct native_rule *rule = rule_here(walk, site);
	uint64_t frame, address;
	if (!rule->known || !find_frame(walk, rule, &frame) ||
	    !find_caller(walk, rule, frame, &address))
		return false;
	/* Outwards is upwards, but for a signal's handler on a stack of its own. */
	if (!address || (frame <= walk->stack && walk->returns && !rule->signal))
		return false;
	switch (rule->frame_pointer.where) {
	case WHERE_REGISTER:
		break;
	case WHERE_UNKNOWN:
		walk->frame_pointer.where = WHERE_UNKNOWN;
		break;
	case WHERE_FRAME:
	case WHERE_STACK:
		walk->frame_pointer.where = WHERE_FRAME;
		walk->frame_pointer.value =
			(rule->frame_pointer.where == WHERE_FRAME ? frame : walk->stack) +
			(uint64_t)rule->frame_pointer.offset;
		break;
	}
	/* Above its 48 bits a signed return address has its signature. */
	enum { SIGNED_FROM = 48 };
	if (walk->image->machine == EM_AARCH64)
		address &= (UINT64_C(1) << SIGNED_FROM) - 1;
	walk->address = address;
	walk->stack = frame;
	walk->returns = !rule->signal;
	return true;
}

/* --- a call
 * -------------------------------------------------------------------------------------------- */

static struct image *image_of(struct natives *natives, const struct source_thread *thread)
{
	struct image *image = map_get(&natives->images, (uint64_t)thread->pid);
	if (!image) {
		image = image_new(thread->pid, thread->memory);
		if (image && map_put(&natives->images, (uint64_t)thread->pid, image) < 0) {
			image_leave(image);
			return NULL;
		}
	}
	if (image) {
		image->pid = thread->pid;
		image->memory = thread->memory;
	}
	return image;
}

/* A library that has come since; of processes that share an image only this one has it. */
static struct image *look_again(struct natives *natives, const struct source_thread *thread,
				struct image *image)
{
	if (image->users == 1) {
		image_refresh(image);
		return image;
	}
	natives_forget(natives, thread->pid);
	return image_of(natives, thread);
}

static bool walk_begin(struct walk *walk, struct natives *natives,
		       const struct source_thread *thread)
{
	walk->thread = thread;
	walk->image = image_of(natives, thread);
	walk->address = thread->instruction;
	walk->stack = thread->stack;
	walk->returns = false;
	walk->frame_pointer.where = WHERE_REGISTER;
	walk->looked_again = walk->registers_read = false;
	walk->size = walk->depth = 0;
	walk->begin = thread->stack;
	return walk->image != NULL;
}

/* This frame's site, looked for in new mappings too; NULL: there is no memory. */
static struct native_site *site_here(struct walk *walk, struct natives *natives)
{
	struct native_site *site =
		site_get(walk->image, natives->texts, walk->address, walk->returns);
	if (!site || site->kind != SITE_NOWHERE || !is_due(&site->misses))
		return site;
	uint32_t misses = site->misses;
	walk->looked_again = true;
	walk->image = look_again(natives, walk->thread, walk->image);
	site = walk->image ? site_get(walk->image, natives->texts, walk->address, walk->returns)
			   : NULL;
	if (site && site->kind == SITE_NOWHERE)
		site->misses = misses;
	return site;
}

/* Whether the search is over with this frame. Without a line it is the innermost frame's function
 * that counts, if that has a name; but further out there may be a line. */
static bool take(const struct native_site *site, bool innermost, bool *own,
		 struct source *ret_source)
{
	if (site->kind == SITE_LINE) {
		*ret_source = site->source;
		return true;
	}
	/* Where the C library is a part of the program, this is its function that makes the call.
	 */
	if (site->kind != SITE_OWN || *own || (innermost && site->file->libc))
		return false;
	*own = true;
	*ret_source = site->source;
	return site->file->program && !site->file->lines;
}

bool natives_line(struct natives *natives, const struct source_thread *thread,
		  struct source *ret_source)
{
	struct walk walk;
	struct source source = { 0 };
	bool own = false;
	if (!natives || !walk_begin(&walk, natives, thread))
		return false;
	struct native_site *first = site_here(&walk, natives);
	walk.looked_again = false;
	if (first)
		read_window(&walk, walk.stack, first->depth ? first->depth : FIRST_DEPTH);
	struct native_site *site = first;
	for (int i = 1; site && !take(site, i == 1, &own, &source); i++)
		site = i < SOURCE_MOST_FRAMES && step_out(&walk, site) ? site_here(&walk, natives)
								       : NULL;
	if (first && !walk.looked_again)
		first->depth = (uint32_t)walk.depth;
	if (source.function || source.line)
		*ret_source = source;
	return source.function || source.line;
}

size_t natives_stack(struct natives *natives, const struct source_thread *thread,
		     struct source_frame ret_frames[SOURCE_MOST_FRAMES])
{
	struct walk walk;
	size_t count = 0;
	if (!natives || !walk_begin(&walk, natives, thread))
		return 0;
	while (count < SOURCE_MOST_FRAMES) {
		struct native_site *site = site_here(&walk, natives);
		if (!site)
			break;
		site_describe(walk.image, site, walk.address, walk.returns);
		ret_frames[count++] = site->frame;
		if (!step_out(&walk, site))
			break;
	}
	return count;
}
