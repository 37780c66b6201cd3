/* -e: which calls are shown, by class and by name, as strace's users type it. */
#pragma once

#include "types/call.h"

#include <stdbool.h>
#include <stddef.h>

struct selection {
	unsigned classes;              /* of enum call_class */
	signed char calls[CALL_COUNT]; /* by name: 1 shown, -1 hidden, 0 as its class */
};

/* "setup,data", "trace=all,!wait", "!recv": 0, or -EINVAL with the word nobody knows. */
int selection_parse(struct selection *selection, const char *set, const char **ret_bad,
		    size_t *ret_bad_length);

/* Shows what more shows, too. */
void selection_add(struct selection *selection, const struct selection *more);

/* The call that a word names: "accept4", "recv". */
bool selection_call(const char *word, size_t length, enum call_id *ret_call);

bool selection_shows(const struct selection *selection, enum call_id call, enum call_class class);

/* The word for the n-th class of calls, from 0; NULL: there are no more. */
const char *selection_class_name(size_t n);
