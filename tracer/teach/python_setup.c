/* socket, bind, listen, accept, connect, shutdown: how a connection is made and ended. */
#include "teach/python_calls.h"
#include "teach/teach.h"

#include <string.h>
#include <sys/socket.h>

/* AF_INET, SOCK_STREAM | SOCK_NONBLOCK and, if it is not 0, the protocol. */
static void write_kind(struct writer *writer)
{
	write_constant(writer, argument(writer, 0));
	write_code(writer, ", ");
	/* Python's sockets are close-on-exec whatever one says (PEP 446). */
	write_flags(writer, argument(writer, 1), "SOCK_CLOEXEC");
	if (number_argument(writer, 2)) {
		write_code(writer, ", ");
		write_constant(writer, argument(writer, 2));
	}
	write_code(writer, ")");
}

void python_socket(struct writer *writer)
{
	write_new(writer, 0, "sock");
	write_code(writer, " = socket.socket(");
	write_kind(writer);
}

void python_socketpair(struct writer *writer)
{
	write_new(writer, 0, "sock");
	write_code(writer, ", ");
	write_new(writer, 1, "sock2");
	write_code(writer, " = socket.socketpair(");
	write_kind(writer);
}

/* sock.bind(('127.0.0.1', 8000)) */
static void write_with_address(struct writer *writer, const char *method)
{
	write_object(writer, argument(writer, 0));
	write_code(writer, method);
	write_address(writer, argument(writer, 1));
	write_code(writer, ")");
}

void python_bind(struct writer *writer)
{
	write_with_address(writer, ".bind(");
}

void python_connect(struct writer *writer)
{
	write_with_address(writer, ".connect(");
}

void python_listen(struct writer *writer)
{
	long long backlog = number_argument(writer, 1);
	write_object(writer, argument(writer, 0));
	line_printf(&writer->code, ".listen(%lld)", backlog);
	/* Modules/socketmodule.c, sock_listen; to the kernel -1 is the largest backlog. */
	if (backlog < 0)
		write_comment(writer, "Python makes 0 of a negative backlog, the kernel somaxconn");
}

void python_accept(struct writer *writer)
{
	const char *name = write_new(writer, 0, "conn");
	write_code(writer, ", addr = ");
	write_object(writer, argument(writer, 0));
	write_code(writer, ".accept()");
	/* Python knows no accept4(); what it accepts is close-on-exec anyway. */
	if (writer->event->call == CALL_ACCEPT4 && number_argument(writer, 3) & SOCK_NONBLOCK)
		line_printf(&writer->code, "; %s.setblocking(False)", name);
}

void python_shutdown(struct writer *writer)
{
	write_object(writer, argument(writer, 0));
	write_code(writer, ".shutdown(");
	write_constant(writer, argument(writer, 1));
	write_code(writer, ")");
}

/* addr = sock.getsockname()  # ('127.0.0.1', 8000) */
static void write_name(struct writer *writer, const char *method)
{
	const struct value *address = argument(writer, 1);
	write_code(writer, "addr = ");
	write_object(writer, argument(writer, 0));
	write_code(writer, method);
	if (!succeeded(writer) || address->kind != VALUE_ENDPOINT)
		return;
	const char *text = python_address(writer->event->arena, address->endpoint);
	if (text)
		write_comment(writer, "%s", text);
}

void python_getsockname(struct writer *writer)
{
	write_name(writer, ".getsockname()");
}

void python_getpeername(struct writer *writer)
{
	write_name(writer, ".getpeername()");
}
