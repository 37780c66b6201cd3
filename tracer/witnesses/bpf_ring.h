/*
 * The ring into which a BPF program puts what it saw (Documentation/bpf/ringbuf.rst): one for all
 * processors, in the order in which they asked for room. Reading it costs no system call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_ring {
	/* Both shared with the kernel: they count bytes, and never begin anew. */
	unsigned long *read;
	const unsigned long *written;
	/* A power of two of bytes, and the same once more behind: nothing is ever cut in two. */
	const uint8_t *data;
	size_t size;
};

/* Maps the ring of that descriptor (BPF_MAP_TYPE_RINGBUF, of so many bytes). 0 or -errno. */
int bpf_ring_map(struct bpf_ring *ring, int fd, size_t size);
void bpf_ring_unmap(struct bpf_ring *ring);

/* Copies the next entry and gives its room back. Those of another size are passed over. False:
 * nothing more is there, or the next one is still being written. */
bool bpf_ring_next(struct bpf_ring *ring, void *ret_entry, size_t size);
