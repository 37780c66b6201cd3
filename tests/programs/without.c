/*
 * without CALL PROGRAM [ARGUMENT]...: runs PROGRAM on a kernel that does not know (or does
 * not permit) the system call: pidfd_getfd answers ENOSYS, all others EPERM.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: without CALL PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	uint32_t answer = strcmp(argv[1], "pidfd_getfd") == 0 ? ENOSYS : EPERM;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(answer), seccomp_syscall_resolve_name(argv[1]),
			     0) < 0 ||
	    seccomp_load(filter) < 0) {
		fprintf(stderr, "without: %s: cannot be forbidden\n", argv[1]);
		return 2;
	}
	seccomp_release(filter);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
