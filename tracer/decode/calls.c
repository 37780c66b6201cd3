/*
 * The calls, one row each: the kernel's name, the class, and what each argument is. A
 * new call is a row here; arguments are in the order and with the names of the man pages,
 * without the size of a signal set that the C library adds.
 *
 * Several rows may share an id: the same call under another name, or with other widths.
 */
#include "decode/constants.h"
#include "decode/table.h"

#include <stddef.h>

/* A table reads best with one argument a line. */
/* clang-format off */
const struct call call_table[] = {

	/* --- making and ending connections ----------------------------------------------- */

	{ CALL_SOCKET, "socket", NULL, CLASS_SETUP, ALWAYS, {
		{ "domain", .kind = ARG_DOMAIN },
		{ "type", .kind = ARG_TYPE },
		{ "protocol", .kind = ARG_PROTOCOL } } },
	{ CALL_SOCKETPAIR, "socketpair", NULL, CLASS_SETUP, ALWAYS, {
		{ "domain", .kind = ARG_DOMAIN },
		{ "type", .kind = ARG_TYPE },
		{ "protocol", .kind = ARG_PROTOCOL },
		{ "sv", .kind = ARG_PAIR, .direction = OUT } } },
	{ CALL_BIND, "bind", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .size = SIZED_BY_ARG(2) },
		{ "addrlen", .kind = ARG_INTEGER } } },
	{ CALL_LISTEN, "listen", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "backlog", .kind = ARG_INTEGER } } },
	{ CALL_ACCEPT, "accept", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(2) },
		{ "addrlen", .kind = ARG_LENGTH, .direction = INOUT } } },
	{ CALL_ACCEPT4, "accept4", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(2) },
		{ "addrlen", .kind = ARG_LENGTH, .direction = INOUT },
		{ "flags", .kind = ARG_FLAGS, .names = socket_flag_names } } },
	{ CALL_CONNECT, "connect", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .size = SIZED_BY_ARG(2) },
		{ "addrlen", .kind = ARG_INTEGER } } },
	{ CALL_SHUTDOWN, "shutdown", NULL, CLASS_SETUP, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "how", .kind = ARG_CONSTANT, .names = shutdown_names } } },

	/* --- options and names ------------------------------------------------------------ */

	{ CALL_GETSOCKNAME, "getsockname", NULL, CLASS_OPTIONS, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(2) },
		{ "addrlen", .kind = ARG_LENGTH, .direction = INOUT } } },
	{ CALL_GETPEERNAME, "getpeername", NULL, CLASS_OPTIONS, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "addr", .kind = ARG_SOCKADDR, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(2) },
		{ "addrlen", .kind = ARG_LENGTH, .direction = INOUT } } },
	{ CALL_GETSOCKOPT, "getsockopt", NULL, CLASS_OPTIONS, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "level", .kind = ARG_CONSTANT, .names = level_names },
		{ "optname", .kind = ARG_OPTION_NAME },
		{ "optval", .kind = ARG_OPTION_VALUE, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(4) },
		{ "optlen", .kind = ARG_LENGTH, .direction = INOUT } } },
	{ CALL_SETSOCKOPT, "setsockopt", NULL, CLASS_OPTIONS, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "level", .kind = ARG_CONSTANT, .names = level_names },
		{ "optname", .kind = ARG_OPTION_NAME },
		{ "optval", .kind = ARG_OPTION_VALUE, .size = SIZED_BY_ARG(4) },
		{ "optlen", .kind = ARG_INTEGER } } },
	{ CALL_FCNTL, "fcntl", NULL, CLASS_OPTIONS, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "cmd", .kind = ARG_CONSTANT, .names = fcntl_names },
		{ "arg", .kind = ARG_FCNTL } } },
	{ CALL_FCNTL, "fcntl64", "fcntl", CLASS_OPTIONS, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "cmd", .kind = ARG_CONSTANT, .names = fcntl_names },
		{ "arg", .kind = ARG_FCNTL } } },
	{ CALL_IOCTL, "ioctl", NULL, CLASS_OPTIONS, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "request", .kind = ARG_CONSTANT, .names = ioctl_names },
		{ "argp", .kind = ARG_IOCTL, .direction = INOUT } } },

	/* --- data ------------------------------------------------------------------------- */

	{ CALL_SENDTO, "sendto", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .size = SIZED_BY_ARG(2) },
		{ "len", .kind = ARG_SIZE },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names },
		{ "addr", .kind = ARG_SOCKADDR, .size = SIZED_BY_ARG(5) },
		{ "addrlen", .kind = ARG_INTEGER } } },
	{ CALL_SENDTO, "send", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .size = SIZED_BY_ARG(2) },
		{ "len", .kind = ARG_SIZE },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names } } },
	{ CALL_SENDMSG, "sendmsg", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "msg", .kind = ARG_MESSAGE },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names } } },
	{ CALL_SENDMMSG, "sendmmsg", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "msgvec", .kind = ARG_MESSAGES, .direction = INOUT, .size = SIZED_BY_ARG(2) },
		{ "vlen", .kind = ARG_UNSIGNED },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names } } },
	{ CALL_RECVFROM, "recvfrom", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "len", .kind = ARG_SIZE },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names },
		{ "addr", .kind = ARG_SOCKADDR, .direction = OUT,
		  .size = SIZED_BY_POINTER_IN_ARG(5) },
		{ "addrlen", .kind = ARG_LENGTH, .direction = INOUT } } },
	{ CALL_RECVFROM, "recv", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "len", .kind = ARG_SIZE },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names } } },
	{ CALL_RECVMSG, "recvmsg", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "msg", .kind = ARG_MESSAGE, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names } } },
	{ CALL_RECVMMSG, "recvmmsg", NULL, CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "msgvec", .kind = ARG_MESSAGES, .direction = OUT, .size = SIZED_BY_ARG(2) },
		{ "vlen", .kind = ARG_UNSIGNED },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names },
		{ "timeout", .kind = ARG_TIMESPEC, .direction = ANSWERED } } },
	{ CALL_RECVMMSG, "recvmmsg_time64", "recvmmsg", CLASS_DATA, ALWAYS, {
		{ "sockfd", .kind = ARG_SOCKET },
		{ "msgvec", .kind = ARG_MESSAGES, .direction = OUT, .size = SIZED_BY_ARG(2) },
		{ "vlen", .kind = ARG_UNSIGNED },
		{ "flags", .kind = ARG_FLAGS, .names = message_flag_names },
		{ "timeout", .kind = ARG_TIMESPEC_64, .direction = ANSWERED } } },
	{ CALL_READ, "read", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "count", .kind = ARG_SIZE } } },
	{ CALL_READV, "readv", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "iov", .kind = ARG_VECTOR, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "iovcnt", .kind = ARG_INTEGER } } },
	{ CALL_WRITE, "write", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "buf", .kind = ARG_BYTES, .size = SIZED_BY_ARG(2) },
		{ "count", .kind = ARG_SIZE } } },
	{ CALL_WRITEV, "writev", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET },
		{ "iov", .kind = ARG_VECTOR, .size = SIZED_BY_ARG(2) },
		{ "iovcnt", .kind = ARG_INTEGER } } },
	{ CALL_SENDFILE, "sendfile", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "out_fd", .kind = ARG_SOCKET },
		{ "in_fd", .kind = ARG_OTHER },
		{ "offset", .kind = ARG_OFFSET, .direction = ANSWERED },
		{ "count", .kind = ARG_SIZE } } },
	{ CALL_SENDFILE, "sendfile64", "sendfile", CLASS_DATA, AT_SOCKETS, {
		{ "out_fd", .kind = ARG_SOCKET },
		{ "in_fd", .kind = ARG_OTHER },
		{ "offset", .kind = ARG_OFFSET_64, .direction = ANSWERED },
		{ "count", .kind = ARG_SIZE } } },
	{ CALL_SPLICE, "splice", NULL, CLASS_DATA, AT_SOCKETS, {
		{ "fd_in", .kind = ARG_SOCKET },
		{ "off_in", .kind = ARG_OFFSET_64 },
		{ "fd_out", .kind = ARG_OTHER },
		{ "off_out", .kind = ARG_OFFSET_64 },
		{ "len", .kind = ARG_SIZE },
		{ "flags", .kind = ARG_FLAGS, .names = splice_flag_names } } },

	/* --- descriptors ------------------------------------------------------------------ */

	{ CALL_CLOSE, "close", NULL, CLASS_SETUP, AT_SOCKETS, {
		{ "fd", .kind = ARG_SOCKET } } },
	{ CALL_CLOSE_RANGE, "close_range", NULL, CLASS_SETUP, ALWAYS, {
		{ "first", .kind = ARG_UNSIGNED },
		{ "last", .kind = ARG_UNSIGNED },
		{ "flags", .kind = ARG_FLAGS, .names = close_range_flag_names } } },
	{ CALL_DUP, "dup", NULL, CLASS_SETUP, IF_SOCKET, {
		{ "oldfd", .kind = ARG_SOCKET } } },
	{ CALL_DUP2, "dup2", NULL, CLASS_SETUP, IF_SOCKET, {
		{ "oldfd", .kind = ARG_SOCKET },
		{ "newfd", .kind = ARG_OTHER } } },
	{ CALL_DUP3, "dup3", NULL, CLASS_SETUP, IF_SOCKET, {
		{ "oldfd", .kind = ARG_SOCKET },
		{ "newfd", .kind = ARG_OTHER },
		{ "flags", .kind = ARG_FLAGS, .names = dup_flag_names } } },
	{ CALL_PIDFD_GETFD, "pidfd_getfd", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "pidfd", .kind = ARG_DESCRIPTOR },
		{ "targetfd", .kind = ARG_INTEGER }, /* a number of the other process */
		{ "flags", .kind = ARG_UNSIGNED } } },
	{ CALL_UNSHARE, "unshare", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "flags", .kind = ARG_FLAGS, .names = clone_flag_names } } },

	{ CALL_SCHED_GETAFFINITY, "sched_getaffinity", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "pid", .kind = ARG_INTEGER },
		{ "cpusetsize", .kind = ARG_SIZE },
		{ "mask", .kind = ARG_SIZE } } },
	{ CALL_SCHED_SETAFFINITY, "sched_setaffinity", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "pid", .kind = ARG_INTEGER },
		{ "cpusetsize", .kind = ARG_SIZE },
		{ "mask", .kind = ARG_SIZE } } },
	{ CALL_IO_URING_SETUP, "io_uring_setup", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "entries", .kind = ARG_UNSIGNED },
		{ "params", .kind = ARG_SIZE } } },

	/* --- never shown: what the tracer itself must know of ------------------------------ */

	{ CALL_SECCOMP, "seccomp", NULL, CLASS_NONE, ALWAYS, {
		{ "operation", .kind = ARG_UNSIGNED },
		{ "flags", .kind = ARG_UNSIGNED },
		{ "args", .kind = ARG_SIZE } } },
	{ CALL_PRCTL, "prctl", NULL, CLASS_NONE, ALWAYS, {
		{ "op", .kind = ARG_INTEGER },
		{ "arg2", .kind = ARG_SIZE } } },
	{ CALL_CLONE, "clone", NULL, CLASS_NONE, ALWAYS, {
		{ "flags", .kind = ARG_SIZE } } },
	{ CALL_CLONE3, "clone3", NULL, CLASS_NONE, ALWAYS, {
		{ "cl_args", .kind = ARG_SIZE },
		{ "size", .kind = ARG_SIZE } } },
	{ CALL_PTRACE, "ptrace", NULL, CLASS_NONE, ALWAYS, {
		{ "op", .kind = ARG_INTEGER },
		{ "pid", .kind = ARG_INTEGER } } },

	/* --- waiting ---------------------------------------------------------------------- */

	{ CALL_POLL, "poll", NULL, CLASS_WAIT, ALWAYS, {
		{ "fds", .kind = ARG_POLLFDS, .direction = INOUT, .size = SIZED_BY_ARG(1) },
		{ "nfds", .kind = ARG_SIZE },
		{ "timeout", .kind = ARG_INTEGER } } },
	{ CALL_PPOLL, "ppoll", NULL, CLASS_WAIT, ALWAYS, {
		{ "fds", .kind = ARG_POLLFDS, .direction = INOUT, .size = SIZED_BY_ARG(1) },
		{ "nfds", .kind = ARG_SIZE },
		{ "timeout", .kind = ARG_TIMESPEC, .direction = ANSWERED },
		{ "sigmask", .kind = ARG_SIGSET, .size = SIZED_BY_ARG(4) } } },
	{ CALL_PPOLL, "ppoll_time64", "ppoll", CLASS_WAIT, ALWAYS, {
		{ "fds", .kind = ARG_POLLFDS, .direction = INOUT, .size = SIZED_BY_ARG(1) },
		{ "nfds", .kind = ARG_SIZE },
		{ "timeout", .kind = ARG_TIMESPEC_64, .direction = ANSWERED },
		{ "sigmask", .kind = ARG_SIGSET, .size = SIZED_BY_ARG(4) } } },
	/* i386 has two: its `select`, number 82, takes one pointer to all five arguments. */
	{ CALL_SELECT, "select", NULL, CLASS_WAIT, ALWAYS, {
		{ "nfds", .kind = ARG_INTEGER },
		{ "readfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "writefds", .kind = ARG_FDSET, .direction = INOUT },
		{ "exceptfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "timeout", .kind = ARG_TIMEVAL, .direction = ANSWERED } } },
	{ CALL_SELECT, "_newselect", "select", CLASS_WAIT, ALWAYS, {
		{ "nfds", .kind = ARG_INTEGER },
		{ "readfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "writefds", .kind = ARG_FDSET, .direction = INOUT },
		{ "exceptfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "timeout", .kind = ARG_TIMEVAL, .direction = ANSWERED } } },
	{ CALL_PSELECT6, "pselect6", NULL, CLASS_WAIT, ALWAYS, {
		{ "nfds", .kind = ARG_INTEGER },
		{ "readfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "writefds", .kind = ARG_FDSET, .direction = INOUT },
		{ "exceptfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "timeout", .kind = ARG_TIMESPEC, .direction = ANSWERED },
		{ "sigmask", .kind = ARG_SIGSET_PACK } } },
	{ CALL_PSELECT6, "pselect6_time64", "pselect6", CLASS_WAIT, ALWAYS, {
		{ "nfds", .kind = ARG_INTEGER },
		{ "readfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "writefds", .kind = ARG_FDSET, .direction = INOUT },
		{ "exceptfds", .kind = ARG_FDSET, .direction = INOUT },
		{ "timeout", .kind = ARG_TIMESPEC_64, .direction = ANSWERED },
		{ "sigmask", .kind = ARG_SIGSET_PACK } } },
	{ CALL_EPOLL_CREATE, "epoll_create", NULL, CLASS_WAIT, ALWAYS, {
		{ "size", .kind = ARG_INTEGER } } },
	{ CALL_EPOLL_CREATE1, "epoll_create1", NULL, CLASS_WAIT, ALWAYS, {
		{ "flags", .kind = ARG_FLAGS, .names = epoll_create_flag_names } } },
	{ CALL_EPOLL_CTL, "epoll_ctl", NULL, CLASS_WAIT, ALWAYS, {
		{ "epfd", .kind = ARG_SOCKET },
		{ "op", .kind = ARG_CONSTANT, .names = epoll_operation_names },
		{ "fd", .kind = ARG_DESCRIPTOR },
		{ "event", .kind = ARG_EPOLL_EVENT } } },
	{ CALL_EPOLL_WAIT, "epoll_wait", NULL, CLASS_WAIT, ALWAYS, {
		{ "epfd", .kind = ARG_SOCKET },
		{ "events", .kind = ARG_EPOLL_EVENTS, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "maxevents", .kind = ARG_INTEGER },
		{ "timeout", .kind = ARG_INTEGER } } },
	{ CALL_EPOLL_PWAIT, "epoll_pwait", NULL, CLASS_WAIT, ALWAYS, {
		{ "epfd", .kind = ARG_SOCKET },
		{ "events", .kind = ARG_EPOLL_EVENTS, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "maxevents", .kind = ARG_INTEGER },
		{ "timeout", .kind = ARG_INTEGER },
		{ "sigmask", .kind = ARG_SIGSET, .size = SIZED_BY_ARG(5) } } },
	{ CALL_EPOLL_PWAIT2, "epoll_pwait2", NULL, CLASS_WAIT, ALWAYS, {
		{ "epfd", .kind = ARG_SOCKET },
		{ "events", .kind = ARG_EPOLL_EVENTS, .direction = OUT, .size = SIZED_BY_RESULT },
		{ "maxevents", .kind = ARG_INTEGER },
		{ "timeout", .kind = ARG_TIMESPEC_64 },
		{ "sigmask", .kind = ARG_SIGSET, .size = SIZED_BY_ARG(5) } } },

	/* --- i386: one number for all of the above that are about sockets ------------------ */

	{ CALL_SOCKETCALL, "socketcall", NULL, CLASS_HIDDEN, ALWAYS, {
		{ "call", .kind = ARG_INTEGER },
		{ "args", .kind = ARG_SIZE } } },

	{ CALL_COUNT, NULL, NULL, 0, ALWAYS, { { NULL, .kind = ARG_INTEGER } } },
};
/* clang-format on */
