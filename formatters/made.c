#include "formatters/made.h"

#include <string.h>

/* The descriptor among the values that names the socket, -1 if none does. */
static int find_fd(const struct value *values, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *value = &values[i];
		int fd = -1;
		if (value->kind == VALUE_DESCRIPTOR && value->descriptor.socket &&
		    strcmp(value->descriptor.socket, id) == 0)
			fd = value->descriptor.fd;
		else if (value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY)
			fd = find_fd(value->list.items, value->list.count, id);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static bool succeeded(const struct event *event)
{
	return event->error == 0 && !event->restarted && event->result >= 0;
}

bool record_names_socket(const struct record *record)
{
	const struct event *event = record->event;
	return find_fd(event->args, event->arg_count, record->socket->id) >= 0;
}

int record_socket_fd(const struct record *record)
{
	const struct event *event = record->event;
	int fd = find_fd(event->args, event->arg_count, record->socket->id);
	if (fd >= 0)
		return fd;
	const char *made = event->new_sockets[0];
	bool returned = made && succeeded(event) && strcmp(made, record->socket->id) == 0;
	return returned ? (int)event->result : event->fd;
}

bool record_made_socket(const struct record *record)
{
	const struct event *event = record->event;
	return record->socket && record->type == RECORD_CALL && succeeded(event) &&
	       !record_names_socket(record) && record_socket_fd(record) == event->result;
}
