/* The page around the records: made by page.awk of page.html, page.css and the .js files. */
#pragma once

#include <stddef.h>

struct html_text {
	const char *text;
	size_t size;
};

extern const struct html_text html_before, html_after;
