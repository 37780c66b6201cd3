/* Inside sockets/: what each system call does to sockets and descriptors. */
#pragma once

#include "sockets/known.h"

struct step {
	struct sockets *sockets;
	struct process *process;
	struct event *event;
	struct known *known; /* the socket it works on, NULL: none */
	struct known *made;  /* by the effect: the socket the call made, NULL: none */
};

/* Applies a call that has returned. */
void effect_apply(struct step *step);

/* Whether the call writes numbers of new descriptors into the program's memory. */
bool effect_fills_descriptors(enum call_id call);
