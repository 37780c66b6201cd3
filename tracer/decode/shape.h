/* Inside decode/: the forms that option values and control data have. */
#pragma once

#include "decode/decoding.h"

enum shape {
	SHAPE_BYTES,   /* nothing is known of it */
	SHAPE_INTEGER, /* an int; of one byte where IP takes that */
	SHAPE_SHORT,   /* 16 bits */
	SHAPE_LONG,    /* 64 bits, or an int for the old */
	SHAPE_STRING,  /* up to its NUL */
	SHAPE_ERRNO,
	SHAPE_TYPE,
	SHAPE_DOMAIN,
	SHAPE_PROTOCOL,
	SHAPE_RIGHTS, /* int[]: descriptors that are passed on */
	SHAPE_DESCRIPTOR,
	SHAPE_ENDPOINT,  /* a struct sockaddr */
	SHAPE_INTERFACE, /* IP_MULTICAST_IF: in_addr, ip_mreq or ip_mreqn */
	SHAPE_TIMEVAL,
	SHAPE_TIMEVAL_64,
	SHAPE_TIMESPEC,
	SHAPE_TIMESPEC_64,
	SHAPE_TIMESTAMPS, /* struct scm_timestamping: three timespecs */
	SHAPE_TIMESTAMPS_64,
	/* From here on structures, with a table of their fields. */
	SHAPE_LINGER,
	SHAPE_UCRED,
	SHAPE_MREQ,
	SHAPE_MREQ_SOURCE,
	SHAPE_IPV6_MREQ,
	SHAPE_PKTINFO,
	SHAPE_IPV6_PKTINFO,
	SHAPE_PACKET_MREQ,
	SHAPE_PACKET_STATISTICS,
	SHAPE_PACKET_AUXDATA,
	SHAPE_EXTENDED_ERROR,
	SHAPE_TCP_INFO,
};

/* `data` was copied from the tracee, `size` bytes of `length` that there are. What the shape
 * does not fit is shown as bytes. */
void shape_decode(struct decoding *decoding, enum shape shape, const void *data, size_t size,
		  size_t length, struct value *value);

/* struct timeval ("usec") or timespec ("nsec") whose numbers have `width` bytes. */
void time_decode(struct decoding *decoding, const void *data, size_t width, const char *fraction,
		 struct value *value);

/* The same for a structure, of as many fields as were given; left alone if it is too short. */
void structure_decode(struct decoding *decoding, enum shape shape, const unsigned char *data,
		      size_t size, struct value *value);
/* An address without a port. */
void host_decode(struct decoding *decoding, int family, const void *bytes, struct value *value);
/* EPIPE, or a plain 0. */
void errno_decode(struct decoding *decoding, int64_t error, struct value *value);
