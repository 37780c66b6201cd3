/* Any file in the place of a program or library. */
#include "fuzz.h"

#include "source/elf_image.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct elf_image image;
	struct elf_symbol symbols[] = { { .name = "_PyRuntime" }, { .name = "Py_Version" } };
	uint64_t address, section_size, bias;
	if (fd < 0)
		fd = memfd_create("elf_fuzz", MFD_CLOEXEC);
	assert(fd >= 0);
	if (ftruncate(fd, (off_t)size) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	if (elf_image_open(&image, fd) == 0) {
		elf_image_find(&image, symbols, 2);
		elf_image_section(&image, ".PyRuntime", &address, &section_size);
		elf_image_bias(&image, 0x1000, 0, &bias);
	}
	elf_image_done(&image);
	return 0;
}
