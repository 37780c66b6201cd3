/*
 * A mock interpreter: the program that includes this has what CPython 3.13 and later have, with
 * offsets of its own choosing, and is looked into as a tracee is.
 */
#pragma once

#include "ptrace/memory.h"
#include "source/python.h"
#include "support/auto.h"
#include "unit.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- structures of the mock's own ------------------------------------------------------------ */

struct type {
	uint64_t nothing[2];
	const char *name;
};

struct string {
	uint64_t length;
	const struct type *type;
	uint32_t state;
	uint32_t gap;
	char ascii[16]; /* other characters begin behind these 16 bytes */
	char other[64];
};

struct bytes {
	uint64_t size;
	const struct type *type;
	uint8_t data[64];
};

struct code {
	const struct type *type;
	int32_t first_line;
	const struct string *file, *name, *qualified;
	const struct bytes *table;
	uint64_t *copies;
	uint8_t bytes[64];
};

struct frame {
	struct frame *back;
	uint64_t code;
	const uint8_t *instruction;
	int32_t copy;
	char owner;
};

struct state {
	struct state *next;
	uint64_t id, native;
	struct frame *frame;
};

struct interpreter {
	struct interpreter *next;
	struct state *threads;
};

/* Of 3.14: where each offset is told (python_layout.c has these from CPython's headers). */
static const struct {
	size_t position;
	uint64_t offset;
} told[] = {
	{ 40, 1000 },
	{ 64, offsetof(struct interpreter, next) },
	{ 72, offsetof(struct interpreter, threads) },
	{ 192, offsetof(struct state, next) + 8 }, /* see MOVED */
	{ 208, offsetof(struct state, frame) + 8 },
	{ 216, offsetof(struct state, id) + 8 },
	{ 224, offsetof(struct state, native) + 8 },
	{ 256, offsetof(struct frame, back) },
	{ 264, offsetof(struct frame, code) },
	{ 272, offsetof(struct frame, instruction) },
	{ 288, offsetof(struct frame, owner) },
	{ 304, offsetof(struct frame, copy) },
	{ 320, offsetof(struct code, file) },
	{ 328, offsetof(struct code, name) },
	{ 336, offsetof(struct code, qualified) },
	{ 344, offsetof(struct code, table) },
	{ 352, offsetof(struct code, first_line) },
	{ 384, offsetof(struct code, bytes) },
	{ 392, offsetof(struct code, copies) },
	{ 408, offsetof(struct code, type) },
	{ 424, offsetof(struct type, name) },
	{ 600, offsetof(struct bytes, size) },
	{ 608, offsetof(struct bytes, data) },
	{ 624, offsetof(struct string, state) },
	{ 632, offsetof(struct string, length) },
	{ 640, offsetof(struct string, ascii) },
};

/* The offset of `next` is never 0, so a state has a word before it. */
struct moved {
	uint64_t word;
	struct state state;
};

/* Found by their names, as in CPython. */
extern unsigned char _PyRuntime[1024];
extern struct type PyCode_Type;
alignas(8) unsigned char _PyRuntime[1024];
struct type PyCode_Type = { .name = "code" };

/* --- the world of one test ------------------------------------------------------------------- */

enum { THREAD_POINTER = 0x7000 };

static struct interpreter interpreter;
static struct moved state;
static struct frame frames[4];
static struct code user, library;
static struct string user_file, library_file, user_name, library_name;
static struct bytes user_table, library_table;
static uint8_t copied[64];
static uint64_t copies[4];
static struct pythons *pythons;
static struct source source;

static void put(size_t position, uint64_t value)
{
	memcpy(_PyRuntime + position, &value, sizeof value);
}

enum { COMPACT = 1 << 5, ASCII = 1 << 6, KIND_1 = 1 << 2, KIND_2 = 2 << 2, KIND_4 = 4 << 2 };

static void set_string(struct string *string, const char *text)
{
	*string = (struct string){ .length = strlen(text), .state = COMPACT | ASCII | KIND_1 };
	snprintf(string->ascii, sizeof string->ascii, "%s", text);
}

/* One entry for each instruction of two bytes: lines 1, 2, 3 ... with columns 4 to 9. */
static void set_table(struct bytes *table)
{
	*table = (struct bytes){ 0 };
	for (size_t i = 0; i + 3 <= sizeof table->data; i += 3) {
		static const uint8_t entry[] = { 0x80 | 11 << 3, 4, 9 };
		memcpy(table->data + i, entry, sizeof entry);
		table->size += sizeof entry;
	}
}

static void set_code(struct code *code, const struct string *file, const struct string *name,
		     const struct bytes *table)
{
	*code = (struct code){ .type = &PyCode_Type,
			       .file = file,
			       .name = name,
			       .qualified = name,
			       .table = table,
			       .copies = copies };
}

static void set_frame(struct frame *frame, struct frame *back, const struct code *code,
		      unsigned line)
{
	*frame = (struct frame){ .back = back,
				 .code = (uint64_t)(uintptr_t)code,
				 .instruction = code->bytes + (size_t)2 * (line - 1) };
}

static void setup(void)
{
	memset(_PyRuntime, 0, sizeof _PyRuntime);
	memcpy(_PyRuntime, "xdebugpy", sizeof "xdebugpy");
	put(8, 0x030e00f0);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		put(told[i].position, told[i].offset);
	put(1000, (uint64_t)(uintptr_t)&interpreter);
	interpreter = (struct interpreter){ .threads = (struct state *)(void *)&state };
	state = (struct moved){ .state = { .id = THREAD_POINTER, .frame = &frames[0] } };
	set_string(&user_file, "/home/u/a.py");
	set_string(&user_name, "main");
	set_string(&library_file, "");
	static const char socket_py[] = "/usr/lib/python3.14/socket.py";
	library_file.state = COMPACT | KIND_1;
	library_file.length = strlen(socket_py);
	memcpy(library_file.other, socket_py, sizeof socket_py);
	set_string(&library_name, "accept");
	set_table(&user_table);
	set_table(&library_table);
	set_code(&user, &user_file, &user_name, &user_table);
	set_code(&library, &library_file, &library_name, &library_table);
	PyCode_Type.name = "code";
	set_frame(&frames[0], &frames[1], &library, 7);
	set_frame(&frames[1], NULL, &user, 3);
	pythons = pythons_new();
	ck_assert_ptr_nonnull(pythons);
}

static void teardown(void)
{
	pythons_free(pythons);
}

static int pointer(const struct source_thread *thread, uint64_t *ret_pointer)
{
	(void)thread;
	*ret_pointer = THREAD_POINTER;
	return 0;
}

static bool look(void)
{
	struct live_memory memory;
	live_memory_init(&memory, getpid());
	const struct source_thread thread = { .pid = getpid(),
					      .tid = getpid(),
					      .abi = ABI_NATIVE,
					      .memory = &memory.memory,
					      .pointer = pointer };
	memset(&source, 0, sizeof source);
	return pythons_line(pythons, &thread, &source);
}

#define IS(file_, line_, via_)                           \
	do {                                             \
		ck_assert(look());                       \
		ck_assert_str_eq(source.file, (file_));  \
		ck_assert_uint_eq(source.line, (line_)); \
		ck_assert_pstr_eq(source.via, (via_));   \
	} while (0)
