/* The first record of a trace, and the last. */
#include "session.h"

#include "director.h"
#include "scenario.h"

#include "support/language.h"

#include "teach/rules.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

void session_write_header(struct session *session)
{
	const char *witnesses[] = { "tcp_info", "sock_diag", NULL, NULL, NULL };
	size_t count = 2;
	struct timespec now;
	struct tm parts;
	struct utsname system;
	char day[32], started[64];
	const struct scenario *scenario = director_scenario(session->director);
	const char *lang = language_used()->name;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(started, sizeof started, "%s.%09ldZ", day, now.tv_nsec);
	uname(&system);

	if (session->tracing)
		witnesses[count++] = witness_name(WITNESS_TRACEPOINT);
	if (session->wiring)
		witnesses[count++] = witness_name(WITNESS_WIRE);

	struct record_header header = {
		.version = SOCKTRACE_VERSION,
		.kernel = system.release,
		.started = started,
		.commands = director_commands(session->director),
		.lang = lang,
		.isolated = session->options->isolate,
		.witnesses = witnesses,
		.sysctls = session->options->sysctls.rows,
		.sysctl_count = session->options->sysctls.count,
		.title = scenario ? scenario_text(scenario->title, lang) : NULL,
		.lesson = scenario ? scenario_text(scenario->lesson, lang) : NULL,
	};
	if (scenario) {
		header.titles = scenario_words(scenario->title);
		header.lessons = scenario_words(scenario->lesson);
	}
	struct record record = record_blank(RECORD_HEADER, 0);
	record.header = &header;
	session_write(session, &record);
}

void session_write_end(struct session *session)
{
	wiring_close(session);
	tracing_close(session);
	struct record record = record_blank(RECORD_END, session_now(session));
	teach_record(session, &record, NULL);
	record.end = (struct record_end){ .calls = session->calls,
					  .lost = session->lost,
					  .mistakes = rules_mistakes(session->rules) };
	session_write(session, &record);
}
