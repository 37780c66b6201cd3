#include "source/python_layout.h"

#include <string.h>

/* --- 3.8 to 3.12 -------------------------------------------------------------------------- */

/* What all versions have in common. */
#define OBJECTS                                                                               \
	[OBJECT_TYPE] = 8, [TYPE_NAME] = 24, [BYTES_SIZE] = 16, [BYTES_DATA] = 32,            \
	[STRING_STATE] = 32, [STRING_LENGTH] = 16, [THREAD_NEXT] = 8, [INTERPRETER_NEXT] = 0, \
	[FRAME_COPY] = PYTHON_ABSENT, [CODE_COPIES] = PYTHON_ABSENT

/* 3.8 to 3.10: a frame is an object, whose int is an index. */
#define FRAME_OBJECTS                                                                          \
	OBJECTS, [RUNTIME_INTERPRETERS] = 32, [INTERPRETER_THREADS] = 8, [THREAD_FRAME] = 24,  \
		 [CFRAME_FRAME] = PYTHON_ABSENT, [THREAD_ID] = 176,                            \
		 [THREAD_NATIVE] = PYTHON_ABSENT, [FRAME_CODE] = 32, [FRAME_BACK] = 24,        \
		 [FRAME_OWNER] = PYTHON_ABSENT, [CODE_FIRST_LINE] = 40, [CODE_FILE] = 104,     \
		 [CODE_NAME] = 112, [CODE_QUALIFIED_NAME] = PYTHON_ABSENT, [CODE_TABLE] = 120, \
		 [CODE_BYTES] = PYTHON_ABSENT, [STRING_ASCII] = 48, [STRING_OTHER] = 72

/* From the DWARF of 3.8.0, 3.9.5, 3.10.0, 3.11.0 and 3.12.0: they do not change within a minor
 * version. */
static const uint16_t known[][PYTHON_FIELDS] = {
	{ FRAME_OBJECTS, [FRAME_INSTRUCTION] = 104 },
	{ FRAME_OBJECTS, [FRAME_INSTRUCTION] = 104 },
	{ FRAME_OBJECTS, [FRAME_INSTRUCTION] = 96 },
	{ OBJECTS, [RUNTIME_INTERPRETERS] = 40, [INTERPRETER_THREADS] = 16, [THREAD_FRAME] = 56,
	  [CFRAME_FRAME] = 8, [THREAD_ID] = 152, [THREAD_NATIVE] = 160, [FRAME_CODE] = 32,
	  [FRAME_BACK] = 48, [FRAME_INSTRUCTION] = 56, [FRAME_OWNER] = 69, [CODE_FIRST_LINE] = 72,
	  [CODE_FILE] = 112, [CODE_NAME] = 120, [CODE_QUALIFIED_NAME] = 128, [CODE_TABLE] = 136,
	  [CODE_BYTES] = 184, [STRING_ASCII] = 48, [STRING_OTHER] = 72 },
	{ OBJECTS, [RUNTIME_INTERPRETERS] = 40, [INTERPRETER_THREADS] = 72, [THREAD_FRAME] = 56,
	  [CFRAME_FRAME] = 0, [THREAD_ID] = 136, [THREAD_NATIVE] = 144, [FRAME_CODE] = 0,
	  [FRAME_BACK] = 8, [FRAME_INSTRUCTION] = 56, [FRAME_OWNER] = 70, [CODE_FIRST_LINE] = 68,
	  [CODE_FILE] = 112, [CODE_NAME] = 120, [CODE_QUALIFIED_NAME] = 128, [CODE_TABLE] = 136,
	  [CODE_BYTES] = 192, [STRING_ASCII] = 40, [STRING_OTHER] = 56 },
};

#undef FRAME_OBJECTS
#undef OBJECTS

/* --- from 3.13 on ------------------------------------------------------------------------- */

/* Where in _Py_DebugOffsets an offset stands. Its groups grow with each minor version. */
static const uint16_t positions[][PYTHON_FIELDS] = {
	{ [RUNTIME_INTERPRETERS] = 40,
	  [INTERPRETER_NEXT] = 64,
	  [INTERPRETER_THREADS] = 72,
	  [THREAD_NEXT] = 168,
	  [THREAD_FRAME] = 184,
	  [CFRAME_FRAME] = PYTHON_ABSENT,
	  [THREAD_ID] = 192,
	  [THREAD_NATIVE] = 200,
	  [FRAME_BACK] = 232,
	  [FRAME_CODE] = 240,
	  [FRAME_INSTRUCTION] = 248,
	  [FRAME_OWNER] = 264,
	  [FRAME_COPY] = PYTHON_ABSENT,
	  [CODE_FILE] = 280,
	  [CODE_NAME] = 288,
	  [CODE_QUALIFIED_NAME] = 296,
	  [CODE_TABLE] = 304,
	  [CODE_FIRST_LINE] = 312,
	  [CODE_BYTES] = 344,
	  [CODE_COPIES] = PYTHON_ABSENT,
	  [OBJECT_TYPE] = 360,
	  [TYPE_NAME] = 376,
	  [BYTES_SIZE] = 520,
	  [BYTES_DATA] = 528,
	  [STRING_STATE] = 544,
	  [STRING_LENGTH] = 552,
	  [STRING_ASCII] = 560,
	  [STRING_OTHER] = PYTHON_ABSENT },
	{ [RUNTIME_INTERPRETERS] = 40, [INTERPRETER_NEXT] = 64,
	  [INTERPRETER_THREADS] = 72,  [THREAD_NEXT] = 192,
	  [THREAD_FRAME] = 208,        [CFRAME_FRAME] = PYTHON_ABSENT,
	  [THREAD_ID] = 216,           [THREAD_NATIVE] = 224,
	  [FRAME_BACK] = 256,          [FRAME_CODE] = 264,
	  [FRAME_INSTRUCTION] = 272,   [FRAME_OWNER] = 288,
	  [FRAME_COPY] = 304,          [CODE_FILE] = 320,
	  [CODE_NAME] = 328,           [CODE_QUALIFIED_NAME] = 336,
	  [CODE_TABLE] = 344,          [CODE_FIRST_LINE] = 352,
	  [CODE_BYTES] = 384,          [CODE_COPIES] = 392,
	  [OBJECT_TYPE] = 408,         [TYPE_NAME] = 424,
	  [BYTES_SIZE] = 600,          [BYTES_DATA] = 608,
	  [STRING_STATE] = 624,        [STRING_LENGTH] = 632,
	  [STRING_ASCII] = 640,        [STRING_OTHER] = PYTHON_ABSENT },
	{ [RUNTIME_INTERPRETERS] = 40, [INTERPRETER_NEXT] = 64,
	  [INTERPRETER_THREADS] = 72,  [THREAD_NEXT] = 192,
	  [THREAD_FRAME] = 208,        [CFRAME_FRAME] = PYTHON_ABSENT,
	  [THREAD_ID] = 240,           [THREAD_NATIVE] = 248,
	  [FRAME_BACK] = 320,          [FRAME_CODE] = 328,
	  [FRAME_INSTRUCTION] = 336,   [FRAME_OWNER] = 352,
	  [FRAME_COPY] = 368,          [CODE_FILE] = 384,
	  [CODE_NAME] = 392,           [CODE_QUALIFIED_NAME] = 400,
	  [CODE_TABLE] = 408,          [CODE_FIRST_LINE] = 416,
	  [CODE_BYTES] = 448,          [CODE_COPIES] = 456,
	  [OBJECT_TYPE] = 472,         [TYPE_NAME] = 488,
	  [BYTES_SIZE] = 696,          [BYTES_DATA] = 704,
	  [STRING_STATE] = 720,        [STRING_LENGTH] = 728,
	  [STRING_ASCII] = 736,        [STRING_OTHER] = PYTHON_ABSENT },
};

enum { FIRST_TOLD = 13, POSITIONS_END = 744 };

/* char cookie[8]; uint64_t version; uint64_t free_threaded; then the offsets. */
struct debug_offsets {
	char cookie[8];
	uint64_t version;
	uint64_t free_threaded;
};

/* --- both --------------------------------------------------------------------------------- */

/* A structure with the fields used here is smaller; only an interpreter's state is large. */
enum { MAX_OFFSET = 1024, MAX_STATE = 1 << 20 };

static bool has(const struct python_layout *layout, enum python_field field)
{
	return layout->of[field] != PYTHON_ABSENT;
}

static uint64_t end_of(const struct python_layout *layout, enum python_field first,
		       enum python_field last)
{
	uint64_t end = 0;
	for (enum python_field field = first; field <= last; field++)
		if (has(layout, field) && layout->of[field] + sizeof(uint64_t) > end)
			end = layout->of[field] + sizeof(uint64_t);
	return end;
}

static void measure(struct python_layout *layout)
{
	layout->thread_size = end_of(layout, THREAD_NEXT, THREAD_FRAME);
	uint64_t end = end_of(layout, THREAD_ID, THREAD_NATIVE);
	if (end > layout->thread_size)
		layout->thread_size = end;
	layout->frame_size = end_of(layout, FRAME_CODE, FRAME_COPY);
	layout->code_size = end_of(layout, CODE_FILE, CODE_FIRST_LINE);
	end = end_of(layout, OBJECT_TYPE, OBJECT_TYPE);
	if (end > layout->code_size)
		layout->code_size = end;
}

/* Guards against a structure that is none. */
static bool plausible(const struct python_layout *layout)
{
	for (enum python_field field = 0; field < PYTHON_FIELDS; field++) {
		bool state = field == RUNTIME_INTERPRETERS || field == INTERPRETER_NEXT ||
			     field == INTERPRETER_THREADS;
		if (has(layout, field) && layout->of[field] > (state ? MAX_STATE : MAX_OFFSET))
			return false;
	}
	return layout->of[THREAD_NEXT] && layout->of[CODE_BYTES] > layout->of[CODE_TABLE] &&
	       layout->of[CODE_TABLE] > layout->of[CODE_FIRST_LINE];
}

bool python_version_minor(uint64_t version, unsigned *ret_minor)
{
	if (version >> 24 != 3)
		return false;
	*ret_minor = version >> 16 & 0xff;
	return true;
}

bool python_layout_known(struct python_layout *layout, unsigned minor)
{
	if (minor < PYTHON_OLDEST || minor >= FIRST_TOLD)
		return false;
	*layout = (struct python_layout){ .minor = minor };
	for (enum python_field field = 0; field < PYTHON_FIELDS; field++)
		layout->of[field] = known[minor - PYTHON_OLDEST][field];
	measure(layout);
	return true;
}

bool python_layout_read(struct python_layout *layout, const struct memory *memory, uint64_t runtime,
			unsigned *ret_minor)
{
	struct debug_offsets head;
	unsigned char bytes[POSITIONS_END];
	struct python_layout told = { 0 };
	*ret_minor = 0;
	if (memory->read(memory, runtime, &head, sizeof head) != sizeof head ||
	    memcmp(head.cookie, "xdebugpy", sizeof head.cookie) != 0 ||
	    !python_version_minor(head.version, &told.minor))
		return false;
	*ret_minor = told.minor;
	if (told.minor < FIRST_TOLD || told.minor > PYTHON_NEWEST)
		return false;
	/* 3.13's own structure is shorter, and what follows it there is not looked at. */
	if (memory->read(memory, runtime, bytes, sizeof bytes) != sizeof bytes)
		return false;
	told.free_threaded = head.free_threaded != 0;
	for (enum python_field field = 0; field < PYTHON_FIELDS; field++) {
		uint16_t position = positions[told.minor - FIRST_TOLD][field];
		told.of[field] = PYTHON_ABSENT;
		if (position != PYTHON_ABSENT)
			memcpy(&told.of[field], bytes + position, sizeof told.of[field]);
	}
	/* An ASCII string's head and two more fields, from 3.12 on. */
	told.of[STRING_OTHER] = told.of[STRING_ASCII] + 16;
	if (!plausible(&told))
		return false;
	/* Without them the one copy of the bytecode is in the code object. */
	if (!told.free_threaded || !told.of[CODE_COPIES]) {
		told.of[FRAME_COPY] = PYTHON_ABSENT;
		told.of[CODE_COPIES] = PYTHON_ABSENT;
	}
	measure(&told);
	*layout = told;
	return true;
}
