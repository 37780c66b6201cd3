/*
 * --step: before each call that is shown all lanes are held until a key says how to go on. The
 * thread that makes the call is not resumed, and nobody else is waited for: whoever runs goes on
 * to its own next call and stops there, in the queue. The question stands on the terminal alone,
 * and goes away; the transcript becomes what it is without --step.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pending;
struct session;
struct stepping;
struct stop;

/* 0, or -errno: there is no terminal. */
int stepping_open(struct stepping **ret_stepping);
/* NULL is fine. The terminal is what it was. */
void stepping_free(struct stepping *stepping);

/* At a call's entry: holds it, unless the user said to go on. */
void stepping_hold(struct session *session, struct pending *pending);

/* At each entry: a program that reads the terminal would take our keys. Then the run ends. */
void stepping_watch(struct session *session, const struct stop *stop);
/* The lane of that program; NULL: there was none. It lives as the trace. */
const char *stepping_reader(const struct stepping *stepping);
