#include "witnesses/tracepoint.h"

#include "support/auto.h"
#include "witnesses/bpf_ring.h"
#include "witnesses/btf.h"
#include "witnesses/tracepoint_program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { ENTRY_SIZE = sizeof(struct change) + BPF_RINGBUF_HDR_SZ };

struct tracepoint {
	int ring_fd, lost_fd, program_fd, link_fd;
	struct bpf_ring ring;
	const uint64_t *lost;
};

static int bpf(int command, union bpf_attr *attributes)
{
	long result = syscall(SYS_bpf, command, attributes, sizeof *attributes);
	return result < 0 ? -errno : (int)result;
}

/* --- what the program puts its findings in ---------------------------------------------------- */

/* Smaller than this the kernel does not make one; and as a power of two it is whole pages. */
static size_t ring_size(unsigned changes)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	while (size < (size_t)changes * ENTRY_SIZE)
		size *= 2;
	return size;
}

static int make_ring(struct tracepoint *tracepoint, unsigned changes)
{
	size_t size = ring_size(changes ? changes : TRACEPOINT_CHANGES);
	union bpf_attr ring = { .map_type = BPF_MAP_TYPE_RINGBUF, .max_entries = (uint32_t)size };
	tracepoint->ring_fd = bpf(BPF_MAP_CREATE, &ring);
	if (tracepoint->ring_fd < 0)
		return tracepoint->ring_fd;
	return bpf_ring_map(&tracepoint->ring, tracepoint->ring_fd, size);
}

static int make_counter(struct tracepoint *tracepoint)
{
	union bpf_attr counter = { .map_type = BPF_MAP_TYPE_ARRAY,
				   .key_size = sizeof(uint32_t),
				   .value_size = sizeof *tracepoint->lost,
				   .max_entries = 1,
				   .map_flags = BPF_F_MMAPABLE };
	tracepoint->lost_fd = bpf(BPF_MAP_CREATE, &counter);
	if (tracepoint->lost_fd < 0)
		return tracepoint->lost_fd;
	void *lost =
		mmap(NULL, sizeof *tracepoint->lost, PROT_READ, MAP_SHARED, tracepoint->lost_fd, 0);
	if (lost == MAP_FAILED)
		return -errno;
	tracepoint->lost = lost;
	return 0;
}

/* --- the kernel's types ------------------------------------------------------------------------
 */

static const char types_path[] = "/sys/kernel/btf/vmlinux";

static bool read_into(int fd, uint8_t *bytes, size_t size)
{
	size_t have = 0;
	while (have < size) {
		ssize_t more = read(fd, bytes + have, size - have);
		if (more == 0)
			errno = EIO;
		if (more == 0 || (more < 0 && errno != EINTR))
			return false;
		have += more > 0 ? (size_t)more : 0;
	}
	return true;
}

/* The file's bytes, to be unmapped; or NULL with errno. */
static uint8_t *map_types(size_t *ret_size)
{
	struct stat status;
	autoclose int fd = open(types_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return NULL;
	size_t size = *ret_size = (size_t)status.st_size;
	uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes != MAP_FAILED)
		return bytes;
	/* Before Linux 6.16 it can only be read, a page at a time. */
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return NULL;
	if (read_into(fd, bytes, size))
		return bytes;
	munmap(bytes, size);
	return NULL;
}

/* The compiler made a type of each tracepoint's arguments, and called it so. */
static int ask_types(void)
{
	size_t size = 0;
	uint8_t *image = map_types(&size);
	if (!image)
		return -errno;
	int type = btf_find(image, size, BTF_KIND_TYPEDEF, "btf_trace_inet_sock_set_state");
	munmap(image, size);
	return type;
}

/* --- the program -------------------------------------------------------------------------------
 */

/* While the kernel checks a program it gives up if a signal comes: our clock's, for one. */
static int load(const struct program_parts *parts, uint32_t type)
{
	enum { TRIES = 10 };
	struct bpf_insn program[PROGRAM_ROOM];
	size_t count = program_assemble(parts, program);
	union bpf_attr loading = { .prog_type = BPF_PROG_TYPE_TRACING,
				   .expected_attach_type = BPF_TRACE_RAW_TP,
				   .attach_btf_id = type,
				   .insns = (uintptr_t)program,
				   .insn_cnt = (uint32_t)count,
				   .license = (uintptr_t) "" };
	memcpy(loading.prog_name, "socktrace", sizeof "socktrace");
	int result = -EAGAIN;
	for (int i = 0; i < TRIES && (result == -EAGAIN || result == -EINTR); i++)
		result = bpf(BPF_PROG_LOAD, &loading);
	return result;
}

int tracepoint_begin(struct tracepoint *tracepoint)
{
	int type = ask_types();
	if (type < 0)
		return type;
	struct program_parts parts = { .ring = tracepoint->ring_fd, .lost = tracepoint->lost_fd };
	struct stat namespace;
	if (stat("/proc/self/ns/pid", &namespace) == 0) {
		/* The kernel's own form of a device number (include/linux/kdev_t.h). */
		parts.device = major(namespace.st_dev) << 20 | minor(namespace.st_dev);
		parts.inode = namespace.st_ino;
	}
	tracepoint->program_fd = load(&parts, (uint32_t)type);
	if (tracepoint->program_fd < 0)
		return tracepoint->program_fd;
	union bpf_attr attaching = { .raw_tracepoint.prog_fd = (uint32_t)tracepoint->program_fd };
	tracepoint->link_fd = bpf(BPF_RAW_TRACEPOINT_OPEN, &attaching);
	return tracepoint->link_fd < 0 ? tracepoint->link_fd : 0;
}

int tracepoint_open(struct tracepoint **ret_tracepoint, unsigned changes)
{
	struct tracepoint *tracepoint = calloc(1, sizeof *tracepoint);
	if (!tracepoint)
		return -ENOMEM;
	tracepoint->ring_fd = tracepoint->lost_fd = -1;
	tracepoint->program_fd = tracepoint->link_fd = -1;
	int result = access(types_path, R_OK) == 0 ? make_ring(tracepoint, changes) : -errno;
	if (result == 0)
		result = make_counter(tracepoint);
	if (result < 0)
		tracepoint_close(tracepoint);
	else
		*ret_tracepoint = tracepoint;
	return result;
}

void tracepoint_close(struct tracepoint *tracepoint)
{
	if (!tracepoint)
		return;
	const int descriptors[] = { tracepoint->link_fd, tracepoint->program_fd,
				    tracepoint->lost_fd, tracepoint->ring_fd };
	for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	if (tracepoint->lost)
		munmap((void *)(uintptr_t)tracepoint->lost, sizeof *tracepoint->lost);
	bpf_ring_unmap(&tracepoint->ring);
	free(tracepoint);
}

/* --- reading -----------------------------------------------------------------------------------
 */

uint64_t tracepoint_lost(const struct tracepoint *tracepoint)
{
	return __atomic_load_n(tracepoint->lost, __ATOMIC_RELAXED);
}

/* The kernel has states that no socket shows: a half-open connection, and one that is bound. */
static enum tcp_state state_of(unsigned number)
{
	return number < STATE_COUNT ? (enum tcp_state)number : STATE_UNKNOWN;
}

bool tracepoint_next(struct tracepoint *tracepoint, struct transition *ret_transition)
{
	struct change change;
	if (!bpf_ring_next(&tracepoint->ring, &change, sizeof change))
		return false;
	*ret_transition = (struct transition){ .time = change.time,
					       .cookie = change.cookie,
					       .from = state_of(change.from),
					       .to = state_of(change.to),
					       .tid = (pid_t)change.tid };
	return true;
}

bool transition_holds(const struct transition *transition)
{
	enum tcp_state from = transition->from, to = transition->to;
	if (from == to || from == STATE_UNKNOWN || to == STATE_UNKNOWN)
		return false;
	return to != STATE_CLOSED || (from != STATE_FIN_WAIT_2 && from != STATE_CLOSING);
}
