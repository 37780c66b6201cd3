/* The rules' questions, bound to what answers them in a trace. */
#pragma once

#include "types/evidence.h"

struct sockets;
struct witnesses;

struct live_evidence {
	struct evidence evidence; /* first: rules get a pointer to it */
	struct witnesses *witnesses;
	const struct sockets *sockets; /* those that are traced; NULL: none are */
};

/* The witnesses are borrowed. Asks nothing. */
void live_evidence_init(struct live_evidence *evidence, struct witnesses *witnesses);
