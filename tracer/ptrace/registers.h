/* The registers of a stopped thread, as far as a system call is made of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/* 0 or -errno; -EOPNOTSUPP for a thread of another word size than ours. */
int registers_read(pid_t tid, struct user_regs_struct *ret_registers);
/* The same of a thread of any word size, as ours has them; they may not be written back. */
int registers_look(pid_t tid, struct user_regs_struct *ret_registers);
/* fs_base, tpidr_el0: what the C library knows the thread by. 0 or -errno. */
int registers_thread_pointer(pid_t tid, uint64_t *ret_pointer);
int registers_write(pid_t tid, const struct user_regs_struct *values);

/* Where the instruction stands that the thread's call was made with, if it is that of our own
 * word size (`syscall`, `svc #0`): it ends where the thread goes on. */
uint64_t registers_call_address(const struct user_regs_struct *values);
/* What must be read there. Two bytes on x86_64, four on aarch64. */
extern const uint8_t registers_call_code[];
extern const size_t registers_call_size;

/* Goes back to that instruction, to make this call with it. */
void registers_make_call(struct user_regs_struct *values, int number, const uint64_t arguments[6]);
/* The same for the call it is at the entry of: it will be entered once more. */
void registers_repeat_call(struct user_regs_struct *values);
/* Of a thread at the entry of a call: it shall not be made, the call returns with some error. */
int registers_skip_call(pid_t tid);

/* At a call's entry: changes one of its arguments. */
void registers_set_argument(struct user_regs_struct *values, unsigned index, uint64_t value);
/* What the call has returned, at its exit: changes it. */
void registers_set_result(struct user_regs_struct *values, int64_t result);
/* A call that comes back with EINTR because of us shall be started anew. False: it is in none, or
 * nobody can tell. */
bool registers_restart_call(struct user_regs_struct *values);
