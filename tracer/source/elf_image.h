/* Where a program or library says its symbols are: as much of ELF as is needed to find an
 * interpreter in a process. Files of 64 bits, little endian; anything else is refused. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_image {
	int fd; /* borrowed */
	uint64_t size;
	Elf64_Half type;
	Elf64_Phdr *segments;
	size_t segment_count;
	Elf64_Shdr *sections;
	size_t section_count;
	char *section_names; /* ends with a NUL; NULL: there are none */
	size_t section_names_size;
};

struct elf_symbol {
	const char *name;
	uint64_t value; /* the address in the file's own counting; 0: not found */
};

/* Reads the headers: 0, or -errno; -ENOEXEC if it is no such file. Done with it also after an
 * error. */
int elf_image_open(struct elf_image *image, int fd);
void elf_image_done(struct elf_image *image);

/* What to add to the file's addresses, when the bytes from `offset` on are mapped at start. */
bool elf_image_bias(const struct elf_image *image, uint64_t start, uint64_t offset,
		    uint64_t *ret_bias);

/* Fills in the symbols that are defined here, from what the file exports and, if the first of
 * them is not there, from its own table. */
void elf_image_find(const struct elf_image *image, struct elf_symbol *symbols, size_t count);

/* The section's address in the file's counting, and its size. */
bool elf_image_section(const struct elf_image *image, const char *name, uint64_t *ret_address,
		       uint64_t *ret_size);
