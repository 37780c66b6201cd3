#include "source/native_image.h"

#include "source/open.h"
#include "support/auto.h"

#include <elfutils/libdwelf.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ID = 64, MOST_DIGITS = 128, CHUNK = 65536 };

static const char folder[] = "/usr/lib/debug";

/* --- whether it is the right one ----------------------------------------------------------------
 */

static bool has_id(int fd, const unsigned char *id, size_t size)
{
	const void *found = NULL;
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	ssize_t length = elf ? dwelf_elf_gnu_build_id(elf, &found) : -1;
	bool same = length == (ssize_t)size && memcmp(found, id, size) == 0;
	elf_end(elf);
	return same;
}

/* The sum of IEEE 802.3, as .gnu_debuglink has it. */
static uint32_t add_to_sum(uint32_t sum, const unsigned char *bytes, size_t size)
{
	static const uint32_t nibbles[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
		0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
		0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
	};
	sum = ~sum;
	for (size_t i = 0; i < size; i++) {
		sum = nibbles[(sum ^ bytes[i]) & 15] ^ sum >> 4;
		sum = nibbles[(sum ^ bytes[i] >> 4) & 15] ^ sum >> 4;
	}
	return ~sum;
}

static bool has_sum(int fd, uint32_t wanted)
{
	autofree unsigned char *bytes = malloc(CHUNK);
	uint32_t sum = 0;
	ssize_t got = 0;
	off_t at = 0;
	while (bytes && (got = pread(fd, bytes, CHUNK, at)) > 0) {
		sum = add_to_sum(sum, bytes, (size_t)got);
		at += got;
	}
	return bytes && got == 0 && sum == wanted;
}

/* --- where it may be -----------------------------------------------------------------------------
 */

static int open_in(const struct image *image, const char *path)
{
	struct stat status;
	int fd = source_open(image->pid, path, &status);
	/* The tools that take it away put it where everybody looks, not into each container. */
	return fd < 0 ? source_open(getpid(), path, &status) : fd;
}

/* /usr/lib/debug/.build-id/ab/cdef.debug */
static int find_by_id(const struct image *image, const unsigned char *id, size_t size)
{
	char path[sizeof folder + MOST_DIGITS + 32];
	if (size < 2 || size > MOST_ID)
		return -1;
	int length = snprintf(path, sizeof path, "%s/.build-id/%02x/", folder, id[0]);
	for (size_t i = 1; i < size; i++)
		length += snprintf(path + length, sizeof path - (size_t)length, "%02x", id[i]);
	snprintf(path + length, sizeof path - (size_t)length, ".debug");
	autoclose int fd = open_in(image, path);
	return fd >= 0 && has_id(fd, id, size) ? TAKE_FD(fd) : -1;
}

/* Beside the file, in .debug/ beside it, and below /usr/lib/debug (gdb's manual, "Separate Debug
 * Files"). */
static int find_by_link(const struct native_file *file, const char *link, uint32_t sum)
{
	static const char *const ways[][2] = { { "", "" }, { "", ".debug/" }, { folder, "" } };
	const char *slash = strrchr(file->path, '/');
	if (!slash || strchr(link, '/'))
		return -1;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		autofree char *path = NULL;
		if (asprintf(&path, "%s%.*s%s%s", ways[i][0], (int)(slash - file->path + 1),
			     file->path, ways[i][1], link) < 0)
			return -1;
		autoclose int fd = open_in(file->image, path);
		if (fd >= 0 && has_sum(fd, sum))
			return TAKE_FD(fd);
	}
	return -1;
}

int image_find_debug(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		     const char *file, const char *link, GElf_Word crc, char **ret_path)
{
	(void)name;
	(void)base;
	(void)file;
	const struct native_file *mapped = *userdata;
	const unsigned char *id = NULL;
	GElf_Addr address;
	int size = dwfl_module_build_id(module, &id, &address);
	int fd = size > 0 ? find_by_id(mapped->image, id, (size_t)size) : -1;
	if (fd < 0 && link)
		fd = find_by_link(mapped, link, crc);
	*ret_path = fd < 0 ? NULL : strdup(link ? link : mapped->path);
	return fd;
}
