#include "source/native_site.h"

#include "support/arena.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

/* --- whose code a file is ------------------------------------------------------------------------
 */

/* What a compiler or a distribution brings along. */
static bool is_system_path(const char *file)
{
	static const char *const beginnings[] = {
		"/usr/include/",
		"/usr/lib/gcc/",
		"/usr/local/lib/gcc/",
		"/usr/lib/llvm",
		"/rustc/",
		"/usr/lib/go",
		"/usr/share/go",
		"/usr/local/go/src/",
		"/build/glibc",
		"/usr/src/debug/glibc",
	};
	static const char *const parts[] = {
		"/rustlib/src/rust/",
		"sysdeps/unix/sysv/linux/",
		"/golang/src/",
	};
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (strncmp(file, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(file, parts[i]))
			return true;
	return false;
}

/* A relative one begins at the folder it was compiled in; NULL: not known. */
static bool is_system(const char *file, const char *folder)
{
	return is_system_path(file) || (*file != '/' && folder && is_system_path(folder));
}

static enum source_language language_of(int language)
{
	switch (language) {
	case DW_LANG_C89:
	case DW_LANG_C:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case DW_LANG_ObjC:
		return SOURCE_C;
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case DW_LANG_ObjC_plus_plus:
		return SOURCE_CXX;
	case DW_LANG_Rust:
		return SOURCE_RUST;
	case DW_LANG_Go:
		return SOURCE_GO;
	case DW_LANG_Mips_Assembler:
		return SOURCE_ASSEMBLER;
	default:
		return SOURCE_NATIVE;
	}
}

/* --- units
 * ----------------------------------------------------------------------------------------- */

/* Compilers that make no table of addresses leave one to ask each unit. */
static Dwarf_Die *search_units(Dwarf *dwarf, Dwarf_Addr address, Dwarf_Die *unit)
{
	Dwarf_CU *at = NULL;
	while (dwarf_get_units(dwarf, at, &at, NULL, NULL, unit, NULL) == 0)
		if (dwarf_haspc(unit, address) > 0)
			return unit;
	return NULL;
}

static Dwarf_Die *find_unit(Dwfl_Module *module, uint64_t address, Dwarf_Die *room,
			    Dwarf_Addr *ret_bias)
{
	Dwarf *dwarf = dwfl_module_getdwarf(module, ret_bias);
	if (!dwarf)
		return NULL;
	/* Nothing of this is worth opening a file that the debug information names. */
	dwarf_setalt(dwarf, NULL);
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, ret_bias);
	/* The table's gaps are none to libdwfl: what lies in one is taken for the unit before it.
	 */
	if (unit && dwarf_haspc(unit, address - *ret_bias) > 0)
		return unit;
	return search_units(dwarf, address - *ret_bias, room);
}

/* --- a line
 * ------------------------------------------------------------------------------------------ */

struct place {
	const char *file;
	unsigned line, column;
};

static bool find_place(Dwarf_Die *unit, Dwarf_Addr address, struct place *ret_place)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	int number = 0, column = 0;
	const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	if (!file || dwarf_lineno(line, &number) != 0 || number <= 0)
		return false;
	dwarf_linecol(line, &column);
	*ret_place = (struct place){ file, (unsigned)number, column > 0 ? (unsigned)column : 0 };
	return true;
}

static unsigned number_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number = 0;
	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &number) != 0 ||
	    number > INT32_MAX)
		return 0;
	return (unsigned)number;
}

/* Where an inlined function was called. */
static bool call_place(Dwarf_Die *unit, Dwarf_Die *inlined, struct place *ret_place)
{
	Dwarf_Files *files;
	size_t count;
	if (dwarf_getsrcfiles(unit, &files, &count) != 0)
		return false;
	*ret_place = (struct place){
		.file = dwarf_filesrc(files, number_of(inlined, DW_AT_call_file), NULL, NULL),
		.line = number_of(inlined, DW_AT_call_line),
		.column = number_of(inlined, DW_AT_call_column),
	};
	return ret_place->file && ret_place->line;
}

static const char *folder_of(Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;
	return dwarf_attr(unit, DW_AT_comp_dir, &attribute) ? dwarf_formstring(&attribute) : NULL;
}

/* From the innermost function, inlined or not, outwards until one is the program's own. */
static const char *leave_headers(Dwarf_Die *unit, const char *folder, Dwarf_Addr address,
				 struct place *place)
{
	Dwarf_Die *scopes = NULL;
	const char *function = NULL;
	int count = dwarf_getscopes(unit, address, &scopes);
	for (int i = 0; i < count && !function; i++) {
		int tag = dwarf_tag(&scopes[i]);
		bool inlined = tag == DW_TAG_inlined_subroutine;
		if (inlined && is_system(place->file, folder) &&
		    call_place(unit, &scopes[i], place))
			continue;
		if (inlined || tag == DW_TAG_subprogram)
			function = dwarf_diename(&scopes[i]);
	}
	free(scopes);
	return function;
}

static const char *keep(const struct image *image, const char *text)
{
	return text ? arena_copy(image->arena, text) : NULL;
}

enum line_found line_find(const struct image *image, Dwfl_Module *module, uint64_t address,
			  struct source *ret_source, const char **ret_folder)
{
	Dwarf_Die room;
	Dwarf_Addr bias = 0;
	struct place place;
	Dwarf_Die *unit = find_unit(module, address, &room, &bias);
	if (!unit || !find_place(unit, address - bias, &place))
		return LINE_UNKNOWN;
	const char *folder = folder_of(unit);
	const char *function = leave_headers(unit, folder, address - bias, &place);
	if (is_system(place.file, folder))
		return LINE_SYSTEM;
	*ret_folder = keep(image, folder);
	*ret_source = (struct source){
		.language = language_of(dwarf_srclang(unit)),
		.file = keep(image, place.file),
		.line = place.line,
		.column = place.column,
		.function = keep(image, function),
	};
	return ret_source->file ? LINE_FOUND : LINE_UNKNOWN;
}

bool line_find_own(const struct image *image, Dwfl_Module *module, uint64_t address,
		   const char **ret_file, unsigned *ret_line)
{
	Dwarf_Die room;
	Dwarf_Addr bias = 0;
	struct place place;
	Dwarf_Die *unit = find_unit(module, address, &room, &bias);
	if (!unit || !find_place(unit, address - bias, &place))
		return false;
	*ret_file = keep(image, place.file);
	*ret_line = place.line;
	return true;
}
