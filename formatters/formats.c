#include "formatters/asciicast.h"
#include "formatters/counts/counts.h"
#include "formatters/formatter.h"
#include "formatters/html/html.h"
#include "formatters/jsonl.h"
#include "formatters/markdown/markdown.h"
#include "formatters/mermaid/mermaid.h"
#include "formatters/pcapng/pcapng.h"
#include "formatters/perfetto.h"
#include "formatters/python/program.h"
#include "formatters/strace/strace.h"
#include "formatters/text/text.h"
#include "support/language.h"

#include <string.h>

const struct format formats[] = {
	{ "text", "txt", N_("a line for each call, with what it means below it"), text_open,
	  text_write, text_close },
	{ "strace", "strace", N_("strace's own lines, for every tool that reads strace"),
	  strace_open, strace_write, strace_close },
	{ "perfetto", "perfetto.json",
	  N_("a timeline for ui.perfetto.dev: calls, waiting, messages"), perfetto_open,
	  perfetto_write, perfetto_close },
	{ "asciicast", "cast",
	  N_("the text as a terminal session for asciinema, a marker at each call"), asciicast_open,
	  asciicast_write, asciicast_close },
	{ "jsonl", "jsonl", N_("the recording, from which --replay makes every other format"),
	  jsonl_open, jsonl_write, jsonl_close },
	{ "markdown", "md", N_("lecture notes: the run as a story, with diagrams and tables"),
	  markdown_open, markdown_write, markdown_close },
	{ "mermaid", "mmd", N_("a sequence diagram, to be drawn by Mermaid"), mermaid_open,
	  mermaid_write, mermaid_close },
	{ "python", "py", N_("a Python program for each lane, which makes the same calls again"),
	  program_open, program_write, program_close },
	{ "pcapng", "pcapng", N_("the packets, with the calls as their comments, for Wireshark"),
	  pcapng_open, pcapng_write, pcapng_close },
	{ "html", "html", N_("a page for the browser: play, step, states, queues, notes"),
	  html_open, html_write, html_close },
	{ 0 },
};

const struct format counts_format = {
	.name = "counts",
	.open = counts_open,
	.write = counts_write,
	.close = counts_close,
};

const struct format *format_named(const char *name)
{
	for (const struct format *format = formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

bool format_is_translated(const struct format *format)
{
	return format->write == html_write;
}

bool format_takes_packets(const struct format *format)
{
	return format->write == jsonl_write || format->write == pcapng_write;
}

bool format_is_binary(const struct format *format)
{
	return format->write == pcapng_write;
}

bool format_takes_listings(const struct format *format)
{
	return format->write == jsonl_write || format->write == html_write ||
	       format->write == markdown_write;
}

/* "run.txt" ends in ".txt"; a file named ".txt" has no extension, and "dir.txt/run" neither. */
static bool has_extension(const char *path, const char *extension)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;
	size_t length = strlen(file);
	size_t tail = strlen(extension);
	return length > tail + 1 && file[length - tail - 1] == '.' &&
	       strcmp(file + length - tail, extension) == 0;
}

const struct format *format_for_path(const char *path)
{
	for (const struct format *format = formats; format->name; format++)
		if (has_extension(path, format->extension))
			return format;
	return NULL;
}
