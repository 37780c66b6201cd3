#include "types/python.h"

#include <stdbool.h>
#include <string.h>

static bool is_triple(const char *at, char quote)
{
	return at[0] == quote && at[1] == quote && at[2] == quote;
}

/* From the opening quote to behind the closing one. A backslash keeps the next character
 * inside the literal in every kind, r'...' too (Python reference, 2.4.1). */
static const char *skip_literal(const char *at)
{
	char quote = *at;
	size_t width = is_triple(at, quote) ? 3 : 1;
	for (at += width; *at; at++) {
		if (*at == '\\' && at[1])
			at++;
		else if (width == 1 ? *at == quote : is_triple(at, quote))
			return at + width;
	}
	return at;
}

size_t python_code_length(const char *line)
{
	const char *at = line;
	while (*at) {
		if (*at == '\'' || *at == '"') {
			at = skip_literal(at);
			continue;
		}
		if (*at != '#') {
			at++;
			continue;
		}
		/* Only the last line's comment is ours: before that it belongs to the code. */
		const char *end = at + strcspn(at, "\n");
		if (!*end && at - line > 2 && strncmp(at - 2, "  # ", PYTHON_COMMENT_GAP) == 0)
			return (size_t)(at - 2 - line);
		at = end;
	}
	return (size_t)(at - line);
}
