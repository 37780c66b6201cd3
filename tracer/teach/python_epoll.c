/* epoll: register once, then ask again and again. */
#include "teach/python_calls.h"
#include "teach/teach.h"

#include <inttypes.h>
#include <sys/epoll.h>

void python_epoll_create(struct writer *writer)
{
	/* Python's is always close-on-exec. */
	write_code(writer, "epoll = select.epoll()");
}

void python_epoll_ctl(struct writer *writer)
{
	static const char *const methods[] = {
		[EPOLL_CTL_ADD] = "epoll.register(",
		[EPOLL_CTL_DEL] = "epoll.unregister(",
		[EPOLL_CTL_MOD] = "epoll.modify(",
	};
	int64_t operation = number_argument(writer, 1);
	if (operation < EPOLL_CTL_ADD || operation > EPOLL_CTL_MOD) {
		writer->impossible = true;
		return;
	}
	write_code(writer, methods[operation]);
	write_file(writer, argument(writer, 2));
	if (operation != EPOLL_CTL_DEL) {
		write_code(writer, ", ");
		write_flags(writer, field(argument(writer, 3), "events"), NULL);
	}
	write_code(writer, ")");
}

/* [(4, select.EPOLLIN)]. A program may keep anything in an event's data; Python and most others
 * keep the descriptor there, in the lower half. */
static void comment_events(struct writer *writer)
{
	const struct value *events = argument(writer, 1);
	struct line line = line_new(writer->event->arena);
	if (!succeeded(writer))
		return;
	for (size_t i = 0; events->kind == VALUE_ARRAY && i < events->list.count; i++) {
		const struct value *event = &events->list.items[i];
		line_printf(&line, "%s(%" PRId32 ", ", i ? ", " : "",
			    (int32_t)value_number(field(event, "data")));
		line_flags(writer, &line, field(event, "events"), NULL);
		line_add(&line, ")");
	}
	if (line_text(&line))
		write_comment(writer, "[%s]", line_text(&line));
}

/* epoll.poll(1.5, 64): how many seconds, and how many events, at most. */
static void write_poll(struct writer *writer, bool timed, int64_t seconds, uint64_t nanoseconds)
{
	int64_t most = number_argument(writer, 2);
	if (timed) {
		write_code(writer, "epoll.poll(");
		write_decimal(writer, seconds, nanoseconds);
		line_printf(&writer->code, ", %" PRId64 ")", most);
	} else {
		line_printf(&writer->code, "epoll.poll(maxevents=%" PRId64 ")", most);
	}
	comment_events(writer);
}

void python_epoll_wait(struct writer *writer)
{
	int64_t timeout = number_argument(writer, 3);
	uint64_t milliseconds = (uint64_t)timeout % 1000;
	write_poll(writer, timeout >= 0, timeout / 1000, milliseconds * 1000000);
}

void python_epoll_pwait2(struct writer *writer)
{
	const struct value *timeout = argument(writer, 3);
	uint64_t nanoseconds = (uint64_t)value_number(field(timeout, "nsec")) % 1000000000;
	write_poll(writer, timeout->kind == VALUE_STRUCT, value_number(field(timeout, "sec")),
		   nanoseconds);
}
