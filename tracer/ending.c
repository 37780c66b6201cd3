/* When the programs have ended: what is still to come of their connections. */
#include "session.h"
#include "signals.h"

static const uint64_t NANOSECONDS = 1000000000;

/* The programs have ended, but the kernel may still have to deliver what they closed with. If it
 * was dropped it is sent again after 200 ms (TCP_RTO_MIN). */
void session_settle(struct session *session)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t until = session_now(session) + NANOSECONDS / 2;
	tracing_collect(session);
	wiring_confirm(session);
	while (connections_under_way(session) && session_now(session) < until) {
		nanosleep(&moment, NULL);
		tracing_collect(session);
		wiring_confirm(session);
		connections_tick(session);
	}
}

/* The programs have ended; what the kernel keeps of their connections is followed until it is gone,
 * the time is up, or Ctrl-C. */
void session_linger(struct session *session)
{
	const struct timespec tick = { .tv_nsec = TICK_MICROSECONDS * 1000L };
	uint64_t until = session_now(session) + session->options->linger * NANOSECONDS;

	remains_tick(session);
	if (!session->options->linger || !(remains_count(session) || session->orphans.count))
		return;
	signals_catch_interrupt();
	all_sockets_write(session, SOCKETS_LINGER);
	while ((remains_count(session) || session->orphans.count) && session_now(session) < until) {
		nanosleep(&tick, NULL);
		if (signals_termination())
			break;
		session_tick(session);
	}
}
