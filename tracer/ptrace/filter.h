/* The seccomp filters that make a program stop at the calls we ask for. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* What our filters give with SECCOMP_RET_TRACE: a program's own may do so too. */
enum { FILTER_MARK = 0x5354 };

struct filter {
	struct sock_fprog program;
};

/* A call to stop at: whatever its arguments are (mask 0), or only where (argument & mask) == value.
 * The low 32 bits of an argument count: so wide the kernel takes descriptors and flags. */
struct filter_rule {
	const char *call; /* the kernel's name; one that no architecture knows is passed over */
	unsigned argument;
	uint32_t mask, value;
};

/*
 * Builds it: the calls of the rules answer SECCOMP_RET_TRACE on every architecture this machine
 * runs, all others SECCOMP_RET_ALLOW. Returns 0 or -errno (from libseccomp).
 */
int filter_build(const struct filter_rule *rules, size_t count, struct filter *ret_filter);
void filter_done(struct filter *filter);

/* Installs it on the calling thread: 0 or -errno. NO_NEW_PRIVS is set only where the
 * kernel refuses without. */
int filter_install(const struct filter *filter);
