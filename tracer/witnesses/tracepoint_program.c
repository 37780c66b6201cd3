#include "witnesses/tracepoint_program.h"

#include "types/tcp_state.h"

#include <linux/bpf.h>
#include <string.h>

/* The registers: a helper takes its arguments in ARGUMENT_1 to 5 and destroys them, and answers in
 * RESULT; what is to live through a call stays in the KEPT ones (Documentation/bpf). */
enum {
	RESULT = BPF_REG_0,
	ARGUMENT_1 = BPF_REG_1,
	ARGUMENT_2 = BPF_REG_2,
	ARGUMENT_3 = BPF_REG_3,
	ARGUMENT_4 = BPF_REG_4,
	SOCKET = BPF_REG_6,
	FROM = BPF_REG_7,
	TO = BPF_REG_8,
	FRAME = BPF_REG_10, /* the stack's upper end */
};

#define INSTRUCTION(op, to, from, offset, value)                                            \
	{                                                                                   \
		.code = (op), .dst_reg = (to), .src_reg = (from), .off = (int16_t)(offset), \
		.imm = (int32_t)(value)                                                     \
	}
#define LOAD(size, to, from, offset)  INSTRUCTION(BPF_LDX | BPF_MEM | (size), to, from, offset, 0)
#define STORE(size, to, offset, from) INSTRUCTION(BPF_STX | BPF_MEM | (size), to, from, offset, 0)
#define COPY(to, from)                INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define SET(to, value)                INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value)
#define ADD(to, value)                INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value)
#define CALL(helper)                  INSTRUCTION(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define RETURN                        INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* The next `skip` instructions are left out if it is so. */
#define SKIP_IF(what, value, skip)     INSTRUCTION(BPF_JMP | BPF_JEQ | BPF_K, what, 0, skip, value)
#define SKIP_UNLESS(what, value, skip) INSTRUCTION(BPF_JMP | BPF_JNE | BPF_K, what, 0, skip, value)
#define COUNT_UP(counter, by)          INSTRUCTION(BPF_STX | BPF_ATOMIC | BPF_DW, counter, by, 0, BPF_ADD)
/* 64 bits take the room of two instructions. */
#define SET_WIDE(to, kind, value)                                     \
	INSTRUCTION(BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, (value)), \
		INSTRUCTION(0, 0, 0, 0, (uint64_t)(value) >> 32)

/* Where a member of the entry stands while it is made: below the frame. */
#define AT(member) ((int)offsetof(struct change, member) - (int)sizeof(struct change))

size_t program_assemble(const struct program_parts *parts, struct bpf_insn program[PROGRAM_ROOM])
{
	const struct bpf_insn instructions[] = {
		/* It gets what the tracepoint has: the socket, its old state, and the new one. */
		LOAD(BPF_DW, SOCKET, ARGUMENT_1, 0),
		LOAD(BPF_DW, FROM, ARGUMENT_1, 8),
		LOAD(BPF_DW, TO, ARGUMENT_1, 16),
		/* A copy of the listener, made when the third segment came: no change of the state
		 * of any socket (SYN_RCVD it was before), and its cookie is not yet the one it
		 * keeps. */
		SKIP_UNLESS(FROM, STATE_LISTEN, 3),
		SKIP_UNLESS(TO, STATE_SYN_RCVD, 2),
		SET(RESULT, 0),
		RETURN,
		STORE(BPF_W, FRAME, AT(from), FROM),
		STORE(BPF_W, FRAME, AT(to), TO),
		COPY(ARGUMENT_1, SOCKET),
		CALL(BPF_FUNC_get_socket_cookie),
		STORE(BPF_DW, FRAME, AT(cookie), RESULT),
		CALL(BPF_FUNC_ktime_get_ns),
		STORE(BPF_DW, FRAME, AT(time), RESULT),
		/* Both numbers are 0 if it is another namespace's thread. */
		SET_WIDE(ARGUMENT_1, 0, parts->device),
		SET_WIDE(ARGUMENT_2, 0, parts->inode),
		COPY(ARGUMENT_3, FRAME),
		ADD(ARGUMENT_3, AT(tid)),
		SET(ARGUMENT_4, sizeof(struct bpf_pidns_info)),
		CALL(BPF_FUNC_get_ns_current_pid_tgid),
		SET_WIDE(ARGUMENT_1, BPF_PSEUDO_MAP_FD, parts->ring),
		COPY(ARGUMENT_2, FRAME),
		ADD(ARGUMENT_2, -(int)sizeof(struct change)),
		SET(ARGUMENT_3, sizeof(struct change)),
		/* Whoever reads looks from time to time: to wake somebody at each change of every
		 * socket would cost the machine more than all the rest of this. */
		SET(ARGUMENT_4, BPF_RB_NO_WAKEUP),
		CALL(BPF_FUNC_ringbuf_output),
		/* Not 0: the ring is full. */
		SKIP_IF(RESULT, 0, 4),
		SET_WIDE(ARGUMENT_1, BPF_PSEUDO_MAP_VALUE, parts->lost),
		SET(ARGUMENT_2, 1),
		COUNT_UP(ARGUMENT_1, ARGUMENT_2),
		SET(RESULT, 0),
		RETURN,
	};
	_Static_assert(sizeof instructions <= PROGRAM_ROOM * sizeof *program, "it fits");
	memcpy(program, instructions, sizeof instructions);
	return sizeof instructions / sizeof *instructions;
}
