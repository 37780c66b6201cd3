/* The system calls socktrace knows, as all stages name them. */
#pragma once

enum call_id {
	CALL_SOCKET,
	CALL_SOCKETPAIR,
	CALL_BIND,
	CALL_LISTEN,
	CALL_ACCEPT,
	CALL_ACCEPT4,
	CALL_CONNECT,
	CALL_SHUTDOWN,
	CALL_GETSOCKNAME,
	CALL_GETPEERNAME,
	CALL_GETSOCKOPT,
	CALL_SETSOCKOPT,
	CALL_SENDTO,
	CALL_SENDMSG,
	CALL_SENDMMSG,
	CALL_RECVFROM,
	CALL_RECVMSG,
	CALL_RECVMMSG,
	CALL_READ,
	CALL_READV,
	CALL_WRITE,
	CALL_WRITEV,
	CALL_CLOSE,
	CALL_CLOSE_RANGE,
	CALL_DUP,
	CALL_DUP2,
	CALL_DUP3,
	CALL_FCNTL,
	CALL_IOCTL,
	CALL_SENDFILE,
	CALL_SPLICE,
	CALL_POLL,
	CALL_PPOLL,
	CALL_SELECT,
	CALL_PSELECT6,
	CALL_EPOLL_CREATE,
	CALL_EPOLL_CREATE1,
	CALL_EPOLL_CTL,
	CALL_EPOLL_WAIT,
	CALL_EPOLL_PWAIT,
	CALL_EPOLL_PWAIT2,
	CALL_PIDFD_GETFD,
	CALL_UNSHARE,
	CALL_SCHED_GETAFFINITY, /* for the sake of colocation.h */
	CALL_SCHED_SETAFFINITY,
	CALL_IO_URING_SETUP, /* what goes through a ring is no system call */
	CALL_SECCOMP,        /* these for the sake of ptrace/watch.h, and of programs that trace */
	CALL_PRCTL,
	CALL_CLONE,
	CALL_CLONE3,
	CALL_PTRACE,
	CALL_SOCKETCALL, /* i386 only: becomes one of the above before anybody sees it */
	CALL_COUNT,
};

/* What -e shows and hides (INTERFACE: setup, data, options, wait, process, output). */
enum call_class {
	CLASS_NONE = 0, /* the tracer's own business, never shown */
	CLASS_SETUP = 1,
	CLASS_DATA = 2,
	CLASS_OPTIONS = 4,
	CLASS_WAIT = 8,
	CLASS_PROCESS = 16,
	CLASS_OUTPUT = 32,
	CLASS_HIDDEN = 64, /* followed for the sockets' sake, shown only when named */
	CLASS_ALL = 63,
};
