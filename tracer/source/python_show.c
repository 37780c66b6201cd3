#include "source/mappings.h"
#include "source/python_stack.h"

#include <stdio.h>

/* The innermost frame of that origin or nearer to the program. */
static size_t innermost(const struct python_stack *stack, enum python_origin origin)
{
	size_t i = 0;
	while (i < stack->count && stack->frames[i].code->origin > origin)
		i++;
	return i;
}

/* The program's own frame; of a program that is all library, as `python -m http.server` and what
 * an interpreter does at its end, the nearest to it. */
static size_t choose(const struct python_stack *stack)
{
	for (enum python_origin origin = ORIGIN_PROGRAM; origin < ORIGIN_LIBRARY; origin++) {
		size_t i = innermost(stack, origin);
		if (i < stack->count)
			return i;
	}
	return 0;
}

/* "socket.py:294 accept": through what the program made the call. */
static void tell_via(const struct python_image *image, const struct python_stack *stack,
		     size_t shown, char *via, size_t room)
{
	const struct python_frame *inner = &stack->frames[0];
	struct python_position position = python_code_position(image, inner->code, inner->address);
	const char *function = inner->code->function ? inner->code->function : "";
	char line[16] = "";
	bool loop = false;
	for (size_t i = 0; i < shown; i++)
		loop |= stack->frames[i].code->event_loop;
	if (position.line)
		snprintf(line, sizeof line, ":%u", position.line);
	snprintf(via, room, "%s%s%s%s%s%s", loop ? "asyncio event loop (" : "",
		 path_base(inner->code->file), line, *function ? " " : "", function,
		 loop ? ")" : "");
}

bool python_show(const struct python_image *image, const struct python_stack *stack, char *via,
		 size_t room, struct source *ret_source)
{
	if (!stack->count)
		return false;
	size_t shown = choose(stack);
	const struct python_frame *frame = &stack->frames[shown];
	struct python_position position = python_code_position(image, frame->code, frame->address);
	if (shown)
		tell_via(image, stack, shown, via, room);
	*ret_source = (struct source){ .language = SOURCE_PYTHON,
				       .file = frame->code->file,
				       .line = position.line,
				       .column = position.column,
				       .end_column = position.end_column,
				       .function = frame->code->function,
				       .via = shown ? via : NULL };
	return true;
}
