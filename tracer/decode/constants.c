#include "decode/constants.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/*
 * Numbers stand where an older libc lacks the name; they are those of the kernel's
 * include/uapi, the same on all architectures unless a line says otherwise.
 */

/* --- sockets -------------------------------------------------------------------------------- */

const struct name socket_type_names[] = {
	{ SOCK_STREAM, "SOCK_STREAM" },
	{ SOCK_DGRAM, "SOCK_DGRAM" },
	{ SOCK_RAW, "SOCK_RAW" },
	{ SOCK_RDM, "SOCK_RDM" },
	{ SOCK_SEQPACKET, "SOCK_SEQPACKET" },
	{ SOCK_DCCP, "SOCK_DCCP" },
	{ SOCK_PACKET, "SOCK_PACKET" },
	{ 0, NULL },
};

const struct name socket_flag_names[] = {
	{ SOCK_NONBLOCK, "SOCK_NONBLOCK" },
	{ SOCK_CLOEXEC, "SOCK_CLOEXEC" },
	{ 0, NULL },
};

/* include/linux/socket.h */
const struct name message_flag_names[] = {
	{ MSG_OOB, "MSG_OOB" },
	{ MSG_PEEK, "MSG_PEEK" },
	{ MSG_DONTROUTE, "MSG_DONTROUTE" },
	{ MSG_CTRUNC, "MSG_CTRUNC" },
	{ 0x10, "MSG_PROBE" },
	{ MSG_TRUNC, "MSG_TRUNC" },
	{ MSG_DONTWAIT, "MSG_DONTWAIT" },
	{ MSG_EOR, "MSG_EOR" },
	{ MSG_WAITALL, "MSG_WAITALL" },
	{ MSG_FIN, "MSG_FIN" },
	{ MSG_SYN, "MSG_SYN" },
	{ MSG_CONFIRM, "MSG_CONFIRM" },
	{ MSG_RST, "MSG_RST" },
	{ MSG_ERRQUEUE, "MSG_ERRQUEUE" },
	{ MSG_NOSIGNAL, "MSG_NOSIGNAL" },
	{ MSG_MORE, "MSG_MORE" },
	{ MSG_WAITFORONE, "MSG_WAITFORONE" },
	{ MSG_BATCH, "MSG_BATCH" },
	{ 0x4000000, "MSG_ZEROCOPY" },
	{ 0x20000000, "MSG_FASTOPEN" },
	{ 0x40000000, "MSG_CMSG_CLOEXEC" },
	{ 0, NULL },
};

const struct name shutdown_names[] = {
	{ SHUT_RD, "SHUT_RD" },
	{ SHUT_WR, "SHUT_WR" },
	{ SHUT_RDWR, "SHUT_RDWR" },
	{ 0, NULL },
};

/* --- protocols, by domain ------------------------------------------------------------------- */

const struct name inet_protocol_names[] = {
	{ IPPROTO_IP, "IPPROTO_IP" },
	{ IPPROTO_ICMP, "IPPROTO_ICMP" },
	{ IPPROTO_IGMP, "IPPROTO_IGMP" },
	{ IPPROTO_IPIP, "IPPROTO_IPIP" },
	{ IPPROTO_TCP, "IPPROTO_TCP" },
	{ IPPROTO_EGP, "IPPROTO_EGP" },
	{ IPPROTO_PUP, "IPPROTO_PUP" },
	{ IPPROTO_UDP, "IPPROTO_UDP" },
	{ IPPROTO_IDP, "IPPROTO_IDP" },
	{ IPPROTO_TP, "IPPROTO_TP" },
	{ IPPROTO_DCCP, "IPPROTO_DCCP" },
	{ IPPROTO_IPV6, "IPPROTO_IPV6" },
	{ IPPROTO_ROUTING, "IPPROTO_ROUTING" },
	{ IPPROTO_FRAGMENT, "IPPROTO_FRAGMENT" },
	{ IPPROTO_RSVP, "IPPROTO_RSVP" },
	{ IPPROTO_GRE, "IPPROTO_GRE" },
	{ IPPROTO_ESP, "IPPROTO_ESP" },
	{ IPPROTO_AH, "IPPROTO_AH" },
	{ IPPROTO_ICMPV6, "IPPROTO_ICMPV6" },
	{ IPPROTO_MTP, "IPPROTO_MTP" },
	{ IPPROTO_ENCAP, "IPPROTO_ENCAP" },
	{ IPPROTO_PIM, "IPPROTO_PIM" },
	{ IPPROTO_COMP, "IPPROTO_COMP" },
	{ 115, "IPPROTO_L2TP" },
	{ IPPROTO_SCTP, "IPPROTO_SCTP" },
	{ IPPROTO_UDPLITE, "IPPROTO_UDPLITE" },
	{ IPPROTO_MPLS, "IPPROTO_MPLS" },
	{ IPPROTO_RAW, "IPPROTO_RAW" },
	{ 256, "IPPROTO_SMC" },
	{ 262, "IPPROTO_MPTCP" },
	{ 0, NULL },
};

static const struct name netlink_protocol_names[] = {
	{ NETLINK_ROUTE, "NETLINK_ROUTE" },
	{ NETLINK_UNUSED, "NETLINK_UNUSED" },
	{ NETLINK_USERSOCK, "NETLINK_USERSOCK" },
	{ NETLINK_FIREWALL, "NETLINK_FIREWALL" },
	{ NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG" },
	{ NETLINK_NFLOG, "NETLINK_NFLOG" },
	{ NETLINK_XFRM, "NETLINK_XFRM" },
	{ NETLINK_SELINUX, "NETLINK_SELINUX" },
	{ NETLINK_ISCSI, "NETLINK_ISCSI" },
	{ NETLINK_AUDIT, "NETLINK_AUDIT" },
	{ NETLINK_FIB_LOOKUP, "NETLINK_FIB_LOOKUP" },
	{ NETLINK_CONNECTOR, "NETLINK_CONNECTOR" },
	{ NETLINK_NETFILTER, "NETLINK_NETFILTER" },
	{ NETLINK_IP6_FW, "NETLINK_IP6_FW" },
	{ NETLINK_DNRTMSG, "NETLINK_DNRTMSG" },
	{ NETLINK_KOBJECT_UEVENT, "NETLINK_KOBJECT_UEVENT" },
	{ NETLINK_GENERIC, "NETLINK_GENERIC" },
	{ NETLINK_SCSITRANSPORT, "NETLINK_SCSITRANSPORT" },
	{ NETLINK_ECRYPTFS, "NETLINK_ECRYPTFS" },
	{ NETLINK_RDMA, "NETLINK_RDMA" },
	{ NETLINK_CRYPTO, "NETLINK_CRYPTO" },
	{ NETLINK_SMC, "NETLINK_SMC" },
	{ 0, NULL },
};

/* packet(7): in network order; on the machines we run on that means swapped. */
static const struct name packet_protocol_names[] = {
	{ __builtin_bswap16(ETH_P_ALL), "ETH_P_ALL" },
	{ __builtin_bswap16(ETH_P_IP), "ETH_P_IP" },
	{ __builtin_bswap16(ETH_P_ARP), "ETH_P_ARP" },
	{ __builtin_bswap16(ETH_P_IPV6), "ETH_P_IPV6" },
	{ __builtin_bswap16(ETH_P_8021Q), "ETH_P_8021Q" },
	{ __builtin_bswap16(ETH_P_LOOP), "ETH_P_LOOP" },
	{ __builtin_bswap16(ETH_P_802_3), "ETH_P_802_3" },
	{ __builtin_bswap16(ETH_P_802_2), "ETH_P_802_2" },
	{ __builtin_bswap16(ETH_P_RARP), "ETH_P_RARP" },
	{ __builtin_bswap16(ETH_P_MPLS_UC), "ETH_P_MPLS_UC" },
	{ __builtin_bswap16(ETH_P_PPP_DISC), "ETH_P_PPP_DISC" },
	{ __builtin_bswap16(ETH_P_PPP_SES), "ETH_P_PPP_SES" },
	{ __builtin_bswap16(ETH_P_PAE), "ETH_P_PAE" },
	{ __builtin_bswap16(ETH_P_LLDP), "ETH_P_LLDP" },
	{ __builtin_bswap16(ETH_P_8021AD), "ETH_P_8021AD" },
	{ __builtin_bswap16(ETH_P_1588), "ETH_P_1588" },
	{ __builtin_bswap16(ETH_P_MACSEC), "ETH_P_MACSEC" },
	{ 0, NULL },
};

static const struct name bluetooth_protocol_names[] = {
	{ 0, "BTPROTO_L2CAP" }, { 1, "BTPROTO_HCI" },
	{ 2, "BTPROTO_SCO" },   { 3, "BTPROTO_RFCOMM" },
	{ 4, "BTPROTO_BNEP" },  { 5, "BTPROTO_CMTP" },
	{ 6, "BTPROTO_HIDP" },  { 7, "BTPROTO_AVDTP" },
	{ 8, "BTPROTO_ISO" },   { 0, NULL },
};

static const struct name can_protocol_names[] = {
	{ 1, "CAN_RAW" },   { 2, "CAN_BCM" },   { 3, "CAN_TP16" },  { 4, "CAN_TP20" },
	{ 5, "CAN_MCNET" }, { 6, "CAN_ISOTP" }, { 7, "CAN_J1939" }, { 0, NULL },
};

static const struct name no_names[] = { { 0, NULL } };

const struct name *protocol_names(int domain)
{
	static const struct {
		int domain;
		const struct name *names;
	} domains[] = {
		{ AF_INET, inet_protocol_names },           { AF_INET6, inet_protocol_names },
		{ AF_NETLINK, netlink_protocol_names },     { AF_PACKET, packet_protocol_names },
		{ AF_BLUETOOTH, bluetooth_protocol_names }, { AF_CAN, can_protocol_names },
	};
	for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
		if (domains[i].domain == domain)
			return domains[i].names;
	return no_names;
}

/* include/linux/socket.h; the levels that are protocols go by their names in <netinet/in.h>.  */
const struct name level_names[] = {
	{ SOL_SOCKET, "SOL_SOCKET" },
	{ IPPROTO_IP, "IPPROTO_IP" },
	{ IPPROTO_TCP, "IPPROTO_TCP" },
	{ IPPROTO_UDP, "IPPROTO_UDP" },
	{ IPPROTO_IPV6, "IPPROTO_IPV6" },
	{ IPPROTO_ICMPV6, "IPPROTO_ICMPV6" },
	{ IPPROTO_SCTP, "IPPROTO_SCTP" },
	{ IPPROTO_UDPLITE, "IPPROTO_UDPLITE" },
	{ IPPROTO_RAW, "IPPROTO_RAW" },
	{ SOL_X25, "SOL_X25" },
	{ SOL_PACKET, "SOL_PACKET" },
	{ 269, "SOL_DCCP" },
	{ 270, "SOL_NETLINK" },
	{ 271, "SOL_TIPC" },
	{ 274, "SOL_BLUETOOTH" },
	{ 276, "SOL_RDS" },
	{ 279, "SOL_ALG" },
	{ 281, "SOL_KCM" },
	{ 282, "SOL_TLS" },
	{ 283, "SOL_XDP" },
	{ 284, "SOL_MPTCP" },
	{ 286, "SOL_SMC" },
	{ 287, "SOL_VSOCK" },
	{ 0, NULL },
};

/* --- descriptors ---------------------------------------------------------------------------- */

const struct name close_range_flag_names[] = {
	{ CLOSE_RANGE_UNSHARE, "CLOSE_RANGE_UNSHARE" },
	{ CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC" },
	{ 0, NULL },
};

const struct name dup_flag_names[] = {
	{ O_CLOEXEC, "O_CLOEXEC" },
	{ 0, NULL },
};

const struct name splice_flag_names[] = {
	{ SPLICE_F_MOVE, "SPLICE_F_MOVE" },
	{ SPLICE_F_NONBLOCK, "SPLICE_F_NONBLOCK" },
	{ SPLICE_F_MORE, "SPLICE_F_MORE" },
	{ SPLICE_F_GIFT, "SPLICE_F_GIFT" },
	{ 0, NULL },
};

/* include/uapi/asm-generic/fcntl.h and include/uapi/linux/fcntl.h */
const struct name fcntl_names[] = {
	{ 0, "F_DUPFD" },
	{ 1, "F_GETFD" },
	{ 2, "F_SETFD" },
	{ 3, "F_GETFL" },
	{ 4, "F_SETFL" },
	{ 5, "F_GETLK" },
	{ 6, "F_SETLK" },
	{ 7, "F_SETLKW" },
	{ 8, "F_SETOWN" },
	{ 9, "F_GETOWN" },
	{ 10, "F_SETSIG" },
	{ 11, "F_GETSIG" },
	{ 12, "F_GETLK64" },
	{ 13, "F_SETLK64" },
	{ 14, "F_SETLKW64" },
	{ 15, "F_SETOWN_EX" },
	{ 16, "F_GETOWN_EX" },
	{ 17, "F_GETOWNER_UIDS" },
	{ 36, "F_OFD_GETLK" },
	{ 37, "F_OFD_SETLK" },
	{ 38, "F_OFD_SETLKW" },
	{ 1024, "F_SETLEASE" },
	{ 1025, "F_GETLEASE" },
	{ 1026, "F_NOTIFY" },
	{ 1027, "F_DUPFD_QUERY" },
	{ 1028, "F_CREATED_QUERY" },
	{ 1029, "F_CANCELLK" },
	{ 1030, "F_DUPFD_CLOEXEC" },
	{ 1031, "F_SETPIPE_SZ" },
	{ 1032, "F_GETPIPE_SZ" },
	{ 1033, "F_ADD_SEALS" },
	{ 1034, "F_GET_SEALS" },
	{ 1035, "F_GET_RW_HINT" },
	{ 1036, "F_SET_RW_HINT" },
	{ 1037, "F_GET_FILE_RW_HINT" },
	{ 1038, "F_SET_FILE_RW_HINT" },
	{ 0, NULL },
};

const struct name fd_flag_names[] = {
	{ FD_CLOEXEC, "FD_CLOEXEC" },
	{ 0, NULL },
};

/* O_LARGEFILE is 0 to a 64-bit libc; the kernel sets the bit all the same (asm/fcntl.h). */
#if defined __aarch64__
enum { LARGE_FILE = 0400000 };
#else
enum { LARGE_FILE = 0100000 };
#endif

/* Combinations stand before their parts. */
const struct name file_flag_names[] = {
	{ O_RDWR, "O_RDWR" },         { O_WRONLY, "O_WRONLY" },      { O_APPEND, "O_APPEND" },
	{ O_NONBLOCK, "O_NONBLOCK" }, { O_SYNC, "O_SYNC" },          { O_DSYNC, "O_DSYNC" },
	{ O_ASYNC, "O_ASYNC" },       { O_DIRECT, "O_DIRECT" },      { O_NOATIME, "O_NOATIME" },
	{ O_PATH, "O_PATH" },         { LARGE_FILE, "O_LARGEFILE" }, { 0, NULL },
};

/* Those that unshare(2) knows. */
const struct name clone_flag_names[] = {
	{ CLONE_NEWTIME, "CLONE_NEWTIME" },
	{ CLONE_VM, "CLONE_VM" },
	{ CLONE_FS, "CLONE_FS" },
	{ CLONE_FILES, "CLONE_FILES" },
	{ CLONE_SIGHAND, "CLONE_SIGHAND" },
	{ CLONE_THREAD, "CLONE_THREAD" },
	{ CLONE_NEWNS, "CLONE_NEWNS" },
	{ CLONE_SYSVSEM, "CLONE_SYSVSEM" },
	{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP" },
	{ CLONE_NEWUTS, "CLONE_NEWUTS" },
	{ CLONE_NEWIPC, "CLONE_NEWIPC" },
	{ CLONE_NEWUSER, "CLONE_NEWUSER" },
	{ CLONE_NEWPID, "CLONE_NEWPID" },
	{ CLONE_NEWNET, "CLONE_NEWNET" },
	{ 0, NULL },
};

/* asm-generic/ioctls.h, asm-generic/sockios.h, linux/sockios.h. FIONREAD is SIOCINQ too. */
const struct name ioctl_names[] = {
	{ 0x5401, "TCGETS" },
	{ 0x5411, "SIOCOUTQ" },
	{ 0x5413, "TIOCGWINSZ" },
	{ 0x541b, "FIONREAD" },
	{ 0x5421, "FIONBIO" },
	{ 0x5450, "FIONCLEX" },
	{ 0x5451, "FIOCLEX" },
	{ 0x5452, "FIOASYNC" },
	{ 0x5460, "FIOQSIZE" },
	{ FIOSETOWN, "FIOSETOWN" },
	{ SIOCSPGRP, "SIOCSPGRP" },
	{ FIOGETOWN, "FIOGETOWN" },
	{ SIOCGPGRP, "SIOCGPGRP" },
	{ SIOCATMARK, "SIOCATMARK" },
	{ 0x8906, "SIOCGSTAMP" },
	{ 0x8907, "SIOCGSTAMPNS" },
	{ 0x894b, "SIOCOUTQNSD" },
	{ 0x894c, "SIOCGSKNS" },
	{ SIOCADDRT, "SIOCADDRT" },
	{ SIOCDELRT, "SIOCDELRT" },
	{ SIOCGIFNAME, "SIOCGIFNAME" },
	{ SIOCSIFLINK, "SIOCSIFLINK" },
	{ SIOCGIFCONF, "SIOCGIFCONF" },
	{ SIOCGIFFLAGS, "SIOCGIFFLAGS" },
	{ SIOCSIFFLAGS, "SIOCSIFFLAGS" },
	{ SIOCGIFADDR, "SIOCGIFADDR" },
	{ SIOCSIFADDR, "SIOCSIFADDR" },
	{ SIOCGIFDSTADDR, "SIOCGIFDSTADDR" },
	{ SIOCSIFDSTADDR, "SIOCSIFDSTADDR" },
	{ SIOCGIFBRDADDR, "SIOCGIFBRDADDR" },
	{ SIOCSIFBRDADDR, "SIOCSIFBRDADDR" },
	{ SIOCGIFNETMASK, "SIOCGIFNETMASK" },
	{ SIOCSIFNETMASK, "SIOCSIFNETMASK" },
	{ SIOCGIFMETRIC, "SIOCGIFMETRIC" },
	{ SIOCSIFMETRIC, "SIOCSIFMETRIC" },
	{ SIOCGIFMTU, "SIOCGIFMTU" },
	{ SIOCSIFMTU, "SIOCSIFMTU" },
	{ SIOCSIFNAME, "SIOCSIFNAME" },
	{ SIOCSIFHWADDR, "SIOCSIFHWADDR" },
	{ SIOCGIFHWADDR, "SIOCGIFHWADDR" },
	{ SIOCADDMULTI, "SIOCADDMULTI" },
	{ SIOCDELMULTI, "SIOCDELMULTI" },
	{ SIOCGIFINDEX, "SIOCGIFINDEX" },
	{ SIOCETHTOOL, "SIOCETHTOOL" },
	{ SIOCGIFTXQLEN, "SIOCGIFTXQLEN" },
	{ SIOCSIFTXQLEN, "SIOCSIFTXQLEN" },
	{ SIOCSARP, "SIOCSARP" },
	{ SIOCGARP, "SIOCGARP" },
	{ SIOCDARP, "SIOCDARP" },
	{ 0, NULL },
};

/* --- waiting -------------------------------------------------------------------------------- */

const struct name poll_flag_names[] = {
	{ POLLIN, "POLLIN" },         { POLLPRI, "POLLPRI" },
	{ POLLOUT, "POLLOUT" },       { POLLERR, "POLLERR" },
	{ POLLHUP, "POLLHUP" },       { POLLNVAL, "POLLNVAL" },
	{ POLLRDNORM, "POLLRDNORM" }, { POLLRDBAND, "POLLRDBAND" },
	{ POLLWRNORM, "POLLWRNORM" }, { POLLWRBAND, "POLLWRBAND" },
	{ POLLMSG, "POLLMSG" },       { 0x1000, "POLLREMOVE" },
	{ POLLRDHUP, "POLLRDHUP" },   { 0, NULL },
};

const struct name epoll_flag_names[] = {
	{ EPOLLIN, "EPOLLIN" },         { EPOLLPRI, "EPOLLPRI" },
	{ EPOLLOUT, "EPOLLOUT" },       { EPOLLERR, "EPOLLERR" },
	{ EPOLLHUP, "EPOLLHUP" },       { EPOLLRDNORM, "EPOLLRDNORM" },
	{ EPOLLRDBAND, "EPOLLRDBAND" }, { EPOLLWRNORM, "EPOLLWRNORM" },
	{ EPOLLWRBAND, "EPOLLWRBAND" }, { EPOLLMSG, "EPOLLMSG" },
	{ EPOLLRDHUP, "EPOLLRDHUP" },   { EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE" },
	{ EPOLLWAKEUP, "EPOLLWAKEUP" }, { EPOLLONESHOT, "EPOLLONESHOT" },
	{ EPOLLET, "EPOLLET" },         { 0, NULL },
};

const struct name epoll_create_flag_names[] = {
	{ EPOLL_CLOEXEC, "EPOLL_CLOEXEC" },
	{ 0, NULL },
};

const struct name epoll_operation_names[] = {
	{ EPOLL_CTL_ADD, "EPOLL_CTL_ADD" },
	{ EPOLL_CTL_DEL, "EPOLL_CTL_DEL" },
	{ EPOLL_CTL_MOD, "EPOLL_CTL_MOD" },
	{ 0, NULL },
};
