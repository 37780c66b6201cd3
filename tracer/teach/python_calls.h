/* The equivalents, by what the calls are about. Each writes one call (python_writer.h). */
#pragma once

#include "teach/python_writer.h"

/* python_setup.c */
equivalent python_socket, python_socketpair, python_bind, python_listen, python_accept,
	python_connect, python_shutdown, python_getsockname, python_getpeername;
/* python_send.c */
equivalent python_sendto, python_write, python_sendfile, python_splice;
/* python_receive.c */
equivalent python_recvfrom, python_read;
/* python_message.c */
equivalent python_sendmsg, python_sendmmsg, python_writev, python_recvmsg, python_recvmmsg,
	python_readv;
/* python_option.c */
equivalent python_getsockopt, python_setsockopt;
/* python_file.c */
equivalent python_close, python_close_range, python_dup, python_dup2, python_dup3, python_fcntl,
	python_ioctl;
/* python_wait.c */
equivalent python_poll, python_ppoll, python_select, python_pselect6;
/* python_epoll.c */
equivalent python_epoll_create, python_epoll_ctl, python_epoll_wait, python_epoll_pwait2;
