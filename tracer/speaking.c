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

/* The note in the language that is spoken; false: nobody knows how to say it. */
static bool translate(struct arena *arena, const struct note *note,
		      struct note_translation *ret_translation)
{
	struct note again = *note;
	again.text = again.fix = again.check = NULL;
	note_speak(arena, &again);
	if (!again.text)
		return false;
	*ret_translation = (struct note_translation){
		.lang = language_used()->name,
		.text = again.text,
		.fix = again.fix,
		.check = again.check,
	};
	return true;
}

const struct record *speaking_all(struct arena *arena, const struct record *record)
{
	const struct language *spoken = language_used();
	size_t count = record->note_count;
	struct record *again = count ? arena_alloc(arena, sizeof *again) : NULL;
	struct note *notes = count ? arena_alloc(arena, count * sizeof *notes) : NULL;
	struct note_translation *translations =
		arena_alloc(arena, count * RECORD_MAX_LANGUAGES * sizeof *translations);
	if (!again || !notes || !translations)
		return record;
	memcpy(notes, record->notes, count * sizeof *notes);
	for (unsigned n = 0; n < RECORD_MAX_LANGUAGES && language_nth(n); n++) {
		if (speaking_use(language_nth(n)) < 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			struct note_translation *room = &translations[i * RECORD_MAX_LANGUAGES];
			notes[i].translations = room;
			if (translate(arena, &notes[i], &room[notes[i].translation_count]))
				notes[i].translation_count++;
		}
	}
	speaking_use(spoken);
	*again = *record;
	again->notes = notes;
	return again;
}
