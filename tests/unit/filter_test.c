/* The filter's program, run by a small interpreter of classic BPF instead of the kernel. */
#include "ptrace/filter.h"
#include "types/abi.h"
#include "unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct filter_rule rules[] = {
	{ "socket", 0, 0, 0 },
	{ "connect", 0, 0, 0 },
	{ "read", 0, 0, 0 },
	{ "socketcall", 0, 0, 0 },
	{ "fnord", 0, 0, 0 },
	{ "write", 0, UINT32_MAX, 5 },
	{ "writev", 0, UINT32_MAX << 4, 16 },
};
static struct filter filter;

static void set_up(void)
{
	ck_assert_int_eq(filter_build(rules, sizeof rules / sizeof *rules, &filter), 0);
}

static void tear_down(void)
{
	filter_done(&filter);
}

static bool jumps(const struct sock_filter *code, uint32_t value)
{
	switch (BPF_OP(code->code)) {
	case BPF_JEQ:
		return value == code->k;
	case BPF_JGT:
		return value > code->k;
	case BPF_JGE:
		return value >= code->k;
	default:
		return value & code->k;
	}
}

/* As many calls as a trace asks for. */
static int build_large(void)
{
	static const char *const calls[] = { "read",     "write", "readv", "writev", "sendto",
					     "recvfrom", "ioctl", "fcntl", "close",  "sendfile" };
	static const size_t count = sizeof calls / sizeof *calls;
	enum { RULES = 160 };
	struct filter_rule many[RULES];
	struct filter large = { 0 };
	for (size_t i = 0; i < RULES; i++)
		many[i] = (struct filter_rule){ calls[i % count], 0, UINT32_MAX,
						(uint32_t)(i / count) };
	int result = filter_build(many, RULES, &large);
	filter_done(&large);
	return result;
}

/* proc_pid_statm(5) */
static rlim_t address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* In a child, with so much memory left: -result, or -1 if it broke down. */
static int built_with(rlim_t left)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = { address_space() + left, RLIM_INFINITY };
		alarm(10);
		setrlimit(RLIMIT_AS, &limit);
		_exit(-build_large());
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The answer of the filter: SECCOMP_RET_... */
static uint32_t answer(uint32_t arch, int number, uint64_t argument)
{
	struct seccomp_data data = { .arch = arch, .nr = number, .args = { argument } };
	uint32_t value = 0;
	const struct sock_filter *code = filter.program.filter;
	for (;; code++) {
		ck_assert_int_lt(code - filter.program.filter, filter.program.len);
		switch (BPF_CLASS(code->code)) {
		case BPF_LD:
			memcpy(&value, (const char *)&data + code->k, sizeof value);
			break;
		case BPF_ALU:
			value &= code->k;
			break;
		case BPF_JMP:
			code += BPF_OP(code->code) == BPF_JA ? code->k
				: jumps(code, value)         ? code->jt
							     : code->jf;
			break;
		case BPF_RET:
			return code->k;
		default:
			ck_abort_msg("an instruction this test does not know: %#x", code->code);
		}
	}
}

static int number_of(uint32_t arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch, name);
}

START_TEST(only_the_calls_named_are_traced)
{
	uint32_t native = seccomp_arch_native();
	ck_assert_uint_eq(answer(native, number_of(native, "socket"), 0),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(native, number_of(native, "connect"), 0),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(native, number_of(native, "read"), 0),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(native, number_of(native, "getppid"), 0), SECCOMP_RET_ALLOW);
}
END_TEST

START_TEST(a_rule_may_ask_for_one_descriptor)
{
	uint32_t native = seccomp_arch_native();
	int number = number_of(native, "write");
	ck_assert_uint_eq(answer(native, number, 5), SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(native, number, 4), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(answer(native, number, 6), SECCOMP_RET_ALLOW);
	/* The kernel takes an int: what stands above it in the register means nothing. */
	ck_assert_uint_eq(answer(native, number, UINT64_C(0xdead00000005)),
			  SECCOMP_RET_TRACE | FILTER_MARK);
}
END_TEST

START_TEST(a_rule_may_ask_for_a_block_of_descriptors)
{
	uint32_t native = seccomp_arch_native();
	int number = number_of(native, "writev");
	for (uint64_t fd = 0; fd < 64; fd++)
		ck_assert_uint_eq(answer(native, number, fd),
				  fd >= 16 && fd < 32 ? SECCOMP_RET_TRACE | FILTER_MARK
						      : SECCOMP_RET_ALLOW);
}
END_TEST

START_TEST(no_architecture_is_killed)
{
	for (int number = 0; number < 512; number++) {
		uint32_t there = answer(AUDIT_ARCH_S390X, number, 0);
		ck_assert_uint_eq(there, SECCOMP_RET_ALLOW);
	}
}
END_TEST

#if defined __x86_64__
START_TEST(calls_through_int_80_and_x32_are_traced)
{
	enum { I386_READ = 3, I386_SOCKET = 359, I386_CONNECT = 362, I386_SOCKETCALL = 102 };
	ck_assert_uint_eq(answer(AUDIT_ARCH_I386, I386_READ, 0), SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(AUDIT_ARCH_I386, I386_SOCKET, 0), SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(AUDIT_ARCH_I386, I386_CONNECT, 0),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	/* 3 is connect: whichever way the filter is written, it must not be missed. */
	ck_assert_uint_eq(answer(AUDIT_ARCH_I386, I386_SOCKETCALL, 3),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(AUDIT_ARCH_X86_64, X32_SYSCALL_BIT | 41, 0),
			  SECCOMP_RET_TRACE | FILTER_MARK);
	ck_assert_uint_eq(answer(AUDIT_ARCH_X86_64, X32_SYSCALL_BIT | 39, 0), SECCOMP_RET_ALLOW);
}
END_TEST
#endif

START_TEST(it_is_built_or_there_is_no_memory)
{
	enum { STEP = 65536, MOST = 4 << 20 };
	int built = 0, refused = 0;
	for (rlim_t left = 0; left < MOST; left += STEP) {
		int error = built_with(left);
		ck_assert_msg(error == 0 || error == ENOMEM, "%lu bytes: %d", (unsigned long)left,
			      error);
		built += error == 0;
		refused += error == ENOMEM;
	}
	ck_assert_int_gt(built, 0);
	ck_assert_int_gt(refused, 0);
}
END_TEST

START_TEST(the_kernel_takes_the_filter)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(filter_install(&filter) == 0 && getppid() > 0 ? 0 : 1);
	int status = 0;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("filter");
	TCase *tests = tcase_create("filter");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, only_the_calls_named_are_traced);
	tcase_add_test(tests, a_rule_may_ask_for_one_descriptor);
	tcase_add_test(tests, a_rule_may_ask_for_a_block_of_descriptors);
	tcase_add_test(tests, no_architecture_is_killed);
#if defined __x86_64__
	tcase_add_test(tests, calls_through_int_80_and_x32_are_traced);
#endif
	tcase_add_test(tests, the_kernel_takes_the_filter);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow needs terabytes of address space */
	tcase_add_test(tests, it_is_built_or_there_is_no_memory);
#endif
	suite_add_tcase(suite, tests);
	return suite;
}
