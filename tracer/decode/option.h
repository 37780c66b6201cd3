/* Inside decode/: the socket options and control messages by level and number. */
#pragma once

#include "decode/shape.h"

struct option {
	int level, number;
	const char *name;
	enum shape shape;
};

/* NULL: not known. */
const struct option *option_find(int level, int number);
/* The same for the types of control messages. */
const struct option *control_find(int level, int type);
