#include "formatters/mermaid/mermaid.h"

#include "formatters/mermaid/escape.h"
#include "formatters/mermaid/sequence.h"

#include <stdlib.h>

struct formatter {
	FILE *file;
	struct line line;
	struct sequence sequence;
};

struct formatter *mermaid_open(FILE *file, const struct format_options *options)
{
	(void)options;
	struct formatter *mermaid = calloc(1, sizeof *mermaid);
	if (!mermaid)
		return NULL;
	mermaid->file = file;
	fputs("sequenceDiagram\n", file);
	return mermaid;
}

void mermaid_write(struct formatter *mermaid, const struct record *record)
{
	if (record->type == RECORD_HEADER && record->header->title) {
		line_put(&mermaid->line, "    title ");
		mermaid_put(&mermaid->line, record->header->title);
		line_break(&mermaid->line);
	}
	sequence_add(&mermaid->sequence, record, &mermaid->line);
	line_write(&mermaid->line, mermaid->file);
}

void mermaid_close(struct formatter *mermaid)
{
	if (!mermaid)
		return;
	sequence_end(&mermaid->sequence, &mermaid->line);
	line_write(&mermaid->line, mermaid->file);
	sequence_done(&mermaid->sequence);
	line_done(&mermaid->line);
	free(mermaid);
}
