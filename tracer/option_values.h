/* Inside the command line: what the arguments of options mean. All return 0, -EINVAL with the
 * complaint in the parser's error, or -ENOMEM. */
#pragma once

#include "options.h"

#include <stddef.h>

/* What parsing needs besides the result. */
struct parser {
	struct options *options;
	struct options_error *error;
	const struct format *format; /* of a --format whose -o has not come yet */
};

/* Always -EINVAL. */
__attribute__((format(printf, 3, 4))) int option_fail(struct options_error *error, const char *hint,
						      const char *format, ...);
/* Appends to one of the lists of strings. */
int option_append(const char ***list, size_t *count, const char *word);
/* What fits into one call's event; and seconds. */
enum { MOST_BYTES = 16 << 20, MOST_SECONDS = 24 * 60 * 60 };

/* `option`: as it was written, for the complaint. */
int option_number(struct parser *parser, const char *option, const char *text, size_t most,
		  size_t *ret);
/* NULL: standard error. */
int option_output(struct parser *parser, const char *path);
int option_format(struct parser *parser, const char *name);
int option_color(struct parser *parser, const char *when);
/* NULL: --wire alone. */
int option_wire(struct parser *parser, const char *how);
int option_notes(struct parser *parser, const char *when);
int option_source(struct parser *parser, const char *how);
/* NULL: --check alone. */
int option_check(struct parser *parser, const char *rules);
int option_language(struct parser *parser, const char *name);
int option_set(struct parser *parser, const char *set);
int option_sysctl(struct parser *parser, const char *setting);
