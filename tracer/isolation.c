#include "isolation.h"

#include "ptrace/isolate.h"
#include "support/language.h"

#include <errno.h>
#include <string.h>

static int fail(struct options_error *error, int result, const char *hint)
{
	snprintf(error->hint, sizeof error->hint, "%s", hint);
	return result;
}

static int complain_sysctl(const struct sysctl *sysctl, int result, struct options_error *error)
{
	bool refused = result == -EINVAL || result == -ERANGE;
	const char *why = strerror(-result);
	if (result == -ENOENT || result == -EISDIR)
		why = _("an isolated network has no such setting");
	else if (result == -EACCES || result == -EPERM)
		why = _("cannot be changed in an isolated network");
	else if (refused)
		why = _("the kernel refuses this value");
	if (sysctl->line)
		snprintf(error->what, sizeof error->what,
			 _("scenario: line %u: sysctl %s = %s: %s"), sysctl->line, sysctl->name,
			 sysctl->value, why);
	else
		snprintf(error->what, sizeof error->what, "--sysctl=%s=%s: %s", sysctl->name,
			 sysctl->value, why);
	return fail(error, result, "");
}

int isolation_enter(const struct options *options, struct options_error *ret_error)
{
	const char *what = NULL;
	int result = isolate(&what);
	if (result < 0) {
		snprintf(ret_error->what, sizeof ret_error->what, _("isolated network: %s: %s"),
			 _(what), strerror(-result));
		return fail(ret_error, result,
			    _("the system must allow user namespaces (sysctl "
			      "user.max_user_namespaces, kernel.unprivileged_userns_clone, "
			      "kernel.apparmor_restrict_unprivileged_userns); root needs none, and "
			      "without --isolate a program has the machine's network"));
	}
	for (size_t i = 0; i < options->sysctls.count; i++) {
		const struct sysctl *sysctl = &options->sysctls.rows[i];
		result = isolate_sysctl(sysctl->name, sysctl->value);
		if (result < 0)
			return complain_sysctl(sysctl, result, ret_error);
	}
	return 0;
}
