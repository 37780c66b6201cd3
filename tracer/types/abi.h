/* How a system call was made: which table of numbers, which sizes of long and pointer. */
#pragma once

#include <linux/audit.h>
#include <stdbool.h>
#include <stdint.h>

/* A 64-bit program may use the others too: `int $0x80` counts as i386, call by call. */
enum abi {
	ABI_X86_64,
	ABI_X32,
	ABI_I386,
	ABI_AARCH64,
	ABI_ARM,
};

#if defined __x86_64__
#define ABI_NATIVE ABI_X86_64
#elif defined __aarch64__
#define ABI_NATIVE ABI_AARCH64
#else
#error "socktrace runs on x86_64 and aarch64"
#endif

/* asm/unistd.h: x32 shares x86_64's AUDIT_ARCH and marks its numbers with this bit. */
enum { X32_SYSCALL_BIT = 0x40000000 };

/* 4 where a program's long, pointer and size_t have 32 bits (x32's too, in structures). */
static inline unsigned abi_word(enum abi abi)
{
	return abi == ABI_X86_64 || abi == ABI_AARCH64 ? 8 : 4;
}
