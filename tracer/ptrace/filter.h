/* The seccomp filter that makes a launched program stop at the calls we ask for. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

struct filter {
	struct sock_fprog program;
};

/*
 * Builds it: the calls named answer SECCOMP_RET_TRACE on every architecture this machine
 * runs, all others SECCOMP_RET_ALLOW. Names no architecture knows are passed over.
 * Returns 0 or -errno (from libseccomp).
 */
int filter_build(const char *const *names, size_t count, struct filter *ret_filter);
void filter_done(struct filter *filter);

/* Installs it on the calling thread: 0 or -errno. NO_NEW_PRIVS is set only where the
 * kernel refuses without. */
int filter_install(const struct filter *filter);
