#include "ptrace/filter.h"

#include "support/auto.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A 64-bit program can make calls of its 32-bit sisters too (int $0x80, x32). */
static int add_architectures(scmp_filter_ctx context)
{
#if defined __x86_64__
	static const uint32_t others[] = { SCMP_ARCH_X86, SCMP_ARCH_X32 };
#else
	static const uint32_t others[] = { SCMP_ARCH_ARM };
#endif
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		int result = seccomp_arch_add(context, others[i]);
		if (result < 0 && result != -EEXIST)
			return result;
	}
	return 0;
}

static int add_rule(scmp_filter_ctx context, const struct filter_rule *rule)
{
	int number = seccomp_syscall_resolve_name(rule->call);
	if (number == __NR_SCMP_ERROR)
		return 0;
	struct scmp_arg_cmp condition =
		SCMP_CMP(rule->argument, SCMP_CMP_MASKED_EQ, rule->mask, rule->value);
	int result = seccomp_rule_add_array(context, SCMP_ACT_TRACE(FILTER_MARK), number,
					    rule->mask ? 1 : 0, &condition);
	/* None of the architectures has this call; or two rules say the same. */
	return result == -EDOM || result == -EEXIST ? 0 : result;
}

static int add_rules(scmp_filter_ctx context, const struct filter_rule *rules, size_t count)
{
	/* A binary tree over the numbers: a call costs log2 of the table, not its length. */
	int result = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* Never KILL: an architecture we do not know is none of our business. */
	if (result == 0)
		result = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	if (result == 0)
		result = add_architectures(context);
	for (size_t i = 0; i < count && result == 0; i++)
		result = add_rule(context, &rules[i]);
	return result;
}

/* libseccomp exports to a file descriptor only. */
static int export(scmp_filter_ctx context, struct filter *ret_filter)
{
	autoclose int fd = memfd_create("filter", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = seccomp_export_bpf(context, fd);
	if (result < 0)
		return result;

	struct stat status;
	if (fstat(fd, &status) < 0)
		return -errno;
	size_t size = (size_t)status.st_size;
	autofree struct sock_filter *code = malloc(size);
	if (!code)
		return -ENOMEM;
	if (pread(fd, code, size, 0) != (ssize_t)size)
		return -EIO;
	ret_filter->program.len = (unsigned short)(size / sizeof *code);
	ret_filter->program.filter = TAKE_POINTER(code);
	return 0;
}

/* libseccomp 2.5 does not survive it when its memory runs out: it frees twice, or never comes back.
 * So what it will need is asked for beforehand: what is freed below the guard, which the caller
 * frees in the end, stays in our heap. NULL: there is no room. */
static void *hold_room(void)
{
	enum { BLOCKS = 32, BLOCK = 65536, GUARD = 64 };
	void *blocks[BLOCKS];
	size_t count = 0;
	while (count < BLOCKS && (blocks[count] = malloc(BLOCK)))
		count++;
	void *guard = count == BLOCKS ? malloc(GUARD) : NULL;
	for (size_t i = 0; i < count; i++)
		free(blocks[i]);
	return guard;
}

int filter_build(const struct filter_rule *rules, size_t count, struct filter *ret_filter)
{
	autofree void *guard = hold_room();
	if (!guard)
		return -ENOMEM;
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
	if (!context)
		return -ENOMEM;
	int result = add_rules(context, rules, count);
	if (result == 0)
		result = export(context, ret_filter);
	seccomp_release(context);
	return result;
}

void filter_done(struct filter *filter)
{
	free(filter->program.filter);
	filter->program.filter = NULL;
}

int filter_install(const struct filter *filter)
{
	/* Not seccomp_load(): that sets NO_NEW_PRIVS always, and a privileged program would
	 * lose what its set-uid children gain. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->program) == 0)
		return 0;
	if (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->program) == 0 ? 0 : -errno;
}
