#include "speaking.h"

#include "beside.h"

#include "support/arena.h"
#include "support/auto.h"
#include "teach/teach.h"
#include "types/record.h"

#include <errno.h>
#include <string.h>

int speaking_use(const struct language *language)
{
	static const char *const folders[] = { "build/locale", "locale", "../share/locale", NULL };
	autofree char *folder = beside_program(folders, LANGUAGE_CHINESE, SOCKTRACE_LOCALEDIR);
	return folder ? language_use(language, folder) : -ENOMEM;
}

static const struct record_header *header_again(struct arena *arena,
						const struct record_header *header)
{
	const char *lang = language_used()->name;
	const char *title = record_words_in(&header->titles, lang);
	const char *lesson = record_words_in(&header->lessons, lang);
	struct record_header *again = arena_alloc(arena, sizeof *again);
	if (!again)
		return header;
	*again = *header;
	again->lang = lang;
	again->title = title ? title : header->title;
	again->lesson = lesson ? lesson : header->lesson;
	return again;
}

static const struct note *notes_again(struct arena *arena, const struct note *notes, size_t count)
{
	struct note *again = arena_alloc(arena, count * sizeof *again);
	if (!again)
		return notes;
	memcpy(again, notes, count * sizeof *again);
	for (size_t i = 0; i < count; i++) {
		note_speak(arena, &again[i]);
		/* Its parameters are an older socktrace's. */
		if (!again[i].text)
			again[i] = notes[i];
	}
	return again;
}

const struct record *speaking_again(struct arena *arena, const struct record *record)
{
	bool header = record->type == RECORD_HEADER;
	struct record *again =
		header || record->note_count ? arena_alloc(arena, sizeof *again) : NULL;
	if (!again)
		return record;
	*again = *record;
	if (header)
		again->header = header_again(arena, record->header);
	else
		again->notes = notes_again(arena, record->notes, record->note_count);
	return again;
}
