/* What poll, select and epoll wait for, how long, and what follows their results. */
#include "formatters/strace/parts.h"

#include <inttypes.h>
#include <string.h>

/* --- poll ----------------------------------------------------------------------------------- */

static void put_pollfd(const struct spelling *spelling, const struct value *value, const char *what)
{
	struct spelling named = *spelling;
	const struct value *fd = value_field(value, "fd");
	const struct value *events = value_field(value, what);
	named.unknown = "POLL???";
	line_format(spelling->line, "{fd=%d", value_fd(fd));
	/* One that is negative is passed over. */
	if (value_fd(fd) >= 0 && events) {
		line_format(spelling->line, ", %s=", what);
		spell_flags(&named, events);
	}
	line_put(spelling->line, "}");
}

static void spell_pollfd(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_STRUCT)
		put_pollfd(spelling, value, "events");
	else
		spell_any(spelling, value);
}

void spell_pollfds(const struct spelling *spelling, const struct value *value)
{
	spell_list(spelling, value, spell_pollfd);
}

static bool is_ready(const struct value *pollfd)
{
	const struct value *revents = value_field(pollfd, "revents");
	return pollfd->kind == VALUE_STRUCT && revents && value_number(revents);
}

/* How long was left: `before` it, if there is something to be said. */
static void put_left(const struct spelling *spelling, const char *before)
{
	const struct value *left = event_beside(spelling->event, "timeout");
	if (!left || left->kind != VALUE_STRUCT)
		return;
	line_put(spelling->line, before);
	line_put(spelling->line, "left ");
	spell_fields(spelling, left, "tv_");
}

void remark_poll(const struct spelling *spelling)
{
	struct line *line = spelling->line;
	const struct value *fds = event_arg(spelling->event, "fds");
	const char *comma = "";
	if (spelling->event->result == 0) {
		line_put(line, " (Timeout)");
		return;
	}
	line_put(line, " ([");
	for (size_t i = 0; fds && fds->kind == VALUE_ARRAY && i < fds->list.count; i++) {
		if (!is_ready(&fds->list.items[i]))
			continue;
		line_put(line, comma);
		put_pollfd(spelling, &fds->list.items[i], "revents");
		comma = ", ";
	}
	line_put(line, "]");
	put_left(spelling, ", ");
	line_put(line, ")");
}

/* --- select --------------------------------------------------------------------------------- */

static void put_set(const struct spelling *spelling, const struct value *set)
{
	line_put(spelling->line, "[");
	for (size_t i = 0; i < set->list.count; i++) {
		line_put(spelling->line, i ? " " : "");
		spell_any(spelling, &set->list.items[i]);
	}
	line_put(spelling->line, "]");
}

/* As it was given; what is left of it after the call follows the result. */
void spell_set(const struct spelling *spelling, const struct value *value)
{
	const struct event *event = spelling->event;
	for (size_t i = 0; i < event->arg_count; i++)
		if (value == &event->args[i] && event_given(event, i))
			value = event_given(event, i);
	if (value->kind == VALUE_ARRAY)
		put_set(spelling, value);
	else
		spell_any(spelling, value);
}

void remark_select(const struct spelling *spelling)
{
	static const struct {
		const char *argument, *name;
	} sets[] = { { "readfds", "in " }, { "writefds", "out " }, { "exceptfds", "except " } };
	struct line *line = spelling->line;
	const char *comma = " (";
	if (spelling->event->result == 0) {
		line_put(line, " (Timeout)");
		return;
	}
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		const struct value *set = event_arg(spelling->event, sets[i].argument);
		if (!set || set->kind != VALUE_ARRAY || !set->list.count)
			continue;
		line_put(line, comma);
		line_put(line, sets[i].name);
		put_set(spelling, set);
		comma = ", ";
	}
	put_left(spelling, comma);
	line_put(line, ")");
}

void remark_left(const struct spelling *spelling)
{
	if (spelling->event->result == 0) {
		line_put(spelling->line, " (Timeout)");
	} else if (event_beside(spelling->event, "timeout")) {
		put_left(spelling, " (");
		line_put(spelling->line, ")");
	}
}

/* --- epoll ---------------------------------------------------------------------------------- */

void spell_epoll_event(const struct spelling *spelling, const struct value *value)
{
	struct spelling named = *spelling;
	const struct value *events = value_field(value, "events");
	const struct value *data = value_field(value, "data");
	if (value->kind != VALUE_STRUCT || !events || !data) {
		spell_any(spelling, value);
		return;
	}
	uint64_t number = (uint64_t)value_number(data);
	named.unknown = "EPOLL???";
	line_put(spelling->line, "{events=");
	spell_flags(&named, events);
	line_format(spelling->line, ", data={u32=%" PRIu32 ", u64=%" PRIu64 "}}", (uint32_t)number,
		    number);
}

void spell_epoll_events(const struct spelling *spelling, const struct value *value)
{
	spell_list(spelling, value, spell_epoll_event);
}

/* --- times ---------------------------------------------------------------------------------- */

void spell_time(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_STRUCT)
		spell_fields(spelling, value, "tv_");
	else
		spell_any(spelling, value);
}

/* --- signal masks --------------------------------------------------------------------------- */

static void put_signal(struct line *line, int signal)
{
	const char *name = signal == 32 ? "SIGRTMIN" : signal_name(signal);
	line_put(line, name ? name + strlen("SIG") : "");
}

/* [INT CHLD]; of more than two thirds of all those that are not in it: ~[KILL STOP] */
void spell_mask(const struct spelling *spelling, const struct value *value)
{
	enum { SIGNALS = 64, MANY = SIGNALS * 2 / 3 };
	uint64_t set = 0;
	if (value->kind != VALUE_ARRAY) {
		spell_any(spelling, value);
		return;
	}
	for (size_t i = 0; i < value->list.count; i++) {
		int64_t signal = value_number(&value->list.items[i]);
		if (signal > 0 && signal <= SIGNALS)
			set |= UINT64_C(1) << (signal - 1);
	}
	bool inverted = __builtin_popcountll(set) >= MANY;
	const char *blank = "";
	set = inverted ? ~set : set;
	line_put(spelling->line, inverted ? "~[" : "[");
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (!(set >> (signal - 1) & 1))
			continue;
		line_put(spelling->line, blank);
		put_signal(spelling->line, signal);
		blank = " ";
	}
	line_put(spelling->line, "]");
}

/* The C library adds the size, which is no argument of its own function. */
void spell_mask_size(const struct spelling *spelling, const struct value *value)
{
	const struct value *mask = event_arg(spelling->event, "sigmask");
	(void)value;
	line_format(spelling->line, "%" PRIu64, mask ? mask->size : spelling->event->left_out);
}

/* pselect6() takes a pointer to both. */
void spell_mask_pack(const struct spelling *spelling, const struct value *value)
{
	if (!value->size) {
		spell_any(spelling, value);
		return;
	}
	line_put(spelling->line, "{sigmask=");
	spell_mask(spelling, value);
	line_format(spelling->line, ", sigsetsize=%" PRIu64 "}", value->size);
}
