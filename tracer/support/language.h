/*
 * The language of everything explained: gettext(3), and nobody else calls it.
 *
 * What is to be translated is marked where it stands: _("text") there and then, N_("text") in a
 * table whose reader translates it, P_("%u byte", "%u bytes", count) where a number decides.
 * po/ has the translations, by their English.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define _(text)              language_text(text)
#define N_(text)             (text)
#define P_(one, many, count) language_count(one, many, count)

/* A language that socktrace is written in: "en", "zh". */
struct language {
	const char *name;      /* as --lang takes it, and as the record says it */
	const char *catalogue; /* as gettext knows it: "zh_CN"; NULL: the texts' own */
};

/* NULL: there is no such language. Of a locale ("zh_CN.UTF-8") the first letters count. */
const struct language *language_named(const char *name);
/* What the environment asks for: LC_ALL, LC_MESSAGES, LANG. Never NULL. */
const struct language *language_of_locale(void);

/* The n-th, from 0; NULL: there are no more. */
const struct language *language_nth(unsigned n);

/* Where gettext finds the Chinese texts in the folder of all catalogues. */
#define LANGUAGE_CHINESE "zh_CN/LC_MESSAGES/socktrace.mo"

/* Speaks it from now on; the catalogues are in `folder`. Returns 0, or -ENOENT: it has no catalogue
 * there, or no locale of this system lets gettext read it. */
int language_use(const struct language *language, const char *folder);
/* The one that is spoken. */
const struct language *language_used(void);

/*
 * gettext(3) is told the language by LANGUAGE in the environment, and reads it each time. false: as
 * the environment was given to us, which is what the programs we start get; true: ours again.
 */
void language_in_environment(bool ours);

/* The one of the two that goes with the number, in that language. */
const char *language_count(const char *one, const char *many, uint64_t count)
	__attribute__((format_arg(1), format_arg(2)));

/* The text in that language, or itself. The result lives for ever. */
const char *language_text(const char *text) __attribute__((format_arg(1)));
