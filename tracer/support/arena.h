/*
 * Memory that is given back all at once: what belongs to one event dies with it.
 * Every function returns NULL when there is no memory left.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Aligned for any type; not initialised. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same, zeroed. */
void *arena_zero(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text);
/* size bytes and a NUL behind them. */
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
