#include "source/native_code.h"

#include <string.h>

/* The numbers are those of Intel's manual, volume 2, appendix A. */

enum {
	STACK = 4, /* %rsp as an operand */
	FRAME = 5, /* %rbp */
	REX_WIDE = 8,
	REX_REG = 4,
	REX_RM = 1,
};

/* While one instruction is read. */
struct reader {
	const unsigned char *bytes;
	size_t size, at;
	unsigned rex;
	bool narrow; /* 0x66: operands of 16 bits */
	bool bad;
	unsigned mode, reg, rm; /* of the ModRM byte */
	int32_t displacement;
	bool plain_stack; /* the operand is displacement(%rsp) */
};

static unsigned take(struct reader *reader)
{
	if (reader->at < reader->size)
		return reader->bytes[reader->at++];
	reader->bad = true;
	return 0;
}

/* A number of 1 or 4 bytes with its sign. */
static int32_t take_number(struct reader *reader, size_t size)
{
	uint32_t value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint32_t)take(reader) << 8 * i;
	return size == 1 ? (int8_t)value : (int32_t)value;
}

static void take_operands(struct reader *reader)
{
	unsigned byte = take(reader);
	unsigned base = STACK, index = STACK;
	reader->mode = byte >> 6;
	reader->reg = byte >> 3 & 7;
	reader->rm = byte & 7;
	if (reader->mode == 3)
		return;
	if (reader->rm == 4) {
		unsigned scaled = take(reader);
		base = scaled & 7;
		index = scaled >> 3 & 7;
	}
	bool far = reader->mode == 2 ||
		   (reader->mode == 0 && (reader->rm == 5 || (reader->rm == 4 && base == 5)));
	if (reader->mode == 1)
		reader->displacement = take_number(reader, 1);
	else if (far)
		reader->displacement = take_number(reader, 4);
	reader->plain_stack = reader->rm == 4 && base == STACK && index == STACK &&
			      !(reader->rex & 3) && reader->mode != 0;
}

static bool is_stack_pointer(const struct reader *reader)
{
	return reader->mode == 3 && reader->rm == STACK && !(reader->rex & REX_RM);
}

static bool writes_stack_pointer(const struct reader *reader)
{
	return reader->reg == STACK && !(reader->rex & REX_REG);
}

/* --- what moves the stack pointer
 * ------------------------------------------------------------------ */

static void jump(struct reader *reader, struct instruction *code, enum code_kind kind, size_t size,
		 uint64_t address)
{
	int32_t distance = take_number(reader, size);
	code->kind = kind;
	code->target = address + reader->at + (uint64_t)(int64_t)distance;
}

/* add, sub and the like, with a number: 0x80, 0x81, 0x83. */
static void calculate(struct reader *reader, struct instruction *code, unsigned opcode)
{
	enum { ADD = 0, SUBTRACT = 5, COMPARE = 7 };
	take_operands(reader);
	size_t size = opcode == 0x81 ? 4 : 1;
	if (opcode == 0x81 && reader->narrow)
		reader->bad = true;
	int32_t number = take_number(reader, size);
	if (!is_stack_pointer(reader) || reader->reg == COMPARE)
		return;
	if (reader->reg != ADD && reader->reg != SUBTRACT)
		reader->bad = true;
	code->down = reader->reg == SUBTRACT ? number : -number;
}

static void load_address(struct reader *reader, struct instruction *code)
{
	take_operands(reader);
	if (!writes_stack_pointer(reader))
		return;
	if (!reader->plain_stack)
		reader->bad = true;
	code->down = -reader->displacement;
}

/* 0xFF: push, calls and jumps through memory or a register, among others. */
static void one_of_group_5(struct reader *reader, struct instruction *code)
{
	enum { CALL = 2, JUMP = 4, PUSH = 6 };
	take_operands(reader);
	if (reader->reg == CALL)
		code->kind = CODE_PLAIN;
	else if (reader->reg == JUMP)
		code->kind = CODE_END;
	else if (reader->reg == PUSH)
		code->down = 8;
	else if (is_stack_pointer(reader))
		reader->bad = true;
}

/* --- all others
 * ------------------------------------------------------------------------------------- */

/* Opcodes behind 0x0F. */
static void read_second(struct reader *reader, struct instruction *code, uint64_t address)
{
	unsigned opcode = take(reader);
	if (opcode >= 0x80 && opcode <= 0x8f) {
		jump(reader, code, CODE_BRANCH, 4, address);
		return;
	}
	if (opcode == 0x05 || opcode == 0xa2 || (opcode >= 0xc8 && opcode <= 0xcf))
		return; /* syscall, cpuid, bswap */
	static const unsigned char with_operands[] = {
		0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x1f, 0x28,
		0x29, 0x2a, 0x2c, 0x2d, 0x2e, 0x2f, 0x54, 0x57, 0x58, 0x59, 0x5c,
		0x5e, 0x6e, 0x6f, 0x7e, 0x7f, 0xa3, 0xab, 0xaf, 0xb0, 0xb1, 0xb3,
		0xb6, 0xb7, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0, 0xc1, 0xd6, 0xef,
	};
	take_operands(reader);
	if (opcode == 0x70 || opcode == 0xba || opcode == 0xc6)
		take_number(reader, 1);
	else if (!(opcode >= 0x40 && opcode <= 0x4f) && !(opcode >= 0x90 && opcode <= 0x9f) &&
		 !memchr(with_operands, (int)opcode, sizeof with_operands))
		reader->bad = true;
}

static void read_first(struct reader *reader, struct instruction *code, unsigned opcode,
		       uint64_t address)
{
	size_t word = reader->narrow ? 2 : 4;
	if (opcode < 0x40 && (opcode & 7) < 4) {
		take_operands(reader);
		/* All but cmp write, to the one operand or the other. */
		if (opcode < 0x38 &&
		    (opcode & 2 ? writes_stack_pointer(reader) : is_stack_pointer(reader)))
			reader->bad = true;
	} else if (opcode < 0x40 && (opcode & 7) < 6) {
		reader->at += opcode & 1 ? word : 1;
	} else if (opcode >= 0x50 && opcode <= 0x57) {
		code->down = 8;
		code->saves_frame_pointer = opcode == 0x50 + FRAME && !(reader->rex & REX_RM);
	} else if (opcode >= 0x58 && opcode <= 0x5f) {
		code->down = -8;
	} else if (opcode == 0x68 || opcode == 0x6a) {
		reader->at += opcode == 0x68 ? word : 1;
		code->down = 8;
	} else if (opcode == 0x69 || opcode == 0x6b || opcode == 0xc6 || opcode == 0xc7 ||
		   opcode == 0xc0 || opcode == 0xc1) {
		take_operands(reader);
		reader->at += opcode == 0x69 || opcode == 0xc7 ? word : 1;
	} else if (opcode == 0x63 || (opcode >= 0x84 && opcode <= 0x87) ||
		   (opcode >= 0xd0 && opcode <= 0xd3) || opcode == 0xfe) {
		take_operands(reader);
	} else if (opcode >= 0x88 && opcode <= 0x8b) {
		take_operands(reader);
		if (opcode & 2 ? writes_stack_pointer(reader) : is_stack_pointer(reader))
			reader->bad = true;
	} else if (opcode == 0xf6 || opcode == 0xf7) {
		take_operands(reader);
		if (reader->reg < 2)
			reader->at += opcode == 0xf7 ? word : 1;
	} else if (opcode >= 0xb0 && opcode <= 0xbf) {
		reader->at += opcode < 0xb8 ? 1 : reader->rex & REX_WIDE ? 8 : word;
	} else if (opcode == 0xa8 || opcode == 0xa9) {
		reader->at += opcode == 0xa9 ? word : 1;
	} else if (opcode >= 0x70 && opcode <= 0x7f) {
		jump(reader, code, CODE_BRANCH, 1, address);
	} else if (opcode == 0xe8 || opcode == 0xe9 || opcode == 0xeb) {
		jump(reader, code, opcode == 0xe8 ? CODE_CALL : CODE_JUMP, opcode == 0xeb ? 1 : 4,
		     address);
	} else if (opcode == 0xc3) {
		code->kind = CODE_END;
	} else if (!(opcode >= 0x90 && opcode <= 0x99)) { /* xchg, nop, cltq, cqto */
		reader->bad = true;
	}
}

bool instruction_read(const unsigned char *bytes, size_t size, uint64_t address,
		      struct instruction *ret_instruction)
{
	struct reader reader = { .bytes = bytes, .size = size };
	struct instruction code = { .kind = CODE_PLAIN };
	unsigned opcode = take(&reader);
	/* Prefixes: operand size, repetition, %fs. */
	for (; opcode == 0x66 || opcode == 0xf2 || opcode == 0xf3 || opcode == 0x64;
	     opcode = take(&reader))
		reader.narrow |= opcode == 0x66;
	if (opcode >= 0x40 && opcode <= 0x4f) {
		reader.rex = opcode & 15;
		opcode = take(&reader);
	}
	if (opcode == 0x0f)
		read_second(&reader, &code, address);
	else if (opcode == 0x80 || opcode == 0x81 || opcode == 0x83)
		calculate(&reader, &code, opcode);
	else if (opcode == 0x8d)
		load_address(&reader, &code);
	else if (opcode == 0xff)
		one_of_group_5(&reader, &code);
	else
		read_first(&reader, &code, opcode, address);
	if (reader.bad || reader.at > size)
		return false;
	code.length = (uint8_t)reader.at;
	*ret_instruction = code;
	return true;
}
