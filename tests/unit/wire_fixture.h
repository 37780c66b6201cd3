/* For tests of the wire: a network of our own, with a capture in it. */
#pragma once

#include "loopback.h"

#include "ptrace/isolate.h"
#include "witnesses/wire.h"

/* What may be waited for, as often as a moment: ten seconds. */
enum { PATIENCE = 2000 };

static struct wire *wire;
static int refused; /* -errno: why there is no wire */

/* Each test runs in a process of its own, which moves to a new network. */
static inline void open_network(void)
{
	const char *what = "";
	refused = isolate(&what);
	if (refused == 0)
		refused = wire_open(&wire, 0, WIRE_NO_BYTES);
	if (refused < 0) {
		printf("SKIPPED: no capture here: %s %s\n", what, strerror(-refused));
		fflush(stdout);
	}
}

static inline void close_network(void)
{
	if (refused == 0)
		wire_close(wire);
}

static inline struct segment next_segment(void)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	struct segment segment;
	for (int i = 0; i < PATIENCE; i++) {
		if (wire_next(wire, &segment))
			return segment;
		nanosleep(&moment, NULL);
	}
	ck_abort_msg("no segment came");
	return segment;
}

/* The tests, up to a NULL. */
static inline Suite *suite_on_the_wire(const char *title, const TTest *const *tests,
				       void (*open_all)(void), void (*close_all)(void))
{
	Suite *suite = suite_create(title);
	TCase *all = tcase_create(title);
	tcase_set_timeout(all, 60);
	tcase_add_checked_fixture(all, open_all, close_all);
	for (; *tests; tests++)
		tcase_add_test(all, *tests);
	suite_add_tcase(suite, all);
	return suite;
}
