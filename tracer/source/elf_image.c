#include "source/elf_image.h"

#include "support/auto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one table. Debug builds of large programs have some tens of megabytes of symbols. */
static const uint64_t MAX_TABLE = UINT64_C(64) << 20;

/* size bytes of the file and a NUL behind them; NULL if it has not so many. Read and not mapped:
 * a mapped file that somebody cuts short meanwhile kills who looks at it. */
static void *read_table(const struct elf_image *image, uint64_t offset, uint64_t size)
{
	if (size > MAX_TABLE || size > image->size || offset > image->size - size)
		return NULL;
	autofree char *table = malloc(size + 1);
	if (!table)
		return NULL;
	for (uint64_t done = 0; done < size;) {
		ssize_t got = pread(image->fd, table + done, size - done, (off_t)(offset + done));
		if (got <= 0)
			return NULL;
		done += (uint64_t)got;
	}
	table[size] = '\0';
	return TAKE_POINTER(table);
}

static void read_section_names(struct elf_image *image, size_t index)
{
	if (index >= image->section_count)
		return;
	const Elf64_Shdr *names = &image->sections[index];
	image->section_names = read_table(image, names->sh_offset, names->sh_size);
	image->section_names_size = names->sh_size;
}

int elf_image_open(struct elf_image *image, int fd)
{
	struct stat status;
	Elf64_Ehdr header;
	*image = (struct elf_image){ .fd = fd };
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || pread(fd, &header, sizeof header, 0) != sizeof header)
		return -ENOEXEC;
	image->size = (uint64_t)status.st_size;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_phentsize != sizeof(Elf64_Phdr))
		return -ENOEXEC;
	image->type = header.e_type;
	image->segments = read_table(image, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
	if (!image->segments)
		return -ENOEXEC;
	image->segment_count = header.e_phnum;
	if (header.e_shentsize != sizeof(Elf64_Shdr))
		return 0;
	image->sections = read_table(image, header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
	image->section_count = image->sections ? header.e_shnum : 0;
	read_section_names(image, header.e_shstrndx);
	return 0;
}

void elf_image_done(struct elf_image *image)
{
	free(image->segments);
	free(image->sections);
	free(image->section_names);
}

static uint64_t page_floor(uint64_t address)
{
	return address & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
}

bool elf_image_bias(const struct elf_image *image, uint64_t start, uint64_t offset,
		    uint64_t *ret_bias)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];
		if (segment->p_type != PT_LOAD || page_floor(segment->p_offset) != offset)
			continue;
		*ret_bias = image->type == ET_EXEC ? 0 : start - page_floor(segment->p_vaddr);
		return true;
	}
	return false;
}

static void find_in(const struct elf_image *image, const Elf64_Shdr *table,
		    struct elf_symbol *symbols, size_t count)
{
	if (table->sh_entsize != sizeof(Elf64_Sym) || table->sh_link >= image->section_count)
		return;
	const Elf64_Shdr *strings = &image->sections[table->sh_link];
	autofree const Elf64_Sym *rows = read_table(image, table->sh_offset, table->sh_size);
	autofree const char *names = read_table(image, strings->sh_offset, strings->sh_size);
	if (!rows || !names)
		return;
	for (size_t i = 0; i < table->sh_size / sizeof *rows; i++) {
		if (rows[i].st_shndx == SHN_UNDEF || rows[i].st_name >= strings->sh_size)
			continue;
		for (size_t j = 0; j < count; j++)
			if (!symbols[j].value && !strcmp(names + rows[i].st_name, symbols[j].name))
				symbols[j].value = rows[i].st_value;
	}
}

void elf_image_find(const struct elf_image *image, struct elf_symbol *symbols, size_t count)
{
	static const Elf64_Word tables[] = { SHT_DYNSYM, SHT_SYMTAB };
	for (size_t i = 0; i < sizeof tables / sizeof *tables && !symbols->value; i++)
		for (size_t j = 0; j < image->section_count; j++)
			if (image->sections[j].sh_type == tables[i])
				find_in(image, &image->sections[j], symbols, count);
}

bool elf_image_section(const struct elf_image *image, const char *name, uint64_t *ret_address,
		       uint64_t *ret_size)
{
	for (size_t i = 0; image->section_names && i < image->section_count; i++) {
		const Elf64_Shdr *section = &image->sections[i];
		if (section->sh_name >= image->section_names_size ||
		    strcmp(image->section_names + section->sh_name, name) != 0)
			continue;
		*ret_address = section->sh_addr;
		*ret_size = section->sh_size;
		return true;
	}
	return false;
}
