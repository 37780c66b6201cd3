/* What --list shows. */
#pragma once

#include <stdio.h>

/* What there is a list of. */
#define LISTS "demos|formats|topics|rules|calls|options"

/* 0, -EINVAL if there is no such list, or another -errno. */
int list_write(const char *what, FILE *file);
