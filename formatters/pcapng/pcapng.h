/* The packets of a run with the calls that caused them, for Wireshark. */
#pragma once

#include "formatters/formatter.h"

struct formatter *pcapng_open(FILE *file, const struct format_options *options);
void pcapng_write(struct formatter *pcapng, const struct record *record);
void pcapng_close(struct formatter *pcapng);
