/* A Python program for each program that ran, which makes the same socket calls. */
#pragma once

#include "formatters/formatter.h"

struct formatter *program_open(FILE *file, const struct format_options *options);
void program_write(struct formatter *python, const struct record *record);
void program_close(struct formatter *python);
