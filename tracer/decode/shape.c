#include "decode/shape.h"

#include "decode/constants.h"

#include "support/endpoint.h"

#include <string.h>
#include <sys/socket.h>

/* --- times ---------------------------------------------------------------------------------- */

void time_decode(struct decoding *decoding, const void *data, size_t width, const char *fraction,
		 struct value *value)
{
	struct value *items = value_items(decoding, value, VALUE_STRUCT, 2);
	if (!items)
		return;
	items[0].name = "sec";
	value_integer(&items[0], load_signed(data, width));
	items[1].name = fraction;
	value_integer(&items[1], load_signed((const char *)data + width, width));
}

/* --- one function for each form ------------------------------------------------------------- */

/* Like the others, these leave alone what is too short for them. */
typedef void shape_decoder(struct decoding *decoding, const unsigned char *data, size_t size,
			   struct value *value);

static void timeval_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			  struct value *value)
{
	if (size >= 2 * long_width(decoding))
		time_decode(decoding, data, long_width(decoding), "usec", value);
}

static void timeval_64_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			     struct value *value)
{
	if (size >= 16)
		time_decode(decoding, data, 8, "usec", value);
}

static void timespec_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			   struct value *value)
{
	if (size >= 2 * long_width(decoding))
		time_decode(decoding, data, long_width(decoding), "nsec", value);
}

static void timespec_64_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			      struct value *value)
{
	if (size >= 16)
		time_decode(decoding, data, 8, "nsec", value);
}

static void timestamps(struct decoding *decoding, const unsigned char *data, size_t size,
		       size_t width, struct value *value)
{
	enum { STAMPS = 3 }; /* software, (unused), hardware: timestamping.rst */
	if (size < 2 * width * STAMPS)
		return;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, STAMPS);
	for (size_t i = 0; items && i < STAMPS; i++)
		time_decode(decoding, data + 2 * width * i, width, "nsec", &items[i]);
}

static void timestamps_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			     struct value *value)
{
	timestamps(decoding, data, size, long_width(decoding), value);
}

static void timestamps_64_shape(struct decoding *decoding, const unsigned char *data, size_t size,
				struct value *value)
{
	timestamps(decoding, data, size, 8, value);
}

/* IP's options take and give one byte where that is enough (do_ip_setsockopt()). */
static void integer_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			  struct value *value)
{
	(void)decoding;
	if (size >= 4)
		value_integer(value, load_signed(data, 4));
	else if (size >= 1)
		value_integer(value, *data);
}

static void short_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			struct value *value)
{
	(void)decoding;
	if (size >= 2)
		value_integer(value, (int64_t)load_unsigned(data, 2));
}

/* SO_MAX_PACING_RATE was an int before Linux 5.0, and still may be one. */
static void long_shape(struct decoding *decoding, const unsigned char *data, size_t size,
		       struct value *value)
{
	if (size >= 8)
		value_integer(value, load_signed(data, 8));
	else
		integer_shape(decoding, data, size, value);
}

static void string_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			 struct value *value)
{
	size_t length = strnlen((const char *)data, size);
	value_bytes(decoding, value, data, length, length);
}

static void errno_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			struct value *value)
{
	if (size >= 4)
		errno_decode(decoding, load_signed(data, 4), value);
}

static void type_shape(struct decoding *decoding, const unsigned char *data, size_t size,
		       struct value *value)
{
	(void)decoding;
	if (size >= 4)
		value_constant(value, load_signed(data, 4),
			       name_of(socket_type_names, load_signed(data, 4)));
}

static void domain_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			 struct value *value)
{
	(void)decoding;
	if (size >= 4)
		value_constant(value, load_signed(data, 4), family_name((int)load_signed(data, 4)));
}

/* Which domain the number belongs to is not told: the Internet's, most likely. */
static void protocol_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			   struct value *value)
{
	(void)decoding;
	int64_t protocol = size >= 4 ? load_signed(data, 4) : 0;
	if (size >= 4 && protocol == 0)
		value_integer(value, 0);
	else if (size >= 4)
		value_constant(value, protocol, name_of(inet_protocol_names, protocol));
}

/* Also notes what is passed, for those who follow descriptors. */
static void rights_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			 struct value *value)
{
	struct event *event = decoding->event;
	size_t count = size / sizeof(int32_t);
	struct value *items = value_items(decoding, value, VALUE_ARRAY, count);
	for (size_t i = 0; items && i < count; i++) {
		int fd = (int)load_signed(data + i * sizeof(int32_t), sizeof(int32_t));
		value_descriptor(&items[i], fd);
		if (event->passed_count < EVENT_MAX_PASSED)
			event->passed[event->passed_count++] = fd;
	}
}

static void descriptor_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			     struct value *value)
{
	(void)decoding;
	if (size >= 4)
		value_descriptor(value, (int)load_signed(data, 4));
}

static void endpoint_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			   struct value *value)
{
	value_endpoint(decoding, value, data, size);
}

/* struct ip_mreqn and ip_mreq have the interface's address second, in_addr is it. */
static void interface_shape(struct decoding *decoding, const unsigned char *data, size_t size,
			    struct value *value)
{
	if (size >= 8)
		structure_decode(decoding, SHAPE_MREQ, data, size, value);
	else if (size >= 4)
		host_decode(decoding, AF_INET, data, value);
}

static shape_decoder *const shape_decoders[SHAPE_LINGER] = {
	[SHAPE_INTEGER] = integer_shape,
	[SHAPE_SHORT] = short_shape,
	[SHAPE_LONG] = long_shape,
	[SHAPE_STRING] = string_shape,
	[SHAPE_ERRNO] = errno_shape,
	[SHAPE_TYPE] = type_shape,
	[SHAPE_DOMAIN] = domain_shape,
	[SHAPE_PROTOCOL] = protocol_shape,
	[SHAPE_RIGHTS] = rights_shape,
	[SHAPE_DESCRIPTOR] = descriptor_shape,
	[SHAPE_ENDPOINT] = endpoint_shape,
	[SHAPE_INTERFACE] = interface_shape,
	[SHAPE_TIMEVAL] = timeval_shape,
	[SHAPE_TIMEVAL_64] = timeval_64_shape,
	[SHAPE_TIMESPEC] = timespec_shape,
	[SHAPE_TIMESPEC_64] = timespec_64_shape,
	[SHAPE_TIMESTAMPS] = timestamps_shape,
	[SHAPE_TIMESTAMPS_64] = timestamps_64_shape,
};

void shape_decode(struct decoding *decoding, enum shape shape, const void *data, size_t size,
		  size_t length, struct value *value)
{
	if (shape >= SHAPE_LINGER)
		structure_decode(decoding, shape, data, size, value);
	else if (shape_decoders[shape])
		shape_decoders[shape](decoding, data, size, value);
	if (value->kind != VALUE_ADDRESS)
		return;
	size_t captured = size < decoding->capture ? size : decoding->capture;
	decoding->capture -= captured;
	value_bytes(decoding, value, data, captured, length);
}
