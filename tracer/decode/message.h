/* Inside decode/: struct msghdr and struct iovec[], which several calls share. */
#pragma once

#include "decode/decoding.h"

/* Room in the memo for that many messages, none of them counted yet; NULL: no memory. */
struct message *messages_new(struct decoding *decoding, size_t count);

/* Takes a struct iovec[] down, up to the first one that is unreadable. */
bool parts_read(struct decoding *decoding, uint64_t address, uint64_t count,
		struct message *ret_message);
/* An array of bytes; at return `moved` is spread over them. */
void parts_decode(struct decoding *decoding, const struct message *message, uint64_t moved,
		  struct value *value);

/* Control messages: an array of { level, type, data }. Notes the descriptors passed. */
void control_decode(struct decoding *decoding, uint64_t address, uint64_t size,
		    struct value *value);
