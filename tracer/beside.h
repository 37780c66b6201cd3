/* What comes with the program: beside it where it was built, else where it was installed. */
#pragma once

/*
 * The first of the folders, named as seen from the running program's own, that has that file in it;
 * otherwise a copy of `installed`. `folders` ends with NULL; "." is in each folder that is there.
 * The caller's to free; NULL without memory.
 */
char *beside_program(const char *const *folders, const char *file, const char *installed);
