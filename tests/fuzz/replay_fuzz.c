/*
 * A recording of anybody's: what is no recording is refused, and what is one becomes the same
 * recording again, and with nothing in it that a terminal would obey. Each input is written in one
 * more format, which its bytes choose.
 */
#include "fuzz.h"
#include "shown.h"

#include "replay/replay.h"
#include "speaking.h"
#include "support/arena.h"

#include <errno.h>

enum { READERS = 2 };

struct readers {
	struct shown each[READERS];
	size_t count;
};

static int emit(void *context, const struct record *record)
{
	struct readers *readers = context;
	struct arena *arena = arena_new();
	assert(arena);
	const struct record *again = speaking_again(arena, record);
	for (size_t i = 0; i < readers->count; i++)
		shown_write(&readers->each[i], again);
	arena_free(arena);
	return 0;
}

static int replay(const void *text, size_t size, struct readers *readers)
{
	struct replay_error error = { 0 };
	FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");
	assert(file);
	int result = replay_run(file, emit, readers, &error);
	fclose(file);
	assert(result == 0 || result == -EBADMSG);
	assert(result == 0 || (error.line && memchr(error.message, '\0', sizeof error.message)));
	return result;
}

/* Written once more it must not change any more. */
static void check_recording(const struct shown *recording)
{
	struct readers again = { .count = 1 };
	if (!recording->size)
		return;
	shown_open(&again.each[0], recording->format);
	assert(replay(recording->text, recording->size, &again) == 0);
	shown_close(&again.each[0]);
	assert(again.each[0].size == recording->size &&
	       memcmp(again.each[0].text, recording->text, recording->size) == 0);
	free(again.each[0].text);
}

static const struct format *chosen(const uint8_t *data, size_t size)
{
	size_t count = 0, sum = 0;
	while (formats[count].name)
		count++;
	for (size_t i = 0; i < size; i++)
		sum += data[i];
	assert(count);
	return &formats[sum % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct readers readers = { .count = READERS };
	if (!size)
		return 0;
	shown_open(&readers.each[0], format_named("jsonl"));
	shown_open(&readers.each[1], chosen(data, size));
	replay(data, size, &readers);
	for (size_t i = 0; i < readers.count; i++) {
		shown_close(&readers.each[i]);
		/* Packets are bytes for other tools. */
		if (strcmp(readers.each[i].format->name, "pcapng") != 0)
			shown_check(&readers.each[i]);
	}
	check_recording(&readers.each[0]);
	for (size_t i = 0; i < readers.count; i++)
		free(readers.each[i].text);
	return 0;
}
