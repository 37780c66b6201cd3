#include "formatters/spool.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct chain_block {
	uint64_t next; /* the number of the block that follows; 0: none */
	uint64_t size; /* bytes used */
	char bytes[SPOOL_BLOCK - 2 * sizeof(uint64_t)];
};
_Static_assert(sizeof(struct chain_block) == SPOOL_BLOCK, "blocks lie side by side in the file");

struct spool {
	int fd;
	uint64_t blocks; /* how many numbers are given */
	bool failed;
};

/* Without a name, and not for the programs that are traced: O_CLOEXEC. */
static int open_nameless(void)
{
	const char *folder = getenv("TMPDIR");
	folder = folder && *folder ? folder : P_tmpdir;
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system can do that. */
	autofree char *path = NULL;
	if (asprintf(&path, "%s/socktrace-XXXXXX", folder) < 0) {
		path = NULL;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

struct spool *spool_new(void)
{
	struct spool *spool = calloc(1, sizeof *spool);
	if (!spool)
		return NULL;
	spool->fd = open_nameless();
	if (spool->fd < 0) {
		free(spool);
		return NULL;
	}
	return spool;
}

void spool_free(struct spool *spool)
{
	if (!spool)
		return;
	close(spool->fd);
	free(spool);
}

bool spool_failed(const struct spool *spool)
{
	return spool->failed;
}

static off_t place_of(uint64_t number)
{
	return (off_t)((number - 1) * SPOOL_BLOCK);
}

static void write_block(struct spool *spool, uint64_t number, const struct chain_block *block)
{
	const char *bytes = (const char *)block;
	size_t done = 0;
	while (done < SPOOL_BLOCK && !spool->failed) {
		ssize_t written = pwrite(spool->fd, bytes + done, SPOOL_BLOCK - done,
					 place_of(number) + (off_t)done);
		if (written < 0 && errno == EINTR)
			continue;
		spool->failed = written <= 0;
		done += written > 0 ? (size_t)written : 0;
	}
}

/* false: there is no such block, or not all of it. */
static bool read_block(struct spool *spool, uint64_t number, struct chain_block *block)
{
	char *bytes = (char *)block;
	size_t done = 0;
	while (done < SPOOL_BLOCK && !spool->failed) {
		ssize_t got = pread(spool->fd, bytes + done, SPOOL_BLOCK - done,
				    place_of(number) + (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		spool->failed = got <= 0;
		done += got > 0 ? (size_t)got : 0;
	}
	return !spool->failed;
}

/* The chain's block in memory, fetched again if it was put away. */
static struct chain_block *block_of(struct spool *spool, struct chain *chain)
{
	if (chain->block)
		return chain->block;
	struct chain_block *block = calloc(1, sizeof *block);
	if (!block)
		spool->failed = true;
	else if (!chain->now)
		chain->first = chain->now = ++spool->blocks;
	else
		read_block(spool, chain->now, block);
	return chain->block = block;
}

/* A block's successor gets its number before the block is written: it is never touched again. */
static void go_on(struct spool *spool, struct chain *chain)
{
	struct chain_block *block = chain->block;
	block->next = ++spool->blocks;
	write_block(spool, chain->now, block);
	chain->now = block->next;
	*block = (struct chain_block){ 0 };
}

void spool_add(struct spool *spool, struct chain *chain, const char *bytes, size_t size)
{
	while (size && !spool->failed) {
		struct chain_block *block = block_of(spool, chain);
		if (!block)
			return;
		size_t room = sizeof block->bytes - block->size;
		size_t part = size < room ? size : room;
		memcpy(block->bytes + block->size, bytes, part);
		block->size += part;
		bytes += part;
		size -= part;
		if (block->size == sizeof block->bytes)
			go_on(spool, chain);
	}
}

void spool_rest(struct spool *spool, struct chain *chain)
{
	if (!chain->block)
		return;
	write_block(spool, chain->now, chain->block);
	chain_done(chain);
}

void chain_done(struct chain *chain)
{
	free(chain->block);
	chain->block = NULL;
}

void chain_read(struct chain_reader *reader, struct spool *spool, const struct chain *chain)
{
	*reader = (struct chain_reader){ .spool = spool, .next = chain->first };
}

/* Makes the next block the current one; false: there is none. */
static bool turn(struct chain_reader *reader)
{
	if (!reader->block && reader->next)
		reader->block = malloc(sizeof *reader->block);
	if (!reader->block || !reader->next ||
	    !read_block(reader->spool, reader->next, reader->block))
		return false;
	reader->next = reader->block->next;
	reader->used = 0;
	return true;
}

int chain_next(struct chain_reader *reader)
{
	while (!reader->block || reader->used >= reader->block->size)
		if (!turn(reader)) {
			free(reader->block);
			*reader = (struct chain_reader){ .spool = reader->spool };
			return -1;
		}
	return (unsigned char)reader->block->bytes[reader->used++];
}
