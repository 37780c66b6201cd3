/*
 * without CALL PROGRAM [ARGUMENT]...: runs PROGRAM on a kernel that does not know (or does
 * not permit) the system call: pidfd_getfd answers ENOSYS, all others EPERM.
 * without linux-5.10 PROGRAM [ARGUMENT]...: on a kernel that answers as Linux 5.10 does to what
 * came later.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FIRST_LATER_CALL = 441, /* epoll_pwait2, and whatever has a higher number */
	LAST_LATER_CALL = 511,
	NETNS_COOKIE = 71, /* asm-generic/socket.h, since Linux 5.14 */
};

static int answer_as_before(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp cookie[] = {
		{ .arg = 1, .op = SCMP_CMP_EQ, .datum_a = SOL_SOCKET },
		{ .arg = 2, .op = SCMP_CMP_EQ, .datum_a = NETNS_COOKIE },
	};
	const struct scmp_arg_cmp load = { .arg = 0, .op = SCMP_CMP_EQ, .datum_a = BPF_PROG_LOAD };
	int result = 0;
	for (int call = FIRST_LATER_CALL; call <= LAST_LATER_CALL && result == 0; call++)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
	if (result == 0)
		result = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOPROTOOPT),
						SCMP_SYS(getsockopt), 2, cookie);
	/* It had no bpf_get_socket_cookie() for a program at a tracepoint. */
	if (result == 0)
		result = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(bpf), 1,
						&load);
	return result;
}

static int forbid(scmp_filter_ctx filter, const char *call)
{
	uint32_t answer = strcmp(call, "pidfd_getfd") == 0 ? ENOSYS : EPERM;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(answer), seccomp_syscall_resolve_name(call),
				0);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: without CALL|linux-5.10 PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int result = !filter                              ? -ENOMEM
		     : strcmp(argv[1], "linux-5.10") == 0 ? answer_as_before(filter)
							  : forbid(filter, argv[1]);
	if (result < 0 || seccomp_load(filter) < 0) {
		fprintf(stderr, "without: %s: cannot be forbidden\n", argv[1]);
		return 2;
	}
	seccomp_release(filter);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
