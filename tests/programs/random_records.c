/*
 * Random records in a format, for parsers that are not ours:
 *
 *     random_records FORMAT SEED COUNT
 */
#include "../unit/random_records.h"

#include <err.h>

int main(int argc, char **argv)
{
	static const struct format_options options = {
		.show_bytes = 64, .duration = true, .time = TIME_EPOCH, .notes = NOTES_ALL
	};
	const struct format *format = argc == 4 ? format_named(argv[1]) : NULL;
	if (!format)
		errx(1, "usage: random_records FORMAT SEED COUNT");
	struct random random = { .state = strtoull(argv[2], NULL, 10) * 2 + 1 };
	struct formatter *formatter = format->open(stdout, &options);
	if (!formatter)
		errx(1, "%s cannot be opened", argv[1]);
	for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
		random.arena = arena_new();
		struct record record = random_record(&random);
		format->write(formatter, &record);
		arena_free(random.arena);
	}
	format->close(formatter);
	return 0;
}
