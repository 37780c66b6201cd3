#include "source/python_find.h"

#include "source/elf_image.h"
#include "source/mappings.h"

#include "support/auto.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* What CPython exports, even stripped. The three functions came with 3.10, 3.9 and 3.8. */
enum { RUNTIME, VERSION, CODE_TYPE, NEW_REF, GET_BACK, INIT_CONFIG, SYMBOLS };

struct candidate {
	struct elf_image elf;
	struct elf_symbol symbols[SYMBOLS];
	uint64_t bias;
	uint64_t section_size; /* of .PyRuntime, where that is all there is; else 0 */
};

/* --- its version -------------------------------------------------------------------------- */

/* Names lie (a renamed binary, uwsgi); what a library exports does not. */
static unsigned version_by_exports(const struct candidate *candidate)
{
	if (candidate->symbols[NEW_REF].value)
		return 10;
	if (candidate->symbols[GET_BACK].value)
		return 9;
	return candidate->symbols[INIT_CONFIG].value ? 8 : 7;
}

/* A program that CPython is linked into and that was stripped tells only its section. */
static unsigned version_by_section(uint64_t size)
{
	static const struct {
		uint64_t size;
		unsigned minor;
	} rows[] = { { 0x2a0, 10 }, { 0x28b20, 11 }, { 0x28b30, 11 }, { 0x704a8, 12 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].size == size)
			return rows[i].minor;
	return 0;
}

static unsigned version_of(const struct candidate *candidate, const struct memory *memory)
{
	const struct elf_symbol *version = &candidate->symbols[VERSION];
	uint64_t hex;
	unsigned minor;
	if (candidate->section_size)
		return version_by_section(candidate->section_size);
	if (!version->value)
		return version_by_exports(candidate);
	if (memory->read(memory, version->value + candidate->bias, &hex, sizeof hex) !=
		    sizeof hex ||
	    !python_version_minor(hex, &minor))
		return 0;
	return minor;
}

/* --- one file ----------------------------------------------------------------------------- */

static bool find_runtime(struct candidate *candidate)
{
	static const char *const names[SYMBOLS] = {
		"_PyRuntime", "Py_Version",      "PyCode_Type",
		"Py_NewRef",  "PyFrame_GetBack", "PyConfig_InitPythonConfig"
	};
	struct elf_symbol *runtime = &candidate->symbols[RUNTIME];
	for (size_t i = 0; i < SYMBOLS; i++)
		candidate->symbols[i] = (struct elf_symbol){ .name = names[i] };
	elf_image_find(&candidate->elf, candidate->symbols, SYMBOLS);
	return runtime->value || elf_image_section(&candidate->elf, ".PyRuntime", &runtime->value,
						   &candidate->section_size);
}

static bool read_layout(const struct candidate *candidate, const struct memory *memory,
			struct python_image *image, unsigned *ret_unknown)
{
	image->runtime = candidate->symbols[RUNTIME].value + candidate->bias;
	image->code_type = candidate->symbols[CODE_TYPE].value;
	if (image->code_type)
		image->code_type += candidate->bias;
	if (python_layout_read(&image->layout, memory, image->runtime, ret_unknown)) {
		*ret_unknown = 0;
		return true;
	}
	if (!*ret_unknown)
		*ret_unknown = version_of(candidate, memory);
	if (!python_layout_known(&image->layout, *ret_unknown))
		return false;
	*ret_unknown = 0;
	return true;
}

static bool look_into(int fd, const struct mapping *mapping, const struct memory *memory,
		      struct python_image *image, unsigned *ret_unknown)
{
	struct candidate candidate = { 0 };
	bool found =
		elf_image_open(&candidate.elf, fd) == 0 && find_runtime(&candidate) &&
		elf_image_bias(&candidate.elf, mapping->start, mapping->offset, &candidate.bias) &&
		read_layout(&candidate, memory, image, ret_unknown);
	elf_image_done(&candidate.elf);
	return found;
}

/* --- the process -------------------------------------------------------------------------- */

struct program {
	char link[32]; /* /proc/TID/exe: opens it even if it is deleted */
	char path[PATH_MAX];
};

static void name_program(pid_t tid, struct program *program)
{
	snprintf(program->link, sizeof program->link, "/proc/%d/exe", (int)tid);
	ssize_t length = readlink(program->link, program->path, sizeof program->path - 1);
	program->path[length > 0 ? length : 0] = '\0';
}

static bool is_library(const char *path)
{
	const char *name = path_base(path);
	return !strncmp(name, "libpython", 9) || strstr(name, "python3");
}

bool python_find(pid_t tid, bool program, const struct memory *memory, struct python_image *image,
		 unsigned *ret_unknown)
{
	struct program executable = { .path = "" };
	struct mappings mappings;
	struct mapping mapping;
	char last[PATH_MAX] = "";
	bool found = false;
	*ret_unknown = 0;
	if (mappings_open(&mappings, tid) < 0)
		return false;
	name_program(tid, &executable);
	while (!found && mappings_next(&mappings, &mapping)) {
		bool is_program = *mapping.path && !strcmp(mapping.path, executable.path);
		if (!(is_program ? program : is_library(mapping.path)) ||
		    !strcmp(mapping.path, last))
			continue;
		/* A file's mappings follow one another, the first tells where it is. */
		snprintf(last, sizeof last, "%s", mapping.path);
		autoclose int fd = is_program ? open(executable.link, O_RDONLY | O_CLOEXEC)
					      : mapping_open_file(tid, &mapping);
		found = fd >= 0 && look_into(fd, &mapping, memory, image, ret_unknown);
	}
	mappings_done(&mappings);
	return found;
}
