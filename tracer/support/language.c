#include "support/language.h"

#include <errno.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "socktrace"

/* The first is the texts' own. */
static const struct language languages[] = {
	{ "en", NULL },
	{ "zh", "zh_CN" },
};

enum { LANGUAGES = sizeof languages / sizeof *languages };

/* What gettext's own interface makes global. */
static struct {
	const struct language *used;
	locale_t locale;
	char *variable;    /* LANGUAGE as it was */
	const char *asked; /* as we set it; NULL: we have not */
} spoken = { .used = languages };

const struct language *language_nth(unsigned n)
{
	return n < LANGUAGES ? &languages[n] : NULL;
}

const struct language *language_named(const char *name)
{
	for (size_t i = 0; i < LANGUAGES; i++) {
		size_t length = strlen(languages[i].name);
		if (strncmp(name, languages[i].name, length) == 0 &&
		    (!name[length] || strchr("_.@-", name[length])))
			return &languages[i];
	}
	return NULL;
}

const struct language *language_of_locale(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *value = getenv(variables[i]);
		if (!value || !*value)
			continue;
		const struct language *language = language_named(value);
		return language ? language : languages;
	}
	return languages;
}

/* gettext translates in any locale but C; which one it is does not matter, and the program's own
 * stays C: numbers and the C library's texts are as ever. */
static locale_t any_locale(void)
{
	static const char *const names[] = { "C.UTF-8", "zh_CN.UTF-8", "en_US.UTF-8", "" };
	locale_t locale = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names && !locale; i++)
		locale = newlocale(LC_MESSAGES_MASK, names[i], 0);
	return locale;
}

/* An empty text's translation is the catalogue's header. */
static bool has_catalogue(void)
{
	locale_t before = uselocale(spoken.locale);
	bool found = *dgettext(DOMAIN, "");
	uselocale(before);
	return found;
}

int language_use(const struct language *language, const char *folder)
{
	spoken.used = languages;
	if (!language->catalogue)
		return 0;
	if (!spoken.locale)
		spoken.locale = any_locale();
	if (!spoken.locale || !bindtextdomain(DOMAIN, folder) ||
	    !bind_textdomain_codeset(DOMAIN, "UTF-8"))
		return -ENOENT;
	const char *before = getenv("LANGUAGE");
	if (!spoken.asked)
		spoken.variable = before ? strdup(before) : NULL;
	spoken.asked = language->catalogue;
	if (setenv("LANGUAGE", spoken.asked, 1) < 0 || !has_catalogue())
		return -ENOENT;
	spoken.used = language;
	return 0;
}

const struct language *language_used(void)
{
	return spoken.used;
}

void language_in_environment(bool ours)
{
	const char *value = ours ? spoken.asked : spoken.variable;
	if (!spoken.asked)
		return;
	/* Without memory it stays as it is, and the texts are as ever. */
	if (value)
		setenv("LANGUAGE", value, 1);
	else
		unsetenv("LANGUAGE");
}

const char *language_text(const char *text)
{
	if (!spoken.used->catalogue || !*text)
		return text;
	locale_t before = uselocale(spoken.locale);
	const char *translated = dgettext(DOMAIN, text);
	uselocale(before);
	return translated;
}

const char *language_count(const char *one, const char *many, uint64_t count)
{
	if (!spoken.used->catalogue)
		return count == 1 ? one : many;
	locale_t before = uselocale(spoken.locale);
	const char *translated = dngettext(DOMAIN, one, many, (unsigned long)count);
	uselocale(before);
	return translated;
}
