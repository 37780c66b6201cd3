#include "source/native_image.h"

#include "source/native_site.h"
#include "source/open.h"
#include "support/arena.h"
#include "support/auto.h"

#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 4096, LARGEST_VDSO = 65536 };

static const char vdso[] = "[vdso]";

/* What stands between a program and the kernel, by the beginnings of their names. */
static const char *const runtimes[] = {
	"libc.so.",    "libc-2.",      "libc.musl-", "ld-musl-",     "ld-linux",     "ld-2.",
	"ld64.so",     "ld.so",        "libpthread", "libdl.so",     "libdl-2.",     "librt.so",
	"librt-2.",    "libresolv",    "libnsl",     "libnss_",      "libanl",       "libm.so",
	"libgcc_s",    "libstdc++.so", "libc++.so",  "libc++abi.so", "libunwind.so", "libstd-",
	"libgo.so",    "libgfortran",  "libasan.so", "libtsan.so",   "libubsan.so",  "liblsan.so",
	"libclang_rt", "[vdso]",
};

/* An interpreter is to the programs it runs what such a library is to others: their own lines are
 * not in it. python3.11, libpython3.11.so.1.0 */
static bool is_python(const char *name)
{
	static const char python[] = "python";
	name += strncmp(name, "lib", 3) == 0 ? 3 : 0;
	if (strncmp(name, python, sizeof python - 1) != 0)
		return false;
	name += sizeof python - 1;
	name += strspn(name, "0123456789.dt");
	return !*name || strncmp(name, "so", 2) == 0;
}

static bool is_runtime(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++)
		if (strncmp(name, runtimes[i], strlen(runtimes[i])) == 0)
			return true;
	/* Where musl is beside another C library it is called libc.so. */
	return strcmp(name, "libc.so") == 0 || is_python(name);
}

/* --- opening one --------------------------------------------------------------------------------
 */

/* The kernel has the file itself, whatever has become of its name; only root may have it so. */
static int open_mapped(const struct native_file *file)
{
	char path[96];
	snprintf(path, sizeof path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, file->image->pid,
		 file->start, file->end);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int open_program(const struct native_file *file)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/exe", file->image->pid);
	return file->program ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
}

/* By its name, if that is still the name of this file. */
static int open_named(const struct native_file *file)
{
	struct stat status;
	autoclose int fd = source_open(file->image->pid, file->path, &status);
	return fd >= 0 && status.st_ino == file->inode ? TAKE_FD(fd) : -1;
}

/* It is no file, but looks like one in memory. */
static Elf *open_vdso(const struct native_file *file)
{
	const struct memory *memory = file->image->memory;
	size_t size = file->last - file->start;
	char *bytes = size <= LARGEST_VDSO ? arena_alloc(file->image->arena, size) : NULL;
	if (!bytes || memory->read(memory, file->start, bytes, size) != size)
		return NULL;
	return elf_memory(bytes, size);
}

/* Mapped, so that no descriptor is held: there may be many processes with many files. */
static Elf *open_file(const struct native_file *file)
{
	autoclose int fd = open_mapped(file);
	if (fd < 0)
		fd = open_program(file);
	if (fd < 0)
		fd = open_named(file);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL);
	if (elf && elf_cntl(elf, ELF_C_FDREAD) == 0)
		return elf;
	elf_end(elf);
	return NULL;
}

/* libdwfl takes the file that it is given here, and ends it when the module goes. */
static int find_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		    char **ret_path, Elf **ret_elf)
{
	(void)module;
	(void)name;
	(void)base;
	struct native_file *file = *userdata;
	*ret_elf = strcmp(file->path, vdso) == 0 ? open_vdso(file) : open_file(file);
	*ret_path = *ret_elf ? strdup(file->path) : NULL;
	return -1;
}

/* --- what is mapped -----------------------------------------------------------------------------
 */

static struct native_file *add_file(struct image *image, const char *path, uint64_t start,
				    uint64_t end, uint64_t inode)
{
	for (struct native_file *file = image->files; file; file = file->next)
		if (file->start == start && strcmp(file->path, path) == 0)
			return file;
	struct native_file *file = calloc(1, sizeof *file);
	if (!file)
		return NULL;
	*file = (struct native_file){
		.image = image,
		.path = strdup(path),
		.start = start,
		.end = end,
		.inode = inode,
		.runtime = is_runtime(path),
		.next = image->files,
	};
	if (!file->path) {
		free(file);
		return NULL;
	}
	image->files = file;
	return file;
}

/* Mappings of one file that follow each other, as they are read. */
struct run {
	char path[4096];
	uint64_t start, end, last, inode;
	bool code;
};

static void report(struct image *image, const struct run *run, ino_t program)
{
	if (!run->code || (!run->inode && strcmp(run->path, vdso) != 0))
		return;
	struct native_file *file = add_file(image, run->path, run->start, run->end, run->inode);
	Dwfl_Module *module =
		file ? dwfl_report_module(image->dwfl, run->path, run->start, run->last) : NULL;
	void **userdata;
	if (!module)
		return;
	dwfl_module_info(module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = file;
	file->last = run->last;
	file->program = run->inode == program;
}

/* proc_pid_maps(5): `START-END rwxp OFFSET MAJOR:MINOR INODE   PATH` */
static bool parse(const char *text, struct run *ret_run)
{
	char rights[5];
	int path = 0;
	if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %*x %*x:%*x %" SCNu64 " %n", &ret_run->start,
		   &ret_run->end, rights, &ret_run->inode, &path) < 4)
		return false;
	ret_run->last = ret_run->end;
	ret_run->code = rights[2] == 'x';
	snprintf(ret_run->path, sizeof ret_run->path, "%s", path ? text + path : "");
	ret_run->path[strcspn(ret_run->path, "\n")] = '\0';
	return true;
}

static ino_t program_inode(pid_t pid)
{
	char path[64];
	struct stat status;
	snprintf(path, sizeof path, "/proc/%d/exe", pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static bool report_all(struct image *image)
{
	char path[64], text[4352];
	struct run run = { 0 }, next;
	ino_t program = program_inode(image->pid);
	snprintf(path, sizeof path, "/proc/%d/maps", image->pid);
	autofclose FILE *maps = fopen(path, "re");
	for (unsigned count = 0; maps && count < MOST_FILES && fgets(text, sizeof text, maps);) {
		if (!parse(text, &next))
			continue;
		if (next.inode == run.inode && *next.path && strcmp(next.path, run.path) == 0) {
			run.last = next.end;
			run.code |= next.code;
			continue;
		}
		/* What has no file stands between a file's data and its end (.bss). */
		report(image, &run, program);
		run = next;
		count++;
	}
	report(image, &run, program);
	return maps != NULL;
}

/* --- an image -----------------------------------------------------------------------------------
 */

/* The program's own header says how wide its words are. */
static void read_machine(struct image *image)
{
	char path[64];
	Elf64_Ehdr header = { 0 };
	snprintf(path, sizeof path, "/proc/%d/exe", image->pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	/* Up to e_machine both classes are laid out alike. */
	if (fd < 0 || pread(fd, &header, sizeof header, 0) < (ssize_t)sizeof(Elf32_Ehdr))
		return;
	image->machine = header.e_machine;
	image->word = header.e_machine == EM_386 || header.e_machine == EM_ARM ? 4 : 8;
}

static void free_files(struct image *image)
{
	while (image->files) {
		struct native_file *file = image->files;
		image->files = file->next;
		free(file->path);
		free(file);
	}
}

struct image *image_new(pid_t pid, const struct memory *memory)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = find_elf,
		.find_debuginfo = image_find_debug,
	};
	struct image *image = calloc(1, sizeof *image);
	if (!image)
		return NULL;
	*image = (struct image){ .users = 1, .pid = pid, .memory = memory };
	elf_version(EV_CURRENT);
	image->arena = arena_new();
	image->dwfl = dwfl_begin(&callbacks);
	read_machine(image);
	if (image->arena && image->dwfl && image->word && report_all(image)) {
		dwfl_report_end(image->dwfl, NULL, NULL);
		return image;
	}
	image_leave(image);
	return NULL;
}

void image_refresh(struct image *image)
{
	sites_forget(image);
	dwfl_report_begin(image->dwfl);
	report_all(image);
	dwfl_report_end(image->dwfl, NULL, NULL);
}

void image_leave(struct image *image)
{
	if (!image || --image->users)
		return;
	sites_forget(image);
	if (image->dwfl)
		dwfl_end(image->dwfl);
	free_files(image);
	arena_free(image->arena);
	free(image);
}

Dwfl_Module *image_module(const struct image *image, uint64_t address,
			  struct native_file **ret_file)
{
	Dwfl_Module *module = dwfl_addrmodule(image->dwfl, address);
	void **userdata;
	if (!module)
		return NULL;
	dwfl_module_info(module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*ret_file = *userdata;
	return *ret_file ? module : NULL;
}
