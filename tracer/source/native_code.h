/* Inside native.c's house: machine code of x86_64, read as far as it moves the stack pointer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum code_kind {
	CODE_PLAIN,  /* goes on behind itself */
	CODE_BRANCH, /* or at `target` */
	CODE_JUMP,   /* goes on at `target` */
	CODE_CALL,   /* the same, and comes back */
	CODE_END,    /* a return, or a jump to nobody knows where */
};

struct instruction {
	enum code_kind kind;
	uint8_t length; /* bytes */
	int32_t down;   /* so much lower is the stack pointer behind it */
	bool saves_frame_pointer;
	uint64_t target; /* an address */
};

/* The instruction at that address; false: one that is not known here, or that sets the stack
 * pointer to what nobody knows beforehand. */
bool instruction_read(const unsigned char *bytes, size_t size, uint64_t address,
		      struct instruction *ret_instruction);
