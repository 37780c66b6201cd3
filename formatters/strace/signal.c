/* Signals and ends: --- SIGCHLD {si_signo=SIGCHLD, ...} --- and +++ exited with 0 +++ */
#include "formatters/strace/parts.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* siginfo codes: of any signal, then of each (sigaction(2)). */
static const struct name any_codes[] = {
	{ SI_USER, "SI_USER" },
	{ SI_KERNEL, "SI_KERNEL" },
	{ SI_QUEUE, "SI_QUEUE" },
	{ SI_TIMER, "SI_TIMER" },
	{ SI_MESGQ, "SI_MESGQ" },
	{ SI_ASYNCIO, "SI_ASYNCIO" },
	{ SI_SIGIO, "SI_SIGIO" },
	{ SI_TKILL, "SI_TKILL" },
	{ -7, "SI_DETHREAD" },
	{ SI_ASYNCNL, "SI_ASYNCNL" },
	{ 0, NULL },
};

static const struct name child_codes[] = {
	{ CLD_EXITED, "CLD_EXITED" },
	{ CLD_KILLED, "CLD_KILLED" },
	{ CLD_DUMPED, "CLD_DUMPED" },
	{ CLD_TRAPPED, "CLD_TRAPPED" },
	{ CLD_STOPPED, "CLD_STOPPED" },
	{ CLD_CONTINUED, "CLD_CONTINUED" },
	{ 0, NULL },
};

static const struct name segment_codes[] = {
	{ SEGV_MAPERR, "SEGV_MAPERR" },
	{ SEGV_ACCERR, "SEGV_ACCERR" },
	{ 0, NULL },
};

static const struct name bus_codes[] = {
	{ BUS_ADRALN, "BUS_ADRALN" },
	{ BUS_ADRERR, "BUS_ADRERR" },
	{ BUS_OBJERR, "BUS_OBJERR" },
	{ 0, NULL },
};

static const struct name arithmetic_codes[] = {
	{ FPE_INTDIV, "FPE_INTDIV" }, { FPE_INTOVF, "FPE_INTOVF" }, { FPE_FLTDIV, "FPE_FLTDIV" },
	{ FPE_FLTOVF, "FPE_FLTOVF" }, { FPE_FLTUND, "FPE_FLTUND" }, { FPE_FLTRES, "FPE_FLTRES" },
	{ FPE_FLTINV, "FPE_FLTINV" }, { FPE_FLTSUB, "FPE_FLTSUB" }, { 0, NULL },
};

static const struct name illegal_codes[] = {
	{ ILL_ILLOPC, "ILL_ILLOPC" }, { ILL_ILLOPN, "ILL_ILLOPN" }, { ILL_ILLADR, "ILL_ILLADR" },
	{ ILL_ILLTRP, "ILL_ILLTRP" }, { ILL_PRVOPC, "ILL_PRVOPC" }, { ILL_PRVREG, "ILL_PRVREG" },
	{ ILL_COPROC, "ILL_COPROC" }, { ILL_BADSTK, "ILL_BADSTK" }, { 0, NULL },
};

static const struct {
	const char *signal;
	const struct name *codes;
} codes[] = {
	{ "SIGCHLD", child_codes },     { "SIGSEGV", segment_codes }, { "SIGBUS", bus_codes },
	{ "SIGFPE", arithmetic_codes }, { "SIGILL", illegal_codes },
};

static const char *code_name(const char *signal, int code)
{
	for (size_t i = 0; code > 0 && i < sizeof codes / sizeof *codes; i++)
		if (strcmp(signal, codes[i].signal) == 0 && name_of(codes[i].codes, code))
			return name_of(codes[i].codes, code);
	return name_of(any_codes, code);
}

static void put_code(struct line *line, const char *signal, int code)
{
	const char *name = code_name(signal, code);
	line_put(line, ", si_code=");
	if (name)
		line_put(line, name);
	else
		line_format(line, code ? "%#x" : "%x", (unsigned)code);
}

/* An exit status is a number, what killed or stopped the child a signal. */
static void put_child(struct line *line, const struct signal_cause *cause)
{
	const char *name = cause->code == CLD_EXITED ? NULL : signal_name(cause->status);
	if (name)
		line_format(line, ", si_status=%s", name);
	else
		line_format(line, ", si_status=%d", cause->status);
	line_format(line, ", si_utime=%" PRId64 ", si_stime=%" PRId64, cause->user_ticks,
		    cause->system_ticks);
}

void spell_signal(struct line *line, const struct record_process *process)
{
	const struct signal_cause *cause = process->cause;
	const char *signal = process->signal ? process->signal : "";
	line_put(line, "--- ");
	spell_word(line, signal);
	line_put(line, " {si_signo=");
	spell_word(line, signal);
	if (cause)
		put_code(line, signal, cause->code);
	if (cause && cause->from_process)
		line_format(line, ", si_pid=%d, si_uid=%u", (int)cause->pid, (unsigned)cause->uid);
	if (cause && cause->of_child)
		put_child(line, cause);
	if (cause && cause->at_address) {
		line_put(line, ", si_addr=");
		spell_address(line, cause->address);
	}
	line_put(line, "} ---");
}

void spell_exit(struct line *line, const struct record_process *process)
{
	if (process->signal) {
		line_put(line, "+++ killed by ");
		spell_word(line, process->signal);
		line_put(line, process->dumped ? " (core dumped) +++" : " +++");
	} else {
		line_format(line, "+++ exited with %d +++", process->status);
	}
}
