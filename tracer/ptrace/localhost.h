/* Names in an isolated network, where no name server can be reached. */
#pragma once

/*
 * localhost is found, as 127.0.0.1 and as ::1, and nobody outside is asked for other names:
 * where the machine's /etc/hosts or /etc/resolv.conf does not see to that, one of ours is
 * mounted over it, in a mount namespace that this process enters for it. Nothing is left behind,
 * and nothing comes out of there. Where the system does not permit it, all stays as it was.
 */
void localhost_provide(void);
