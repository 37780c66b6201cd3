#include "source/native_site.h"

#include "support/arena.h"

#include <stdlib.h>
#include <string.h>

/* Beyond so many all are forgotten: code that is made at run time has no end. */
enum { MOST_SITES = 65536 };

void sites_forget(struct image *image)
{
	size_t position = 0;
	for (struct native_site *site; (site = map_next(&image->sites, &position));)
		free(site);
	map_done(&image->sites);
	image->sites = (struct map){ 0 };
}

/* --- names
 * ----------------------------------------------------------------------------------------- */

/* The function that has this address inside; what only lies before it is no witness. */
static const char *name_of(const struct image *image, Dwfl_Module *module, uint64_t inside,
			   uint64_t *ret_offset)
{
	GElf_Sym symbol;
	GElf_Off offset;
	const char *name = dwfl_module_addrinfo(module, inside, &offset, &symbol, NULL, NULL, NULL);
	if (!name || !*name || offset >= symbol.st_size ||
	    GELF_ST_TYPE(symbol.st_info) == STT_OBJECT)
		return NULL;
	*ret_offset = offset;
	/* Without its version: __libc_start_main@@GLIBC_2.34 */
	return arena_copy_bytes(image->arena, name, strcspn(name, "@"));
}

/* --- a site
 * ------------------------------------------------------------------------------------------ */

static bool has_libc(Dwfl_Module *module)
{
	GElf_Sym symbol;
	int count = dwfl_module_getsymtab(module);
	for (int i = 1; i < count; i++) {
		const char *name = dwfl_module_getsym(module, i, &symbol, NULL);
		if (name && strcmp(name, "__libc_start_main") == 0 && symbol.st_shndx != SHN_UNDEF)
			return true;
	}
	return false;
}

static void place_site(struct image *image, struct source_texts *texts, Dwfl_Module *module,
		       struct native_site *site, uint64_t inside)
{
	const char *folder = NULL;
	uint64_t offset;
	Dwarf_Addr bias;
	enum line_found found = line_find(image, module, inside, &site->source, &folder);
	if (found == LINE_FOUND) {
		site->kind = SITE_LINE;
		const char *text = source_text_line(texts, image->pid, folder, site->source.file,
						    site->source.line);
		site->source.text = text ? arena_copy(image->arena, text) : NULL;
		site->source.folder = folder ? arena_copy(image->arena, folder) : NULL;
	} else if (found == LINE_UNKNOWN) {
		site->kind = SITE_OWN;
		site->source = (struct source){ .language = SOURCE_NATIVE };
		site->source.function = name_of(image, module, inside, &offset);
		site->file->lines = dwfl_module_getdwarf(module, &bias) != NULL;
	}
}

static struct native_site *site_new(struct image *image, struct source_texts *texts,
				    uint64_t address, bool returns)
{
	struct native_site *site = calloc(1, sizeof *site);
	struct native_file *file = NULL;
	if (!site)
		return NULL;
	site->kind = SITE_NOWHERE;
	Dwfl_Module *module = image_module(image, address - returns, &file);
	if (!module)
		return site;
	site->kind = SITE_LIBRARY;
	site->file = file;
	site->rule = rule_find(image, module, address, returns);
	if (!file->runtime)
		place_site(image, texts, module, site, address - returns);
	if (!returns && site->kind == SITE_OWN && file->program)
		file->libc = has_libc(module);
	return site;
}

/* An instruction and a return address may be one: they have different rules. Code is in the lower
 * half of what there is to address. */
static uint64_t key_of(uint64_t address, bool returns)
{
	return address << 1 | returns;
}

struct native_site *site_get(struct image *image, struct source_texts *texts, uint64_t address,
			     bool returns)
{
	uint64_t key = key_of(address, returns);
	struct native_site *site = map_get(&image->sites, key);
	if (site)
		return site;
	if (image->sites.count >= MOST_SITES)
		sites_forget(image);
	site = site_new(image, texts, address, returns);
	if (site && map_put(&image->sites, key, site) == 0)
		return site;
	free(site);
	return NULL;
}

void site_describe(struct image *image, struct native_site *site, uint64_t address, bool returns)
{
	struct source_frame *frame = &site->frame;
	struct native_file *file = NULL;
	Dwarf_Addr bias = 0;
	if (site->described)
		return;
	site->described = true;
	Dwfl_Module *module = image_module(image, address - returns, &file);
	frame->address = address;
	if (!module)
		return;
	frame->module = file->path;
	if (dwfl_module_getelf(module, &bias))
		frame->address = address - bias;
	frame->function = name_of(image, module, address - returns, &frame->offset);
	frame->offset += frame->function ? returns : 0;
	/* A C library's own lines nobody has at hand, and reading all of its debug information to
	 * know them takes a while. */
	if (!file->runtime)
		line_find_own(image, module, address - returns, &frame->file, &frame->line);
}
