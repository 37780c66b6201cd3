/* Machine code of x86_64, as far as it moves the stack pointer. */
#include "unit.h"

#include "source/native_code.h"

#include <string.h>

static struct instruction read_one(const char *bytes, size_t size)
{
	struct instruction instruction = { 0 };
	ck_assert(instruction_read((const unsigned char *)bytes, size, 0x1000, &instruction));
	ck_assert_uint_eq(instruction.length, size);
	return instruction;
}

#define READ(bytes)  read_one(bytes, sizeof(bytes) - 1)
#define KNOWN(bytes) is_known(bytes, sizeof(bytes) - 1)

static bool is_known(const char *bytes, size_t size)
{
	struct instruction instruction;
	return instruction_read((const unsigned char *)bytes, size, 0x1000, &instruction);
}

START_TEST(what_moves_the_stack_pointer_says_how_far)
{
	ck_assert_int_eq(READ("\x53").down, 8);                              /* push %rbx */
	ck_assert_int_eq(READ("\x41\x57").down, 8);                          /* push %r15 */
	ck_assert_int_eq(READ("\x6a\x00").down, 8);                          /* push $0 */
	ck_assert_int_eq(READ("\x68\x00\x01\x00\x00").down, 8);              /* push $0x100 */
	ck_assert_int_eq(READ("\xff\x75\xf8").down, 8);                      /* push -8(%rbp) */
	ck_assert_int_eq(READ("\x5b").down, -8);                             /* pop %rbx */
	ck_assert_int_eq(READ("\x48\x83\xec\x18").down, 24);                 /* sub $24,%rsp */
	ck_assert_int_eq(READ("\x48\x81\xec\x00\x10\x00\x00").down, 0x1000); /* sub $4096,%rsp */
	ck_assert_int_eq(READ("\x48\x83\xc4\x18").down, -24);                /* add $24,%rsp */
	ck_assert_int_eq(READ("\x48\x83\xc4\x80").down, 128);                /* add $-128,%rsp */
	ck_assert_int_eq(READ("\x48\x8d\x64\x24\xf8").down, 8);              /* lea -8(%rsp),%rsp */
}
END_TEST

START_TEST(all_else_leaves_it)
{
	ck_assert_int_eq(READ("\x0f\x05").down, 0);             /* syscall */
	ck_assert_int_eq(READ("\x49\x83\x3c\x24\x00").down, 0); /* cmpq $0,(%r12) */
	ck_assert_int_eq(READ("\x48\x8b\x44\x24\x08").down, 0); /* mov 8(%rsp),%rax */
	ck_assert_int_eq(READ("\x48\x89\x04\x24").down, 0);     /* mov %rax,(%rsp) */
	ck_assert_int_eq(READ("\x49\x83\xc4\x08").down, 0);     /* add $8,%r12 */
	ck_assert_int_eq(READ("\x48\x63\xfe").down, 0);         /* movslq %esi,%rdi */
	ck_assert_int_eq(READ("\x48\xb8\x01\x02\x03\x04\x05\x06\x07\x08").down, 0); /* movabs */
	ck_assert_int_eq(READ("\x66\xc7\x45\xfe\x01\x00").down, 0); /* movw $1,-2(%rbp) */
	ck_assert_int_eq(READ("\x64\x48\x8b\x04\x25\x28\x00\x00\x00").down,
			 0); /* mov %fs:40,%rax */
}
END_TEST

START_TEST(what_sets_it_to_anything_is_not_known)
{
	ck_assert(!KNOWN("\x48\x89\xec"));     /* mov %rbp,%rsp */
	ck_assert(!KNOWN("\x48\x83\xe4\xf0")); /* and $-16,%rsp */
	ck_assert(!KNOWN("\x48\x29\xc4"));     /* sub %rax,%rsp */
	ck_assert(!KNOWN("\x48\x2b\x65\xa8")); /* sub -0x58(%rbp),%rsp */
	ck_assert(!KNOWN("\x48\x8d\x65\xd8")); /* lea -0x28(%rbp),%rsp */
	ck_assert(!KNOWN("\xc9"));             /* leave */
	ck_assert(!KNOWN("\x48\x83"));         /* half of one */
	ck_assert(!KNOWN(""));
}
END_TEST

START_TEST(jumps_say_where_to)
{
	struct instruction call = READ("\xe8\x10\x00\x00\x00");
	ck_assert_int_eq(call.kind, CODE_CALL);
	ck_assert_uint_eq(call.target, 0x1015);
	struct instruction branch = READ("\x74\xfe");
	ck_assert_int_eq(branch.kind, CODE_BRANCH);
	ck_assert_uint_eq(branch.target, 0x1000);
	struct instruction far = READ("\x0f\x85\x00\x01\x00\x00");
	ck_assert_int_eq(far.kind, CODE_BRANCH);
	ck_assert_uint_eq(far.target, 0x1106);
	ck_assert_int_eq(READ("\xe9\x00\x00\x00\x00").kind, CODE_JUMP);
	ck_assert_int_eq(READ("\xff\xe0").kind, CODE_END); /* jmp *%rax */
	ck_assert_int_eq(READ("\xc3").kind, CODE_END);
	ck_assert_int_eq(READ("\xff\xd0").kind, CODE_PLAIN); /* call *%rax */
	ck_assert(READ("\x55").saves_frame_pointer);
	ck_assert(!READ("\x41\x55").saves_frame_pointer); /* push %r13 */
}
END_TEST

START_TEST(random_bytes_are_read_within_their_bounds)
{
	uint64_t state = 7;
	for (int round = 0; round < 200000; round++) {
		unsigned char bytes[16];
		struct instruction instruction;
		for (size_t i = 0; i < sizeof bytes; i++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
			bytes[i] = (unsigned char)(state >> 56);
		}
		size_t size = state >> 40 & 15;
		if (instruction_read(bytes, size, 0, &instruction)) {
			ck_assert_uint_ge(instruction.length, 1);
			ck_assert_uint_le(instruction.length, size);
		}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("native code");
	TCase *code = tcase_create("code");
	tcase_add_test(code, what_moves_the_stack_pointer_says_how_far);
	tcase_add_test(code, all_else_leaves_it);
	tcase_add_test(code, what_sets_it_to_anything_is_not_known);
	tcase_add_test(code, jumps_say_where_to);
	tcase_add_test(code, random_bytes_are_read_within_their_bounds);
	suite_add_tcase(suite, code);
	return suite;
}
