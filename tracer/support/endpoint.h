/* Socket addresses as text, the way everybody writes them, and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * A socket address in the kernel's form as text, by its family:
 *
 *	AF_INET     127.0.0.1:8000
 *	AF_INET6    [::1]:8000, [fe80::1%2]:80 (the scope as a number, if there is one)
 *	AF_UNIX     unix:/path, unix:@abstract, unix: (unnamed)
 *	AF_NETLINK  netlink:pid=0,groups=0x0
 *	AF_PACKET   packet:ifindex=1,protocol=0x0003
 *	others      AF_VSOCK 0x0102..., AF_77 0x0102...: what stands behind the family
 *
 * An address shorter than its family needs is written as the others are; one too short
 * for a family is 0x and its byte, or empty. Bytes a terminal must not see are escaped, and the
 * '@' of a path that begins with one. Writes at most room bytes with the NUL.
 */
void endpoint_text(char *out, size_t room, const void *address, size_t size);

/* The other way, for AF_INET and AF_INET6. False if text is neither. */
bool endpoint_parse(const char *text, struct sockaddr_storage *ret_address);

/* "AF_INET"; NULL for a number that has no name. */
const char *family_name(int family);
