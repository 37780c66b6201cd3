/*
 * The text transcript as a terminal session, for asciinema: asciicast v2. A header, then a line for
 * each output, and a marker where a call begins: the keys [ and ] jump there.
 */
#pragma once

#include "formatters/formatter.h"

struct formatter *asciicast_open(FILE *file, const struct format_options *options);
void asciicast_write(struct formatter *cast, const struct record *record);
void asciicast_close(struct formatter *cast);
