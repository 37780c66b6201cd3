/* From a call to its line of Python: a table of writers, one for each call. */
#include "teach/teach.h"

#include "teach/python_calls.h"

#include <errno.h>

/* A call without a row has no equivalent in Python. */
static equivalent *const equivalents[CALL_COUNT] = {
	[CALL_SOCKET] = python_socket,
	[CALL_SOCKETPAIR] = python_socketpair,
	[CALL_BIND] = python_bind,
	[CALL_LISTEN] = python_listen,
	[CALL_ACCEPT] = python_accept,
	[CALL_ACCEPT4] = python_accept,
	[CALL_CONNECT] = python_connect,
	[CALL_SHUTDOWN] = python_shutdown,
	[CALL_GETSOCKNAME] = python_getsockname,
	[CALL_GETPEERNAME] = python_getpeername,
	[CALL_GETSOCKOPT] = python_getsockopt,
	[CALL_SETSOCKOPT] = python_setsockopt,
	[CALL_SENDTO] = python_sendto,
	[CALL_SENDMSG] = python_sendmsg,
	[CALL_SENDMMSG] = python_sendmmsg,
	[CALL_RECVFROM] = python_recvfrom,
	[CALL_RECVMSG] = python_recvmsg,
	[CALL_RECVMMSG] = python_recvmmsg,
	[CALL_READ] = python_read,
	[CALL_READV] = python_readv,
	[CALL_WRITE] = python_write,
	[CALL_WRITEV] = python_writev,
	[CALL_CLOSE] = python_close,
	[CALL_CLOSE_RANGE] = python_close_range,
	[CALL_DUP] = python_dup,
	[CALL_DUP2] = python_dup2,
	[CALL_DUP3] = python_dup3,
	[CALL_FCNTL] = python_fcntl,
	[CALL_IOCTL] = python_ioctl,
	[CALL_SENDFILE] = python_sendfile,
	[CALL_SPLICE] = python_splice,
	[CALL_POLL] = python_poll,
	[CALL_PPOLL] = python_ppoll,
	[CALL_SELECT] = python_select,
	[CALL_PSELECT6] = python_pselect6,
	[CALL_EPOLL_CREATE] = python_epoll_create,
	[CALL_EPOLL_CREATE1] = python_epoll_create,
	[CALL_EPOLL_CTL] = python_epoll_ctl,
	[CALL_EPOLL_WAIT] = python_epoll_wait,
	[CALL_EPOLL_PWAIT] = python_epoll_wait,
	[CALL_EPOLL_PWAIT2] = python_epoll_pwait2,
};

/* The last line of the traceback. */
static const char *raised(const struct writer *writer)
{
	int error = writer->event->error;
	/* PEP 475: Python calls again after a signal, and raises nothing. */
	if (!writer->event->returned || !error || error == EINTR || writer->swallows)
		return NULL;
	struct line line = line_new(writer->event->arena);
	line_printf(&line, "%s: [Errno %d] %s", python_exception(error), error,
		    error_text(writer->event->arena, error));
	return line_text(&line);
}

void python_equivalent(struct event *event, const struct socket *socket, struct python *ret_python)
{
	*ret_python = (struct python){ 0 };
	if (!equivalents[event->call])
		return;
	struct writer writer = {
		.event = event,
		.socket = socket,
		.python = ret_python,
		.code = line_new(event->arena),
		.comment = line_new(event->arena),
	};
	equivalents[event->call](&writer);
	if (writer.impossible || !line_text(&writer.code)) {
		*ret_python = (struct python){ 0 };
		return;
	}
	ret_python->code = line_text(&writer.code);
	ret_python->comment = writer.comment.length ? line_text(&writer.comment) : NULL;
	ret_python->raises = raised(&writer);
}
