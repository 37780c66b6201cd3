#include "source/text.h"

#include "source/open.h"
#include "support/auto.h"
#include "support/hash.h"
#include "support/map.h"
#include "support/text.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	MOST_FILES = 1024,
	MOST_BYTES = 32 << 20, /* beyond either all are forgotten */
	NANOSECONDS = 1000000000,
};

/* One file as one process sees it. */
struct file {
	char *key;   /* the pid and the path */
	char *bytes; /* and a NUL; NULL: not to be had */
	size_t size;
	bool listed; /* its listing was asked for */
};

struct source_texts {
	struct map files;  /* hash of the key -> struct file */
	struct map begins; /* pid -> uint64_t: nanoseconds since 1970 */
	size_t bytes;
	char line[SOURCE_LONGEST_LINE + 1];
};

struct source_texts *source_texts_new(void)
{
	return calloc(1, sizeof(struct source_texts));
}

static void file_free(struct file *file)
{
	if (!file)
		return;
	free(file->key);
	free(file->bytes);
	free(file);
}

static void forget_files(struct source_texts *texts)
{
	size_t position = 0;
	for (struct file *file; (file = map_next(&texts->files, &position));)
		file_free(file);
	map_done(&texts->files);
	texts->files = (struct map){ 0 };
	texts->bytes = 0;
}

void source_texts_free(struct source_texts *texts)
{
	if (!texts)
		return;
	forget_files(texts);
	size_t position = 0;
	for (void *begin; (begin = map_next(&texts->begins, &position));)
		free(begin);
	map_done(&texts->begins);
	free(texts);
}

/* --- since when a process is what it is ------------------------------------------------------- */

static uint64_t clock_now(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

/* Field 22 of proc_pid_stat(5): in ticks since the machine began, rounded down; 0: nobody says. */
static uint64_t started(pid_t pid)
{
	enum { FIELDS_BETWEEN = 19 }; /* behind the command, which may hold anything */
	char path[64], text[2048];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	char *at = strrchr(text, ')');
	at = at ? at + 1 : NULL;
	for (int i = 0; at && i < FIELDS_BETWEEN; i++)
		at = strchr(at + 1, ' ');
	long ticks = sysconf(_SC_CLK_TCK);
	if (!at || ticks <= 0)
		return 0;
	uint64_t booted = clock_now(CLOCK_REALTIME) - clock_now(CLOCK_BOOTTIME);
	return booted + (strtoull(at, NULL, 10) + 1) * ((uint64_t)NANOSECONDS / (uint64_t)ticks);
}

static void set_begin(struct source_texts *texts, pid_t pid, uint64_t time)
{
	uint64_t *begin = map_get(&texts->begins, (uint64_t)pid);
	if (begin) {
		*begin = time;
		return;
	}
	begin = malloc(sizeof *begin);
	if (!begin)
		return;
	*begin = time;
	if (map_put(&texts->begins, (uint64_t)pid, begin) < 0)
		free(begin);
}

static uint64_t begin_of(struct source_texts *texts, pid_t pid)
{
	const uint64_t *begin = map_get(&texts->begins, (uint64_t)pid);
	if (begin)
		return *begin;
	uint64_t time = started(pid);
	set_begin(texts, pid, time);
	return time;
}

void source_texts_execed(struct source_texts *texts, pid_t pid)
{
	set_begin(texts, pid, clock_now(CLOCK_REALTIME));
}

void source_texts_forked(struct source_texts *texts, pid_t maker, pid_t child)
{
	set_begin(texts, child, begin_of(texts, maker));
}

void source_texts_forget(struct source_texts *texts, pid_t pid)
{
	free(map_remove(&texts->begins, (uint64_t)pid));
}

/* --- a file -------------------------------------------------------------------------------------
 */

/* The user and the group that the kernel takes for its file accesses: the last of the four in
 * proc_pid_status(5). */
static bool read_owner(pid_t pid, uid_t *ret_user, gid_t *ret_group)
{
	char path[64], text[256];
	bool user = false, group = false;
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	autofclose FILE *file = fopen(path, "re");
	while (file && !(user && group) && fgets(text, sizeof text, file)) {
		user |= sscanf(text, "Uid: %*u %*u %*u %u", ret_user) == 1;
		group |= sscanf(text, "Gid: %*u %*u %*u %u", ret_group) == 1;
	}
	return user && group;
}

/* What the process may not read is none of its reader's business. */
static bool may_read(pid_t pid, const struct stat *file)
{
	uid_t user;
	gid_t group;
	if (file->st_mode & S_IROTH)
		return true;
	return read_owner(pid, &user, &group) &&
	       (user == 0 || (user == file->st_uid && file->st_mode & S_IRUSR) ||
		(group == file->st_gid && file->st_mode & S_IRGRP));
}

static bool is_newer(const struct stat *file, uint64_t begin)
{
	return file->st_mtim.tv_sec < 0 ||
	       (uint64_t)file->st_mtim.tv_sec * NANOSECONDS + (uint64_t)file->st_mtim.tv_nsec >
		       begin;
}

/* The whole of it, as long as it was said to be; NULL otherwise. */
static char *read_whole(int fd, size_t size)
{
	char *bytes = malloc(size + 1);
	size_t done = 0;
	ssize_t got = 1;
	while (bytes && done < size && got > 0) {
		got = read(fd, bytes + done, size - done);
		done += got > 0 ? (size_t)got : 0;
	}
	if (!bytes || done < size) {
		free(bytes);
		return NULL;
	}
	bytes[size] = '\0';
	return bytes;
}

static void read_file(struct source_texts *texts, pid_t pid, const char *path, struct file *file)
{
	struct stat status;
	autoclose int fd = source_open(pid, path, &status);
	if (fd < 0 || status.st_size <= 0 || status.st_size > SOURCE_LARGEST_FILE ||
	    !may_read(pid, &status) || is_newer(&status, begin_of(texts, pid)))
		return;
	file->size = (size_t)status.st_size;
	file->bytes = read_whole(fd, file->size);
}

static struct file *get_file(struct source_texts *texts, pid_t pid, const char *path)
{
	autofree char *key = NULL;
	if (asprintf(&key, "%d:%s", pid, path) < 0)
		return NULL;
	uint64_t place = hash_text(key);
	struct file *file = map_get(&texts->files, place);
	if (file && strcmp(file->key, key) == 0)
		return file;
	if (file || texts->files.count >= MOST_FILES || texts->bytes > MOST_BYTES)
		forget_files(texts);
	file = calloc(1, sizeof *file);
	if (!file)
		return NULL;
	file->key = TAKE_POINTER(key);
	read_file(texts, pid, path, file);
	texts->bytes += file->size;
	if (map_put(&texts->files, place, file) == 0)
		return file;
	file_free(file);
	return NULL;
}

/* A relative path begins at the folder. */
static struct file *find_file(struct source_texts *texts, pid_t pid, const char *folder,
			      const char *path)
{
	autofree char *joined = NULL;
	if (*path != '/' && (!folder || asprintf(&joined, "%s/%s", folder, path) < 0))
		return NULL;
	return get_file(texts, pid, joined ? joined : path);
}

const char *source_text_listing(struct source_texts *texts, pid_t pid, const char *folder,
				const char *path)
{
	struct file *file = find_file(texts, pid, folder, path);
	if (!file || file->listed || !file->bytes)
		return NULL;
	file->listed = true;
	bool listing = file->size <= SOURCE_LARGEST_LISTING && strlen(file->bytes) == file->size &&
		       utf8_valid(file->bytes, file->size);
	return listing ? file->bytes : NULL;
}

/* --- a line -------------------------------------------------------------------------------------
 */

/* Where that line begins; `size` if there are not so many. */
static size_t find_line(const char *bytes, size_t size, unsigned line)
{
	size_t at = 0;
	for (unsigned i = 1; i < line && at < size; i++) {
		const char *newline = memchr(bytes + at, '\n', size - at);
		at = newline ? (size_t)(newline - bytes) + 1 : size;
	}
	return at;
}

const char *source_text_line(struct source_texts *texts, pid_t pid, const char *folder,
			     const char *path, unsigned line)
{
	const struct file *file = line ? find_file(texts, pid, folder, path) : NULL;
	if (!file || !file->bytes)
		return NULL;
	size_t start = find_line(file->bytes, file->size, line);
	if (start == file->size)
		return NULL;
	const char *text = file->bytes + start;
	const char *newline = memchr(text, '\n', file->size - start);
	size_t length = newline ? (size_t)(newline - text) : file->size - start;
	if (length && text[length - 1] == '\r')
		length--;
	/* Not half a character: its following bytes are 10xxxxxx. */
	if (length > SOURCE_LONGEST_LINE) {
		length = SOURCE_LONGEST_LINE;
		while (length && ((unsigned char)text[length] & 0xC0) == 0x80)
			length--;
	}
	memcpy(texts->line, text, length);
	texts->line[length] = '\0';
	return *texts->line ? texts->line : NULL;
}
