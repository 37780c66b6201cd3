/* What the parts of the strace format share: how values are spelled. */
#pragma once

#include "formatters/line.h"
#include "support/names.h"
#include "types/record.h"

/* One call while it is spelled. */
struct spelling {
	struct line *line;
	const struct event *event;
	size_t most;         /* -s: bytes of a string and items of an array that are shown */
	const char *unknown; /* what a constant without a name is called: "MSG_???" */
};

/*
 * How one argument is spelled. value is NULL where the system call has an argument that the
 * program's call leaves out. A value of an unexpected kind is spelled as what it is.
 */
typedef void speller(const struct spelling *spelling, const struct value *value);

/* values.c: numbers, names, strings, lists. */
speller spell_any, spell_number, spell_unsigned, spell_pointer, spell_constant, spell_flags;
speller spell_indirect; /* what a pointer points to: [5] */
speller spell_bytes, spell_vector, spell_pair;
void spell_address(struct line *line, uint64_t address);
/* A word of a recording, which may be a stranger's: what is no letter becomes an underscore. */
void spell_word(struct line *line, const char *word);
/* A path or a function's name, escaped as in a string. */
void spell_name(struct line *line, const char *name);
/* In quotes, as in C with octal escapes; at most so many bytes of `length`, then three dots. */
void spell_quoted(struct line *line, const char *bytes, size_t captured, size_t length,
		  size_t most);
/* {tv_sec=1, ...}: the fields with a prefix before their names. */
void spell_fields(const struct spelling *spelling, const struct value *value, const char *prefix);
/* [a, b]: at most spelling->most of them. */
void spell_list(const struct spelling *spelling, const struct value *value, speller *item);

/* numbers.c: numbers that have names of their own in strace. */
speller spell_protocol, spell_socket_flags, spell_type, spell_file_flags;
speller spell_request, spell_level, spell_option;
/* 0x402 (flags O_RDWR|O_APPEND): the result of fcntl's F_GETFL and F_GETFD. False: another's. */
bool spell_fcntl_result(struct line *line, const struct event *event);

/* address.c: socket addresses, and their lengths: [128 => 16]. */
speller spell_sockaddr, spell_length;

/* option.c: what options are set to. */
speller spell_option_value;

/* message.c: struct msghdr, alone and several. */
speller spell_message, spell_messages;

/* wait.c: what poll, select and epoll wait for. */
speller spell_pollfds, spell_set, spell_epoll_event, spell_epoll_events;
speller spell_time, spell_mask, spell_mask_pack, spell_mask_size;
/* What follows the result in brackets: (Timeout), (in [3], left {...}). */
typedef void strace_remark(const struct spelling *spelling);
strace_remark remark_poll, remark_select, remark_left;

/* call.c: the kernel's name of a call. */
const char *syscall_name(const struct event *event);
/* `accept(` and the arguments that are known at its entry; what came out of it, and `)`. */
void spell_entry(const struct spelling *spelling);
void spell_return(const struct spelling *spelling);
/* `= 0`, and what is said of it. */
void spell_result(const struct spelling *spelling);

/* signal.c: --- SIGCHLD {...} --- and +++ exited with 0 +++ */
void spell_signal(struct line *line, const struct record_process *process);
void spell_exit(struct line *line, const struct record_process *process);
