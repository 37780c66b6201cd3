/* A setting of the isolated network. */
#pragma once

struct sysctl {
	const char *name; /* "net.ipv4.tcp_fin_timeout" */
	const char *value;
	unsigned line; /* of the scenario that has it; 0: the command line, or a replay */
};
