#include "source/python_code.h"

#include "source/python_string.h"

#include "support/auto.h"

#include <stdlib.h>
#include <string.h>

/* More than any program has; what is made by exec() again and again is forgotten together. */
enum { MAX_CODES = 50000 };

/* --- whose it is -------------------------------------------------------------------------- */

/* Whether text begins with "python3", a version or none, and "/" or ".zip/". */
static bool is_library_folder(const char *text)
{
	if (strncmp(text, "python3", 7) != 0)
		return false;
	text += 7;
	/* A free-threaded Python's folder is called python3.14t. */
	text += strspn(text, ".0123456789t");
	if (!strncmp(text, "zip/", 4)) /* python311.zip: the dot is taken */
		text += 3;
	return *text == '/';
}

static enum python_origin origin_of(const char *file)
{
	static const char *const folders[] = { "/lib/", "/lib64/" };
	if (!strncmp(file, "<frozen ", 8))
		return ORIGIN_LIBRARY;
	if (strstr(file, "/site-packages/") || strstr(file, "/dist-packages/"))
		return ORIGIN_INSTALLED;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		for (const char *at = file; (at = strstr(at, folders[i])); at++)
			if (is_library_folder(at + strlen(folders[i])))
				return ORIGIN_LIBRARY;
	return ORIGIN_PROGRAM;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length >= size && !strcmp(text + length - size, end);
}

/* What is called from there no line of the program has asked for just now. */
static bool is_event_loop(const struct python_code *code)
{
	static const struct {
		const char *file, *function, *qualified;
	} rows[] = {
		{ "/asyncio/base_events.py", "_run_once", "BaseEventLoop._run_once" },
		{ "/asyncio/events.py", "_run", "Handle._run" },
	};
	if (code->origin != ORIGIN_LIBRARY || !code->function)
		return false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (ends_with(code->file, rows[i].file) &&
		    (!strcmp(code->function, rows[i].function) ||
		     !strcmp(code->function, rows[i].qualified)))
			return true;
	return false;
}

/* --- reading one -------------------------------------------------------------------------- */

static void code_free(struct python_code *code)
{
	if (!code)
		return;
	free(code->file);
	free(code->function);
	free(code->table);
	free(code);
}

static uint64_t word_at(const unsigned char *object, uint64_t offset)
{
	uint64_t word;
	memcpy(&word, object + offset, sizeof word);
	return word;
}

static size_t identity_size(const struct python_layout *layout)
{
	size_t size = layout->of[CODE_TABLE] + sizeof(uint64_t) - layout->of[CODE_FIRST_LINE];
	return size < CODE_IDENTITY ? size : CODE_IDENTITY;
}

/* Whether the object is code, by its type. */
static bool is_code(struct python_image *image, const struct memory *memory,
		    const unsigned char *object)
{
	char name[5];
	uint64_t text, type = word_at(object, image->layout.of[OBJECT_TYPE]);
	if (type && type == image->code_type)
		return true;
	/* The exported symbol can be a copy that nobody uses (copy relocations). */
	if (!type ||
	    memory->read(memory, type + image->layout.of[TYPE_NAME], &text, sizeof text) !=
		    sizeof text ||
	    memory->read(memory, text, name, sizeof name) != sizeof name ||
	    memcmp(name, "code", sizeof name) != 0)
		return false;
	image->code_type = type;
	return true;
}

static struct python_code *code_read(const struct python_image *image, const struct memory *memory,
				     const unsigned char *object)
{
	const struct python_layout *layout = &image->layout;
	bool qualified = layout->of[CODE_QUALIFIED_NAME] != PYTHON_ABSENT;
	struct python_code *code = calloc(1, sizeof *code);
	int32_t line;
	if (!code)
		return NULL;
	memcpy(code->identity, object + layout->of[CODE_FIRST_LINE], identity_size(layout));
	memcpy(&line, object + layout->of[CODE_FIRST_LINE], sizeof line);
	code->first_line = line > 0 ? (unsigned)line : 0;
	code->file = python_read_string(layout, memory, word_at(object, layout->of[CODE_FILE]));
	if (!code->file) {
		code_free(code);
		return NULL;
	}
	enum python_field name = qualified ? CODE_QUALIFIED_NAME : CODE_NAME;
	code->function = python_read_string(layout, memory, word_at(object, layout->of[name]));
	code->table = python_read_bytes(layout, memory, word_at(object, layout->of[CODE_TABLE]),
					&code->table_size);
	code->origin = origin_of(code->file);
	code->event_loop = is_event_loop(code);
	return code;
}

struct python_code *python_code_at(struct python_image *image, struct pieces *pieces,
				   uint64_t address)
{
	const struct python_layout *layout = &image->layout;
	const unsigned char *object = pieces_at(pieces, address, layout->code_size);
	if (!object || !is_code(image, pieces->memory, object))
		return NULL;
	struct python_code *code = map_get(&image->codes, address);
	if (code &&
	    !memcmp(code->identity, object + layout->of[CODE_FIRST_LINE], identity_size(layout)))
		return code;
	struct python_code *read = code_read(image, pieces->memory, object);
	if (!read)
		return NULL;
	if (map_put(&image->codes, address, read) < 0) {
		code_free(read);
		return NULL;
	}
	code_free(code);
	return read;
}

struct python_position python_code_position(const struct python_image *image,
					    struct python_code *code, uint64_t address)
{
	if (code->answered && code->address == address)
		return code->position;
	code->answered = true;
	code->address = address;
	code->position = (struct python_position){ 0 };
	if (code->table)
		python_line(image->layout.minor, code->table, code->table_size, code->first_line,
			    address, &code->position);
	return code->position;
}

/* --- the image ---------------------------------------------------------------------------- */

struct python_image *python_image_new(void)
{
	struct python_image *image = calloc(1, sizeof *image);
	if (image)
		image->holders = 1;
	return image;
}

static void forget_codes(struct python_image *image)
{
	size_t position = 0;
	for (struct python_code *code; (code = map_next(&image->codes, &position));)
		code_free(code);
	map_done(&image->codes);
}

void python_image_trim(struct python_image *image)
{
	if (image->codes.count > MAX_CODES)
		forget_codes(image);
}

void python_image_release(struct python_image *image)
{
	if (!image || --image->holders)
		return;
	forget_codes(image);
	free(image);
}
