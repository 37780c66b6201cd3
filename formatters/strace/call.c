/* The system calls as strace spells them, one row each. */
#include "formatters/strace/parts.h"
#include "support/names.h"

#include <inttypes.h>
#include <string.h>

struct call_form {
	const char *name;
	/* So many arguments are known at the entry, the others only at the return; all of them if
	 * the pointer that `unless` numbers is NULL (0: there is no such exception). */
	unsigned entered, unless;
	const char *unknown;        /* what is said of a constant without a name */
	speller *spell[EVENT_ARGS]; /* its arguments, NULL behind the last */
	strace_remark *remark;      /* behind the result; NULL: nothing follows it */
};

enum { ALL = EVENT_ARGS };

/* A table reads best with one call a line. */
/* clang-format off */
static const struct call_form forms[] = {
	{ "socket", ALL, .unknown = "AF_???", .spell = { spell_constant, spell_type, spell_protocol } },
	{ "socketpair", 3, .unknown = "AF_???",
	  .spell = { spell_constant, spell_type, spell_unsigned, spell_pair } },
	{ "bind", ALL, .spell = { spell_any, spell_sockaddr, spell_number } },
	{ "listen", ALL, .spell = { spell_any, spell_number } },
	{ "accept", 1, .unless = 2, .spell = { spell_any, spell_sockaddr, spell_length } },
	{ "accept4", 1, .unless = 2,
	  .spell = { spell_any, spell_sockaddr, spell_length, spell_socket_flags } },
	{ "connect", ALL, .spell = { spell_any, spell_sockaddr, spell_number } },
	{ "shutdown", ALL, .unknown = "SHUT_???", .spell = { spell_any, spell_constant } },
	{ "getsockname", 1, .unless = 2, .spell = { spell_any, spell_sockaddr, spell_length } },
	{ "getpeername", 1, .unless = 2, .spell = { spell_any, spell_sockaddr, spell_length } },
	{ "getsockopt", 3, .unless = 4, .unknown = "SOL_??",
	  .spell = { spell_any, spell_level, spell_option, spell_option_value, spell_length } },
	{ "setsockopt", ALL, .unknown = "SOL_??",
	  .spell = { spell_any, spell_level, spell_option, spell_option_value, spell_number } },
	{ "fcntl", ALL, .unknown = "F_???", .spell = { spell_any, spell_constant, spell_file_flags } },
	{ "ioctl", 2, .spell = { spell_any, spell_request, spell_indirect } },
	{ "sendto", ALL, .unknown = "MSG_???",
	  .spell = { spell_any, spell_bytes, spell_unsigned, spell_flags, spell_sockaddr,
		     spell_number } },
	{ "send", ALL, .unknown = "MSG_???",
	  .spell = { spell_any, spell_bytes, spell_unsigned, spell_flags } },
	{ "sendmsg", ALL, .unknown = "MSG_???", .spell = { spell_any, spell_message, spell_flags } },
	{ "sendmmsg", 1, .unknown = "MSG_???",
	  .spell = { spell_any, spell_messages, spell_unsigned, spell_flags } },
	{ "recvfrom", 1, .unknown = "MSG_???",
	  .spell = { spell_any, spell_bytes, spell_unsigned, spell_flags, spell_sockaddr,
		     spell_length } },
	{ "recv", 1, .unknown = "MSG_???",
	  .spell = { spell_any, spell_bytes, spell_unsigned, spell_flags } },
	{ "recvmsg", 1, .unknown = "MSG_???", .spell = { spell_any, spell_message, spell_flags } },
	{ "recvmmsg", 1, .unknown = "MSG_???", .remark = remark_left,
	  .spell = { spell_any, spell_messages, spell_unsigned, spell_flags, spell_time } },
	{ "read", 1, .spell = { spell_any, spell_bytes, spell_unsigned } },
	{ "readv", 1, .spell = { spell_any, spell_vector, spell_unsigned } },
	{ "write", ALL, .spell = { spell_any, spell_bytes, spell_unsigned } },
	{ "writev", ALL, .spell = { spell_any, spell_vector, spell_unsigned } },
	{ "sendfile", 3, .unless = 2,
	  .spell = { spell_any, spell_any, spell_indirect, spell_unsigned } },
	{ "splice", ALL, .unknown = "SPLICE_F_???",
	  .spell = { spell_any, spell_indirect, spell_any, spell_indirect, spell_unsigned,
		     spell_flags } },
	{ "close_range", ALL, .unknown = "CLOSE_RANGE_???",
	  .spell = { spell_unsigned, spell_unsigned, spell_flags } },
	{ "dup3", ALL, .unknown = "O_???", .spell = { spell_any, spell_any, spell_flags } },
	{ "unshare", ALL, .unknown = "CLONE_???", .spell = { spell_flags } },
	{ "poll", ALL, .remark = remark_poll, .spell = { spell_pollfds, spell_unsigned, spell_number } },
	{ "ppoll", ALL, .remark = remark_poll,
	  .spell = { spell_pollfds, spell_unsigned, spell_time, spell_mask, spell_mask_size } },
	{ "select", ALL, .remark = remark_select,
	  .spell = { spell_number, spell_set, spell_set, spell_set, spell_time } },
	{ "pselect6", ALL, .remark = remark_select,
	  .spell = { spell_number, spell_set, spell_set, spell_set, spell_time, spell_mask_pack } },
	{ "epoll_create1", ALL, .unknown = "EPOLL_???", .spell = { spell_flags } },
	{ "epoll_ctl", ALL, .unknown = "EPOLL_CTL_???",
	  .spell = { spell_any, spell_constant, spell_any, spell_epoll_event } },
	{ "epoll_wait", 1, .spell = { spell_any, spell_epoll_events, spell_number, spell_number } },
	{ "epoll_pwait", 1,
	  .spell = { spell_any, spell_epoll_events, spell_number, spell_number, spell_mask,
		     spell_mask_size } },
	{ "epoll_pwait2", 1,
	  .spell = { spell_any, spell_epoll_events, spell_number, spell_time, spell_mask,
		     spell_mask_size } },
};
/* clang-format on */

const char *syscall_name(const struct event *event)
{
	return event->syscall ? event->syscall : event->name;
}

static const struct call_form *find(const char *name)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	return NULL;
}

/* A call that is fcntl64 or ppoll_time64 to the kernel is spelled as the one without a suffix. */
static const struct call_form *form_of(const struct event *event)
{
	static const struct call_form unknown = { .entered = ALL };
	const struct call_form *form = find(syscall_name(event));
	form = form ? form : find(event->name);
	return form ? form : &unknown;
}

/* --- arguments ------------------------------------------------------------------------------ */

static size_t form_count(const struct call_form *form)
{
	size_t count = 0;
	while (count < EVENT_ARGS && form->spell[count])
		count++;
	return count;
}

/* fcntl and ioctl may have fewer; what the program's call leaves out of others is NULL. */
static size_t argument_count(const struct event *event, const struct call_form *form)
{
	bool fewer = strcmp(event->name, "fcntl") == 0 || strcmp(event->name, "ioctl") == 0;
	size_t count = form_count(form);
	return count > event->arg_count && !fewer ? count : event->arg_count;
}

static size_t entered_count(const struct event *event, const struct call_form *form)
{
	const struct value *pointer =
		form->unless && form->unless < event->arg_count ? &event->args[form->unless] : NULL;
	const struct value *buffer = pointer ? &event->args[form->unless - 1] : NULL;
	bool nowhere = pointer && (pointer->kind == VALUE_ADDRESS ||
				   (buffer->kind == VALUE_ADDRESS && !buffer->address));
	return nowhere ? argument_count(event, form) : form->entered;
}

/* The last argument, of which the record has the number at least. */
static bool is_left_out(const struct call_form *form, size_t i)
{
	speller *spell = form->spell[i];
	bool number = spell == spell_number || spell == spell_length || spell == spell_mask_size;
	return number && i + 1 == form_count(form);
}

static void spell_argument(const struct spelling *spelling, const struct call_form *form, size_t i)
{
	const struct event *event = spelling->event;
	const struct value *value = i < event->arg_count ? &event->args[i] : NULL;
	struct spelling own = *spelling;
	own.unknown = form->unknown;
	speller *spell = i < form_count(form) ? form->spell[i] : spell_any;
	if (value || is_left_out(form, i))
		spell(&own, value);
	else
		line_put(spelling->line, "NULL");
}

static void spell_arguments(const struct spelling *spelling, size_t from, size_t to)
{
	const struct call_form *form = form_of(spelling->event);
	for (size_t i = from; i < to; i++) {
		line_put(spelling->line, i > from ? ", " : "");
		spell_argument(spelling, form, i);
	}
}

static bool is_sendfile(const struct event *event)
{
	return strcmp(event->name, "sendfile") == 0;
}

/* Of sendfile(): `[1]` is known at the entry, ` => [4], ` at the return. */
static void spell_reached(const struct spelling *spelling)
{
	const struct event *event = spelling->event;
	const struct value *reached = event_beside(event, "offset");
	if (reached && event->result > 0) {
		line_put(spelling->line, " => ");
		spell_indirect(spelling, reached);
	}
	line_put(spelling->line, ", ");
}

void spell_entry(const struct spelling *spelling)
{
	const struct event *event = spelling->event;
	const struct call_form *form = form_of(event);
	size_t count = argument_count(event, form);
	size_t entered = entered_count(event, form);
	spell_word(spelling->line, syscall_name(event));
	line_put(spelling->line, "(");
	spell_arguments(spelling, 0, entered < count ? entered : count);
	if (entered < count && !is_sendfile(event))
		line_put(spelling->line, ", ");
}

void spell_return(const struct spelling *spelling)
{
	const struct event *event = spelling->event;
	const struct call_form *form = form_of(event);
	size_t count = argument_count(event, form);
	size_t entered = entered_count(event, form);
	if (entered < count && is_sendfile(event))
		spell_reached(spelling);
	if (entered < count)
		spell_arguments(spelling, entered, count);
	line_put(spelling->line, ")");
}

/* --- results -------------------------------------------------------------------------------- */

static const char *restart_meaning(const char *name)
{
	static const struct {
		const char *name, *meaning;
	} restarts[] = {
		{ "ERESTARTSYS", "To be restarted if SA_RESTART is set" },
		{ "ERESTARTNOINTR", "To be restarted" },
		{ "ERESTARTNOHAND", "To be restarted if no handler" },
		{ "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
	};
	for (size_t i = 0; i < sizeof restarts / sizeof *restarts; i++)
		if (strcmp(restarts[i].name, name) == 0)
			return restarts[i].meaning;
	return "To be restarted";
}

void spell_result(const struct spelling *spelling)
{
	struct line *line = spelling->line;
	const struct event *event = spelling->event;
	const struct call_form *form = form_of(event);
	const char *name = event->error_name ? event->error_name : "ERESTARTSYS";
	if (event->restarted) {
		line_put(line, "= ? ");
		spell_word(line, name);
		line_format(line, " (%s)", restart_meaning(name));
		return;
	}
	if (event->error) {
		const char *meaning = errno_words(event->error);
		if (meaning)
			line_format(line, "= -1 %s (%s)", errno_name(event->error), meaning);
		else
			line_format(line, "= -1 (errno %d)", event->error);
		return;
	}
	line_put(line, "= ");
	if (!spell_fcntl_result(line, event))
		line_format(line, "%" PRId64, event->result);
	if (form->remark && event->result >= 0)
		form->remark(spelling);
}
