/* What --list shows. */
#pragma once

#include <stdio.h>

/* 0, -EINVAL if there is no such list, or another -errno. */
int list_write(const char *what, FILE *file);
