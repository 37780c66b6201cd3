#include "source/python_stack.h"

#include <string.h>

/* Who a frame belongs to, from 3.11 on: these and those above only mark where C calls Python. */
enum { FIRST_SHIM = 3 };

/* So many frames that tell nothing are passed. */
enum { MAX_SHIMS = 64 };

static uint64_t pointer_at(const struct python_layout *layout, const unsigned char *bytes,
			   enum python_field name)
{
	uint64_t value;
	memcpy(&value, bytes + layout->of[name], sizeof value);
	return value;
}

/* Without the GIL, each thread may have a copy of the bytecode (3.14). */
static uint64_t code_start(const struct python_layout *layout, struct pieces *pieces,
			   const unsigned char *frame, uint64_t code)
{
	int32_t copy = 0;
	if (layout->of[FRAME_COPY] != PYTHON_ABSENT)
		memcpy(&copy, frame + layout->of[FRAME_COPY], sizeof copy);
	if (copy <= 0)
		return code + layout->of[CODE_BYTES];
	uint64_t copies = pieces_word(pieces, code + layout->of[CODE_COPIES]);
	/* A length, then the pointers. */
	return copies ? pieces_word(pieces, copies + 8 + 8 * (uint64_t)copy) : 0;
}

/* Of the instruction that calls. A frame that has not begun stands before its code. */
static uint64_t instruction(const struct python_layout *layout, struct pieces *pieces,
			    const unsigned char *frame, uint64_t code)
{
	if (layout->minor <= 10) {
		int32_t last;
		memcpy(&last, frame + layout->of[FRAME_INSTRUCTION], sizeof last);
		uint64_t index = last > 0 ? (uint64_t)last : 0;
		return layout->minor == 10 ? 2 * index : index;
	}
	uint64_t start = code_start(layout, pieces, frame, code);
	uint64_t at = pointer_at(layout, frame, FRAME_INSTRUCTION);
	return start && at > start ? at - start : 0;
}

static bool is_shim(const struct python_layout *layout, const unsigned char *frame)
{
	return layout->of[FRAME_OWNER] != PYTHON_ABSENT &&
	       frame[layout->of[FRAME_OWNER]] >= FIRST_SHIM;
}

void python_stack_walk(struct python_image *image, struct pieces *pieces, uint64_t frame,
		       bool whole, struct python_stack *stack)
{
	const struct python_layout *layout = &image->layout;
	bool found = false;
	stack->count = 0;
	stack->whole = false;
	for (unsigned i = 0; stack->count < PYTHON_FRAMES && i < PYTHON_FRAMES + MAX_SHIMS; i++) {
		if (!frame) {
			stack->whole = true;
			return;
		}
		if (found && !whole)
			return;
		const unsigned char *bytes = pieces_at(pieces, frame, layout->frame_size);
		if (!bytes)
			return;
		/* From 3.14 on the low bits say how the reference is counted. */
		uint64_t object = pointer_at(layout, bytes, FRAME_CODE) & ~(uint64_t)3;
		frame = pointer_at(layout, bytes, FRAME_BACK);
		if (is_shim(layout, bytes))
			continue;
		struct python_code *code = python_code_at(image, pieces, object);
		if (!code)
			continue;
		stack->frames[stack->count++] = (struct python_frame){
			.code = code, .address = instruction(layout, pieces, bytes, object)
		};
		found |= code->origin == ORIGIN_PROGRAM;
	}
}
