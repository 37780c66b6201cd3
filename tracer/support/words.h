/* A command line as words, split as a shell does it, but with quotes and backslashes only. */
#pragma once

/*
 * *ret_argv: NULL-terminated, one allocation that free() gives back; an empty text has no
 * words. Variables, patterns, pipes and redirections are letters like others.
 * Returns 0, -EINVAL (a quote left open, a backslash with nothing behind it) or -ENOMEM.
 */
int words_split(const char *text, char ***ret_argv);
