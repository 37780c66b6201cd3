/*
 * What interrupts the session while it sleeps in waitpid(): the clock that shows what waits and
 * writes what is buffered, and what users send. Handlers only leave a mark, which the session's
 * turn takes. There is one session in a process, and so one set of marks.
 */
#pragma once

#include <stdbool.h>

enum { TICK_MICROSECONDS = 20000 };

struct options;

void signals_catch(const struct options *options);
/* Ctrl-C is for the programs; once there are none left it is for us. */
void signals_catch_interrupt(void);

/* While the terminal is asked, Ctrl-C is for us too: it ends the question. */
void signals_hold(const struct options *options, bool on);
/* Whether SIGTERM, SIGHUP or SIGINT has come that signals_termination() has still to tell. */
bool signals_ending(void);

/* The clock ticks every TICK_MICROSECONDS, or does not. */
void signals_set_timer(bool on);

/* Whether anything has come that a tick has to see to. */
bool signals_came(void);
/* The tick has begun: what comes from now on is for the next. */
void signals_ticked(void);
/* SIGTERM, SIGHUP or SIGINT that was caught since this was last asked, 0: none. */
int signals_termination(void);
/* Whether SIGUSR1 has come since then. */
bool signals_question(void);
