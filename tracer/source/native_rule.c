#include "source/native_site.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

/* DWARF's numbers of registers, from the processors' psABI documents. */
struct numbers {
	uint16_t machine;
	unsigned stack, frame;
};

static const struct numbers *numbers_of(uint16_t machine)
{
	static const struct numbers all[] = {
		{ EM_X86_64, 7, 6 },
		{ EM_386, 4, 5 },
		{ EM_AARCH64, 31, 29 },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].machine == machine)
			return &all[i];
	return NULL;
}

/* --- expressions ---------------------------------------------------------------------------------
 */

/* `register + offset`, the only kind of expression that compilers make but for PLTs. */
static bool is_register(const Dwarf_Op *op, uint64_t *ret_register, int64_t *ret_offset)
{
	if (op->atom == DW_OP_bregx) {
		*ret_register = op->number;
		*ret_offset = (int64_t)op->number2;
		return true;
	}
	if (op->atom < DW_OP_breg0 || op->atom > DW_OP_breg31)
		return false;
	*ret_register = op->atom - DW_OP_breg0;
	*ret_offset = (int64_t)op->number;
	return true;
}

static bool read_frame(Dwarf_Frame *frame, const struct numbers *numbers, struct native_rule *rule)
{
	Dwarf_Op *ops;
	size_t count;
	uint64_t number;
	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count < 1 || count > 2 ||
	    !is_register(&ops[0], &number, &rule->offset) ||
	    (count == 2 && ops[1].atom != DW_OP_deref))
		return false;
	rule->indirect = count == 2;
	rule->by_frame_pointer = number == numbers->frame;
	return number == numbers->frame || number == numbers->stack;
}

static struct native_value read_value(Dwarf_Frame *frame, const struct numbers *numbers,
				      unsigned number)
{
	Dwarf_Op memory[3], *ops;
	size_t count;
	uint64_t base;
	int64_t offset;
	if (dwarf_frame_register(frame, (int)number, memory, &ops, &count) != 0)
		return (struct native_value){ WHERE_UNKNOWN, 0 };
	if (!count)
		return (struct native_value){ ops ? WHERE_UNKNOWN : WHERE_REGISTER, 0 };
	if (ops[count - 1].atom == DW_OP_stack_value)
		return (struct native_value){ WHERE_UNKNOWN, 0 };
	/* An expression finds the frame's address on its stack, whether it needs it or not. */
	if (ops[0].atom != DW_OP_call_frame_cfa || count > 2)
		return (struct native_value){ WHERE_UNKNOWN, 0 };
	if (count == 2 && is_register(&ops[1], &base, &offset) && base == numbers->stack)
		return (struct native_value){ WHERE_STACK, offset };
	if (count == 2 && ops[1].atom != DW_OP_plus_uconst)
		return (struct native_value){ WHERE_UNKNOWN, 0 };
	return (struct native_value){ WHERE_FRAME, count == 2 ? (int64_t)ops[1].number : 0 };
}

/* --- frame pointers
 * -------------------------------------------------------------------------------- */

/*
 * Without call frame information the frame pointer tells only where the function has set it, and
 * code that does begins so: push %rbp; mov %rsp,%rbp. At any other function it is its caller's,
 * and to go by it would leave out a frame.
 */
static bool sets_frame_pointer(const struct image *image, Dwfl_Module *module, uint64_t address)
{
	static const unsigned char landing[] = { 0xf3, 0x0f, 0x1e }; /* endbr64, endbr32 */
	static const unsigned char wide[] = { 0x55, 0x48, 0x89, 0xe5 };
	static const unsigned char narrow[] = { 0x55, 0x89, 0xe5 };
	const unsigned char *code = image->machine == EM_386 ? narrow : wide;
	size_t size = image->machine == EM_386 ? sizeof narrow : sizeof wide;
	unsigned char begin[8] = { 0 };
	GElf_Sym symbol;
	GElf_Off offset;
	if ((image->machine != EM_X86_64 && image->machine != EM_386) ||
	    !dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL) ||
	    offset >= symbol.st_size ||
	    image->memory->read(image->memory, address - offset, begin, sizeof begin) !=
		    sizeof begin)
		return false;
	size_t skipped = memcmp(begin, landing, sizeof landing) == 0 ? sizeof landing + 1 : 0;
	return memcmp(begin + skipped, code, size) == 0 && offset >= skipped + size;
}

static struct native_rule rule_of_frame_pointer(unsigned word)
{
	return (struct native_rule){
		.known = true,
		.by_frame_pointer = true,
		.offset = 2 * (int64_t)word,
		.caller = { WHERE_FRAME, -(int64_t)word },
		.frame_pointer = { WHERE_FRAME, -2 * (int64_t)word },
	};
}

/* --- a rule
 * ------------------------------------------------------------------------------------------ */

static bool read_rule(const struct image *image, Dwarf_CFI *information, Dwarf_Addr address,
		      struct native_rule *rule)
{
	const struct numbers *numbers = numbers_of(image->machine);
	Dwarf_Frame *frame = NULL;
	if (!information || !numbers || dwarf_cfi_addrframe(information, address, &frame) != 0)
		return false;
	rule->written = true;
	int caller = dwarf_frame_info(frame, NULL, NULL, &rule->signal);
	if (caller >= 0 && read_frame(frame, numbers, rule)) {
		rule->caller = read_value(frame, numbers, (unsigned)caller);
		rule->frame_pointer = read_value(frame, numbers, numbers->frame);
		rule->known = rule->caller.where != WHERE_UNKNOWN;
	}
	free(frame);
	return true;
}

struct native_rule rule_find(const struct image *image, Dwfl_Module *module, uint64_t address,
			     bool returns)
{
	struct native_rule rule = { 0 };
	Dwarf_Addr bias = 0;
	/* A call may be its function's last instruction: it returns to the next function. */
	uint64_t inside = address - returns;
	Dwarf_CFI *information = dwfl_module_eh_cfi(module, &bias);
	if (read_rule(image, information, inside - bias, &rule))
		return rule;
	information = dwfl_module_dwarf_cfi(module, &bias);
	if (read_rule(image, information, inside - bias, &rule))
		return rule;
	return sets_frame_pointer(image, module, inside) ? rule_of_frame_pointer(image->word)
							 : rule;
}
