/*
 * Text that is written in turns and read one after the other: chains of blocks in one
 * temporary file, so that memory follows the number of chains being written, not the run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_BLOCK = 4096 };

struct spool; /* the file */

/* All zero is an empty chain. */
struct chain {
	uint64_t first;            /* the number of its first block, from 1; 0: it is empty */
	uint64_t now;              /* that of the block being filled */
	struct chain_block *block; /* owned; NULL: none is being filled */
};

/* NULL if there is no memory, or no room for a temporary file. */
struct spool *spool_new(void);
void spool_free(struct spool *spool);

void spool_add(struct spool *spool, struct chain *chain, const char *bytes, size_t size);
/* Puts away what is still in memory. More may be added later. */
void spool_rest(struct spool *spool, struct chain *chain);
/* Forgets a chain without reading it. */
void chain_done(struct chain *chain);

/* Whether something could not be written or read: then chains lack parts. */
bool spool_failed(const struct spool *spool);

/* Reads a chain from its beginning; it must be at rest. */
struct chain_reader {
	struct spool *spool;
	uint64_t next;
	struct chain_block *block; /* owned */
	size_t used;
};

/* One reader at a time costs one block. */
void chain_read(struct chain_reader *reader, struct spool *spool, const struct chain *chain);
/* The next byte, -1 at the end; then the reader holds nothing any more. */
int chain_next(struct chain_reader *reader);
