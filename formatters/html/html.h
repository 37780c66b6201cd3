/*
 * Format `html`: one page that holds the record's lines and what shows them; it needs no network.
 * What the page does is in the .js files beside this one, which the build puts into the program.
 */
#pragma once

#include "formatters/formatter.h"

struct formatter *html_open(FILE *file, const struct format_options *options);
void html_write(struct formatter *html, const struct record *record);
void html_close(struct formatter *html);
