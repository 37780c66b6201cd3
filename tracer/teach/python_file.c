/* What works on any descriptor: close, dup, fcntl, ioctl. */
#include "teach/python_calls.h"
#include "teach/python_literal.h"
#include "teach/teach.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* --- close, dup ------------------------------------------------------------------------ */

/* sock.close(), and for what is no socket os.close(5). */
static void write_method(struct writer *writer, const char *of_socket, const char *of_os)
{
	const struct value *file = argument(writer, 0);
	if (is_socket(writer, file)) {
		write_object(writer, file);
		write_code(writer, of_socket);
		return;
	}
	write_code(writer, of_os);
	write_fileno(writer, file);
}

void python_close(struct writer *writer)
{
	write_method(writer, ".close(", "os.close(");
	write_code(writer, ")");
	/* Modules/socketmodule.c, sock_close: the connection is over, which is what was wanted. */
	writer->swallows = writer->event->error == ECONNRESET;
}

void python_close_range(struct writer *writer)
{
	int64_t last = number_argument(writer, 1);
	/* os.closerange() takes ints, and excludes the end. */
	line_printf(&writer->code, "os.closerange(%" PRId64 ", %" PRId64 ")",
		    number_argument(writer, 0), last < INT_MAX ? last + 1 : INT_MAX);
	writer->swallows = true;
	/* CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE */
	writer->impossible = number_argument(writer, 2) != 0;
}

void python_dup(struct writer *writer)
{
	if (is_socket(writer, argument(writer, 0))) {
		write_new(writer, 0, "sock");
		write_code(writer, " = ");
	}
	write_method(writer, ".dup(", "os.dup(");
	write_code(writer, ")");
}

static void write_dup_onto(struct writer *writer)
{
	write_code(writer, "os.dup2(");
	write_fileno(writer, argument(writer, 0));
	line_printf(&writer->code, ", %" PRId64, number_argument(writer, 1));
}

void python_dup2(struct writer *writer)
{
	write_dup_onto(writer);
	write_code(writer, ")");
}

void python_dup3(struct writer *writer)
{
	write_dup_onto(writer);
	write_code(writer, number_argument(writer, 2) & O_CLOEXEC ? ", inheritable=False)" : ")");
}

/* --- what fcntl and ioctl have in common ------------------------------------------------ */

/* sock.setblocking(False), os.set_blocking(5, False) */
static void write_switch(struct writer *writer, const char *of_socket, const char *of_os, bool on)
{
	write_method(writer, of_socket, of_os);
	if (!is_socket(writer, argument(writer, 0)))
		write_code(writer, ", ");
	write_code(writer, on ? "True)" : "False)");
}

static void write_blocking(struct writer *writer, bool on)
{
	write_switch(writer, ".setblocking(", "os.set_blocking(", on);
}

static void write_inheritable(struct writer *writer, bool on)
{
	write_switch(writer, ".set_inheritable(", "os.set_inheritable(", on);
}

/* fcntl.fcntl(sock, fcntl.F_SETOWN and so on, up to the argument */
static void write_request(struct writer *writer, const char *function)
{
	write_code(writer, function);
	write_file(writer, argument(writer, 0));
	write_code(writer, ", ");
	write_constant(writer, argument(writer, 1));
}

/* --- fcntl ----------------------------------------------------------------------------- */

/* The access mode and O_LARGEFILE cannot be changed: fcntl(2). */
static const int settable = O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME;

static void write_set_flags(struct writer *writer)
{
	if (number_argument(writer, 2) & settable) {
		write_request(writer, "fcntl.fcntl(");
		write_more_flags(writer, argument(writer, 2));
		write_code(writer, ")");
	} else {
		write_blocking(writer, !(number_argument(writer, 2) & O_NONBLOCK));
	}
}

static void write_get_flags(struct writer *writer)
{
	const struct event *event = writer->event;
	struct line line = line_new(event->arena);
	write_request(writer, "fcntl.fcntl(");
	write_code(writer, ")");
	if (!succeeded(writer) || !event->result_flags)
		return;
	line_flags(writer, &line, event->result_flags, NULL);
	if (line_text(&line))
		write_comment(writer, "%s", line_text(&line));
}

static void write_get_inheritable(struct writer *writer)
{
	write_method(writer, ".get_inheritable(", "os.get_inheritable(");
	write_code(writer, ")");
	if (succeeded(writer))
		write_comment(writer, writer->event->result & FD_CLOEXEC ? "False" : "True");
}

/* F_DUPFD and F_DUPFD_CLOEXEC: the lowest free number from the argument on. */
static void write_duplicate(struct writer *writer)
{
	bool socket = is_socket(writer, argument(writer, 0));
	if (number_argument(writer, 1) == F_DUPFD_CLOEXEC && !number_argument(writer, 2)) {
		python_dup(writer);
		return;
	}
	if (socket) {
		write_new(writer, 0, "sock");
		write_code(writer, " = socket.socket(fileno=");
	}
	write_request(writer, "fcntl.fcntl(");
	line_printf(&writer->code, socket ? ", %" PRId64 "))" : ", %" PRId64 ")",
		    number_argument(writer, 2));
}

static void write_other_fcntl(struct writer *writer)
{
	const struct value *value = argument(writer, 2);
	/* A structure behind a pointer: Python would want its bytes. */
	if (value->kind == VALUE_STRUCT || (value->kind == VALUE_ADDRESS && value->address)) {
		writer->impossible = true;
		return;
	}
	write_request(writer, "fcntl.fcntl(");
	write_more_flags(writer, value);
	write_code(writer, ")");
}

void python_fcntl(struct writer *writer)
{
	switch (number_argument(writer, 1)) {
	case F_SETFL:
		write_set_flags(writer);
		break;
	case F_GETFL:
		write_get_flags(writer);
		break;
	case F_SETFD:
		write_inheritable(writer, !(number_argument(writer, 2) & FD_CLOEXEC));
		break;
	case F_GETFD:
		write_get_inheritable(writer);
		break;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		write_duplicate(writer);
		break;
	default:
		write_other_fcntl(writer);
		break;
	}
}

/* --- ioctl ----------------------------------------------------------------------------- */

/* Requests that take an int; from the others one comes back. */
static bool gives_int(uint64_t request)
{
	return request == FIOASYNC || request == FIOSETOWN || request == SIOCSPGRP;
}

/* fcntl.ioctl(sock, termios.FIONREAD, bytes(4))  # b'\x06\x00\x00\x00': 6 */
static void write_int_ioctl(struct writer *writer, uint64_t request)
{
	int32_t number = (int32_t)number_argument(writer, 2);
	struct line line = line_new(writer->event->arena);
	write_request(writer, "fcntl.ioctl(");
	if (gives_int(request)) {
		line_printf(&writer->code, ", struct.pack('i', %" PRId32 "))", number);
		return;
	}
	write_code(writer, ", bytes(4))");
	literal_bytes(&line, (const char *)&number, sizeof number, SIZE_MAX);
	if (succeeded(writer) && line_text(&line))
		write_comment(writer, "%s: %" PRId32, line_text(&line), number);
}

/* Requests about interfaces take and return a struct ifreq: netdevice(7). */
static bool is_about_interface(uint64_t request)
{
	return request >= SIOCGIFNAME && request <= SIOCSIFTXQLEN && request != SIOCGIFCONF;
}

static void write_other_ioctl(struct writer *writer)
{
	const struct value *value = argument(writer, 2);
	uint64_t request = (uint32_t)number_argument(writer, 1);
	bool interface = is_about_interface(request);
	if (value->kind == VALUE_INTEGER) {
		write_int_ioctl(writer, request);
		return;
	}
	/* Behind a pointer, in a form that Python is not told. */
	writer->impossible = !interface && value_number(value);
	write_request(writer, "fcntl.ioctl(");
	if (interface)
		line_printf(&writer->code, ", bytes(%zu)", sizeof(struct ifreq));
	write_code(writer, ")");
}

void python_ioctl(struct writer *writer)
{
	switch ((uint32_t)number_argument(writer, 1)) {
	case FIONBIO:
		write_blocking(writer, !number_argument(writer, 2));
		break;
	case FIOCLEX:
		write_inheritable(writer, false);
		break;
	case FIONCLEX:
		write_inheritable(writer, true);
		break;
	default:
		write_other_ioctl(writer);
		break;
	}
}
