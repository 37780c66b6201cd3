#include "ptrace/registers.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* The kernel's own number, never seen by programs: start the call anew, unless a handler runs
 * (include/linux/errno.h). */
enum { ERESTARTNOHAND = 514 };

int registers_read(pid_t tid, struct user_regs_struct *ret_registers)
{
	struct user_regs_struct values;
	struct iovec area = { .iov_base = &values, .iov_len = sizeof values };
	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &area) < 0)
		return -errno;
	/* A 32-bit thread has fewer of them. */
	if (area.iov_len != sizeof values)
		return -EOPNOTSUPP;
	*ret_registers = values;
	return 0;
}

int registers_write(pid_t tid, const struct user_regs_struct *values)
{
	struct user_regs_struct copy = *values;
	struct iovec area = { .iov_base = &copy, .iov_len = sizeof copy };
	return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &area) < 0 ? -errno : 0;
}

#if defined __x86_64__

int registers_look(pid_t tid, struct user_regs_struct *ret_registers)
{
	return ptrace(PTRACE_GETREGS, tid, NULL, ret_registers) < 0 ? -errno : 0;
}

int registers_thread_pointer(pid_t tid, uint64_t *ret_pointer)
{
	struct user_regs_struct values = { 0 };
	int result = registers_read(tid, &values);
	if (result == 0)
		*ret_pointer = values.fs_base;
	return result;
}

/* syscall */
const uint8_t registers_call_code[] = { 0x0f, 0x05 };
const size_t registers_call_size = sizeof registers_call_code;

uint64_t registers_call_address(const struct user_regs_struct *values)
{
	return values->rip - registers_call_size;
}

void registers_make_call(struct user_regs_struct *values, int number, const uint64_t arguments[6])
{
	values->rip -= registers_call_size;
	values->rax = (unsigned)number;
	/* In no call: nothing there to be started anew (arch/x86/kernel/signal.c). */
	values->orig_rax = (unsigned long long)-1;
	values->rdi = arguments[0];
	values->rsi = arguments[1];
	values->rdx = arguments[2];
	values->r10 = arguments[3];
	values->r8 = arguments[4];
	values->r9 = arguments[5];
}

void registers_repeat_call(struct user_regs_struct *values)
{
	values->rip -= registers_call_size;
	values->rax = values->orig_rax;
	values->orig_rax = (unsigned long long)-1;
}

int registers_skip_call(pid_t tid)
{
	size_t number = offsetof(struct user_regs_struct, orig_rax);
	return ptrace(PTRACE_POKEUSER, tid, number, -1L) < 0 ? -errno : 0;
}

void registers_set_argument(struct user_regs_struct *values, unsigned index, uint64_t value)
{
	/* glibc and musl say unsigned long long and unsigned long: the same in this machine. */
	__typeof__(values->rdi) *const arguments[] = { &values->rdi, &values->rsi, &values->rdx,
						       &values->r10, &values->r8,  &values->r9 };
	*arguments[index] = value;
}

void registers_set_result(struct user_regs_struct *values, int64_t result)
{
	values->rax = (unsigned long long)result;
}

bool registers_restart_call(struct user_regs_struct *values)
{
	/* orig_rax is -1 outside of a call. */
	if ((long long)values->orig_rax < 0 || (long long)values->rax != -EINTR)
		return false;
	values->rax = (unsigned long long)-ERESTARTNOHAND;
	return true;
}

#else

int registers_look(pid_t tid, struct user_regs_struct *ret_registers)
{
	return registers_read(tid, ret_registers);
}

int registers_thread_pointer(pid_t tid, uint64_t *ret_pointer)
{
	uint64_t pointers[2]; /* newer kernels have tpidr2_el0 behind it */
	struct iovec area = { .iov_base = pointers, .iov_len = sizeof pointers };
	if (ptrace(PTRACE_GETREGSET, tid, NT_ARM_TLS, &area) < 0)
		return -errno;
	*ret_pointer = pointers[0];
	return 0;
}

/* svc #0 */
const uint8_t registers_call_code[] = { 0x01, 0x00, 0x00, 0xd4 };
const size_t registers_call_size = sizeof registers_call_code;

enum { NUMBER = 8 }; /* x8; see the manual page of syscall */

uint64_t registers_call_address(const struct user_regs_struct *values)
{
	return values->pc - registers_call_size;
}

void registers_make_call(struct user_regs_struct *values, int number, const uint64_t arguments[6])
{
	values->pc -= registers_call_size;
	values->regs[NUMBER] = (unsigned)number;
	for (unsigned i = 0; i < 6; i++)
		values->regs[i] = arguments[i];
}

void registers_repeat_call(struct user_regs_struct *values)
{
	/* x0 still is the first argument, x8 the number. */
	values->pc -= registers_call_size;
}

int registers_skip_call(pid_t tid)
{
	int none = -1;
	struct iovec area = { .iov_base = &none, .iov_len = sizeof none };
	return ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &area) < 0 ? -errno : 0;
}

void registers_set_argument(struct user_regs_struct *values, unsigned index, uint64_t value)
{
	values->regs[index] = value;
}

void registers_set_result(struct user_regs_struct *values, int64_t result)
{
	values->regs[0] = (uint64_t)result;
}

/* No sign here of whether the thread is in a call: what comes back with EINTR does so. */
bool registers_restart_call(struct user_regs_struct *values)
{
	(void)values;
	return false;
}

#endif
