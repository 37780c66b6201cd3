/* poll and select: who is waited for, and who was ready. */
#include "teach/python_calls.h"
#include "teach/teach.h"

#include <inttypes.h>

/* So many are written one by one; more would be no line of Python any more. */
enum { MOST_REGISTERED = 8 };

/* --- times ------------------------------------------------------------------------------ */

/* A struct timeval or timespec: its whole seconds and the rest. */
static int64_t split_time(const struct value *time, uint64_t *ret_nanoseconds)
{
	uint64_t micros = (uint64_t)value_number(field(time, "usec"));
	uint64_t nanos = (uint64_t)value_number(field(time, "nsec"));
	*ret_nanoseconds = (micros * 1000 + nanos) % 1000000000;
	return value_number(field(time, "sec"));
}

static void comment_signal_mask(struct writer *writer, size_t index)
{
	const struct value *mask = argument(writer, index);
	if (mask->kind != VALUE_ADDRESS || mask->address)
		write_comment(writer, "the signal mask has no equivalent");
}

/* --- poll ------------------------------------------------------------------------------- */

/* poller = select.poll(); poller.register(sock, select.POLLIN); */
static void write_poller(struct writer *writer)
{
	const struct value_list *entries = items_of(argument(writer, 0));
	if (entries->count > MOST_REGISTERED) {
		write_comment(writer, "%zu descriptors are registered", entries->count);
		return;
	}
	write_code(writer, "poller = select.poll(); ");
	for (size_t i = 0; i < entries->count; i++) {
		const struct value *entry = &entries->items[i];
		/* poll(2) passes over negative descriptors. */
		if (value_number(field(entry, "fd")) < 0)
			continue;
		write_code(writer, "poller.register(");
		write_file(writer, field(entry, "fd"));
		write_code(writer, ", ");
		write_flags(writer, field(entry, "events"), NULL);
		write_code(writer, "); ");
	}
}

/* [(3, select.POLLIN)]: what poll() returns, in the order of registration. */
static void comment_polled(struct writer *writer)
{
	const struct value_list *entries = items_of(argument(writer, 0));
	struct line line = line_new(writer->event->arena);
	if (!succeeded(writer))
		return;
	for (size_t i = 0; i < entries->count; i++) {
		const struct value *ready = field(&entries->items[i], "revents");
		if (!value_number(ready))
			continue;
		line_printf(&line, "%s(%" PRId64 ", ", line.length ? ", " : "",
			    value_number(field(&entries->items[i], "fd")));
		line_flags(writer, &line, ready, NULL);
		line_add(&line, ")");
	}
	if (line_text(&line))
		write_comment(writer, "[%s]", line_text(&line));
}

void python_poll(struct writer *writer)
{
	int64_t timeout = number_argument(writer, 2);
	write_poller(writer);
	if (timeout < 0)
		write_code(writer, "poller.poll()");
	else
		line_printf(&writer->code, "poller.poll(%" PRId64 ")", timeout);
	comment_polled(writer);
}

void python_ppoll(struct writer *writer)
{
	const struct value *timeout = argument(writer, 2);
	uint64_t nanoseconds;
	int64_t seconds = split_time(timeout, &nanoseconds);
	write_poller(writer);
	write_code(writer, "poller.poll(");
	if (timeout->kind == VALUE_STRUCT)
		write_decimal(writer, (int64_t)((uint64_t)seconds * 1000 + nanoseconds / 1000000),
			      nanoseconds % 1000000 * 1000);
	write_code(writer, ")");
	comment_polled(writer);
	comment_signal_mask(writer, 3);
}

/* --- select ----------------------------------------------------------------------------- */

/* [sock, conn]: one of the three sets. */
static void write_set(struct writer *writer, const struct value *set)
{
	const struct value_list *descriptors = items_of(set);
	write_code(writer, "[");
	for (size_t i = 0; i < descriptors->count; i++) {
		write_code(writer, i ? ", " : "");
		write_file(writer, &descriptors->items[i]);
	}
	write_code(writer, "]");
}

/* ([sock], [], []): the three sets that are left. */
static void comment_sets(struct writer *writer)
{
	struct line line = line_new(writer->event->arena);
	if (!succeeded(writer))
		return;
	for (size_t set = 1; set <= 3; set++) {
		const struct value_list *descriptors = items_of(argument(writer, set));
		line_add(&line, set == 1 ? "([" : "], [");
		for (size_t i = 0; i < descriptors->count; i++) {
			const struct value *item = &descriptors->items[i];
			line_add(&line, i ? ", " : "");
			if (item->kind == VALUE_DESCRIPTOR && item->descriptor.variable)
				line_add(&line, item->descriptor.variable);
			else
				line_printf(&line, "%" PRId64, value_number(item));
		}
	}
	if (line_text(&line))
		write_comment(writer, "%s])", line_text(&line));
}

void python_select(struct writer *writer)
{
	const struct event *event = writer->event;
	/* The kernel has overwritten the sets that were given. */
	const struct value *given = event->given ? event->given : event->args;
	const struct value *timeout = argument(writer, 4);
	uint64_t nanoseconds;
	int64_t seconds = split_time(timeout, &nanoseconds);

	write_code(writer, "select.select(");
	for (size_t set = 1; set <= 3; set++) {
		write_code(writer, set > 1 ? ", " : "");
		write_set(writer, &given[set]);
	}
	if (timeout->kind == VALUE_STRUCT) {
		write_code(writer, ", ");
		write_decimal(writer, seconds, nanoseconds);
	}
	write_code(writer, ")");
	comment_sets(writer);
}

void python_pselect6(struct writer *writer)
{
	python_select(writer);
	comment_signal_mask(writer, 5);
}
