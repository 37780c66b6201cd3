#include "formatters/mermaid/escape.h"

#include <string.h>

/* Everything else in ASCII has a meaning in some diagram: # ; : % < > { } and so on. */
static bool is_safe(char byte, bool quoted)
{
	if (byte == '"')
		return !quoted;
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || (byte && strchr(" .,()=+-_/[]'?", byte)) ||
	       (unsigned char)byte >= 0x80;
}

static void put(struct line *line, const char *words, bool quoted)
{
	struct line inert = { 0 };
	line_name(&inert, words);
	for (const char *at = line_string(&inert); *at;) {
		size_t safe = 0;
		while (is_safe(at[safe], quoted))
			safe++;
		line_name_part(line, at, safe);
		at += safe;
		if (*at)
			line_format(line, "#%d;", *at++);
	}
	line_done(&inert);
}

void mermaid_put(struct line *line, const char *words)
{
	put(line, words, false);
}

void mermaid_quoted(struct line *line, const char *words)
{
	put(line, words, true);
}
