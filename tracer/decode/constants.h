/* Numbers of the kernel and their names; each table ends with a row without a name. */
#pragma once

#include "support/names.h"

extern const struct name socket_type_names[];
extern const struct name socket_flag_names[]; /* SOCK_NONBLOCK, SOCK_CLOEXEC */
extern const struct name message_flag_names[];
extern const struct name shutdown_names[];

extern const struct name inet_protocol_names[]; /* AF_INET, AF_INET6 */
extern const struct name level_names[];

extern const struct name close_range_flag_names[];
extern const struct name dup_flag_names[];
extern const struct name splice_flag_names[];
extern const struct name fcntl_names[];
extern const struct name fd_flag_names[];
extern const struct name file_flag_names[];
extern const struct name clone_flag_names[];
extern const struct name ioctl_names[]; /* those that sockets answer */

extern const struct name poll_flag_names[];
extern const struct name epoll_flag_names[];
extern const struct name epoll_create_flag_names[];
extern const struct name epoll_operation_names[];

/* The protocols of a domain (address family); an empty table where none are known. */
const struct name *protocol_names(int domain);
