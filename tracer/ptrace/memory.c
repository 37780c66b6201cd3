#include "ptrace/memory.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECES_AT_ONCE = 64 };

static size_t read_part(pid_t tid, uint64_t address, void *buffer, size_t size)
{
	struct iovec local = { .iov_base = buffer, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };
	ssize_t count = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	return count > 0 ? (size_t)count : 0;
}

static size_t live_read(const struct memory *memory, uint64_t address, void *buffer, size_t size)
{
	pid_t tid = ((const struct live_memory *)memory)->tid;
	size_t done = size ? read_part(tid, address, buffer, size) : 0;
	if (done == size)
		return done;
	/* One request is read whole or up to a fault, but the kernel counts only whole iovecs
	 * (process_vm_readv(2)); so what a bad page ends is fetched up to that page. */
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	while (done < size) {
		size_t rest = page - (address + done) % page;
		if (rest > size - done)
			rest = size - done;
		size_t got = read_part(tid, address + done, (char *)buffer + done, rest);
		done += got;
		if (got < rest)
			break;
	}
	return done;
}

static size_t live_read_pieces(const struct memory *memory, const struct memory_piece *pieces,
			       size_t count)
{
	pid_t tid = ((const struct live_memory *)memory)->tid;
	struct iovec local[PIECES_AT_ONCE], remote[PIECES_AT_ONCE];
	if (!count)
		return 0;
	if (count > PIECES_AT_ONCE)
		count = PIECES_AT_ONCE;
	for (size_t i = 0; i < count; i++) {
		local[i] = (struct iovec){ pieces[i].buffer, pieces[i].size };
		remote[i] = (struct iovec){ (void *)(uintptr_t)pieces[i].address, pieces[i].size };
	}
	ssize_t got = process_vm_readv(tid, local, count, remote, count, 0);
	size_t whole = 0;
	for (size_t left = got > 0 ? (size_t)got : 0; whole < count && left >= pieces[whole].size;)
		left -= pieces[whole++].size;
	return whole;
}

void live_memory_init(struct live_memory *memory, pid_t tid)
{
	*memory = (struct live_memory){
		.memory = { .read = live_read, .read_pieces = live_read_pieces }, .tid = tid
	};
}

int live_memory_write(pid_t tid, uint64_t address, const void *data, size_t size)
{
	union {
		const void *data;
		void *base; /* struct iovec knows no const */
	} source = { .data = data };
	struct iovec local = { .iov_base = source.base, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };
	ssize_t written = process_vm_writev(tid, &local, 1, &remote, 1, 0);
	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -EFAULT;
}
