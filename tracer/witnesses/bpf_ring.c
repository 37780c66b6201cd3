#include "witnesses/bpf_ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Three parts: a page that we write, one that the kernel writes, and the data, twice. */
int bpf_ring_map(struct bpf_ring *ring, int fd, size_t size)
{
	size_t page = page_size();
	void *read = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (read == MAP_FAILED)
		return -errno;
	void *written = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (written == MAP_FAILED) {
		int error = errno;
		munmap(read, page);
		return -error;
	}
	*ring = (struct bpf_ring){ .read = read,
				   .written = written,
				   .data = (const uint8_t *)written + page,
				   .size = size };
	return 0;
}

void bpf_ring_unmap(struct bpf_ring *ring)
{
	size_t page = page_size();
	if (!ring->read)
		return;
	munmap(ring->read, page);
	munmap((void *)(uintptr_t)ring->written, page + 2 * ring->size);
	*ring = (struct bpf_ring){ 0 };
}

bool bpf_ring_next(struct bpf_ring *ring, void *ret_entry, size_t size)
{
	unsigned long at = *ring->read;
	bool found = false;
	while (!found && at != __atomic_load_n(ring->written, __ATOMIC_ACQUIRE)) {
		const uint8_t *head = ring->data + (at & (ring->size - 1));
		/* What was written before the head says that it is done is seen after that. */
		uint32_t length =
			__atomic_load_n((const uint32_t *)(const void *)head, __ATOMIC_ACQUIRE);
		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		bool discarded = length & BPF_RINGBUF_DISCARD_BIT;
		length &= ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		found = !discarded && length == size;
		if (found)
			memcpy(ret_entry, head + BPF_RINGBUF_HDR_SZ, size);
		/* Each begins at a multiple of eight. */
		at += (length + BPF_RINGBUF_HDR_SZ + 7) & ~7UL;
		__atomic_store_n(ring->read, at, __ATOMIC_RELEASE);
	}
	return found;
}
