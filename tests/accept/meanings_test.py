"""Where the meaning of an errno names a cause, that cause is brought about here.

The sentences are tracer/teach/texts/errno.txt's; this holds the kernel to them.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
import tempfile
import termios
import unittest

LIBC = ctypes.CDLL(None, use_errno=True)
LOCAL = ("127.0.0.1", 0)
LINGER_ZERO = struct.pack("ii", 1, 0)


def raw(name, *args):
    """A call of the C library, without Python's own checks before it."""
    if getattr(LIBC, name)(*args) == -1:
        raise OSError(ctypes.get_errno(), name)


class Meanings(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory())

    def path(self, name="s"):
        return os.path.join(self.folder, name)

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM, address=None):
        sock = self.stack.enter_context(socket.socket(family, kind))
        if address is not None:
            sock.bind(address)
        return sock

    def listener(self):
        sock = self.socket(address=LOCAL)
        sock.listen()
        return sock

    def pair(self):
        listener = self.listener()
        client = self.socket()
        client.connect(listener.getsockname())
        conn, _ = listener.accept()
        self.stack.callback(conn.close)
        return client, conn

    def expect(self, number, call, *args):
        with self.assertRaises(OSError) as caught:
            call(*args)
        self.assertEqual(errno.errorcode[caught.exception.errno], errno.errorcode[number])


class Making(Meanings):
    def test_a_protocol_that_does_not_go_with_the_type(self):
        self.expect(errno.EPROTONOSUPPORT, socket.socket, socket.AF_INET, socket.SOCK_STREAM,
                    socket.IPPROTO_UDP)

    def test_a_type_the_family_has_not(self):
        self.expect(errno.ESOCKTNOSUPPORT, socket.socket, socket.AF_INET, socket.SOCK_RDM)

    def test_a_type_and_a_flag_that_do_not_exist(self):
        self.expect(errno.EINVAL, raw, "socket", socket.AF_INET, 99, 0)
        self.expect(errno.EINVAL, raw, "socket", socket.AF_INET, socket.SOCK_STREAM | 1 << 20, 0)

    def test_a_family_that_does_not_exist(self):
        self.expect(errno.EAFNOSUPPORT, socket.socket, 77, socket.SOCK_STREAM)

    def test_inet_has_no_pairs(self):
        self.expect(errno.EOPNOTSUPP, socket.socketpair, socket.AF_INET, socket.SOCK_STREAM)

    def test_port_in_use(self):
        self.expect(errno.EADDRINUSE, self.socket().bind, self.listener().getsockname())

    def test_udp_port_in_use(self):
        first = self.socket(kind=socket.SOCK_DGRAM, address=LOCAL)
        self.expect(errno.EADDRINUSE, self.socket(kind=socket.SOCK_DGRAM).bind, first.getsockname())

    def test_the_file_of_a_unix_socket_outlives_it(self):
        self.socket(socket.AF_UNIX, address=self.path()).close()
        self.expect(errno.EADDRINUSE, self.socket(socket.AF_UNIX).bind, self.path())
        self.expect(errno.ECONNREFUSED, self.socket(socket.AF_UNIX).connect, self.path())
        os.unlink(self.path())
        self.socket(socket.AF_UNIX, address=self.path())

    def test_bound_twice(self):
        self.expect(errno.EINVAL, self.socket(address=LOCAL).bind, LOCAL)
        self.expect(errno.EINVAL, self.socket(socket.AF_UNIX, address=self.path()).bind,
                    self.path("t"))

    def test_bound_after_connect(self):
        client = self.socket()
        client.connect(self.listener().getsockname())
        self.expect(errno.EINVAL, client.bind, LOCAL)

    def test_an_address_of_nobody_here(self):
        self.expect(errno.EADDRNOTAVAIL, self.socket().bind, ("192.0.2.1", 0))
        self.expect(errno.EADDRNOTAVAIL, self.socket().bind, ("1.0.0.127", 0))

    def test_another_family_in_the_address(self):
        wrong = struct.pack("=H", socket.AF_INET6) + bytes(14)
        self.expect(errno.EAFNOSUPPORT, raw, "bind", self.socket().fileno(), wrong, 16)
        self.expect(errno.EAFNOSUPPORT, raw, "connect", self.socket().fileno(), wrong, 16)
        self.expect(errno.EINVAL, raw, "bind", self.socket(socket.AF_UNIX).fileno(), wrong, 16)

    def test_a_short_address(self):
        short = struct.pack("=H", socket.AF_INET) + bytes(14)
        self.expect(errno.EINVAL, raw, "bind", self.socket().fileno(), short, 8)
        self.expect(errno.EINVAL, raw, "connect", self.socket().fileno(), short, 8)

    def test_paths_that_lead_nowhere(self):
        open(self.path("file"), "w").close()
        os.symlink("loop", self.path("loop"))
        bind = self.socket(socket.AF_UNIX).bind
        connect = self.socket(socket.AF_UNIX).connect
        self.expect(errno.ENOENT, bind, self.path("no/s"))
        self.expect(errno.ENOENT, connect, self.path("no"))
        self.expect(errno.ENOTDIR, bind, self.path("file/s"))
        self.expect(errno.ENOTDIR, connect, self.path("file/s"))
        self.expect(errno.ELOOP, bind, self.path("loop/s"))
        self.expect(errno.ECONNREFUSED, connect, self.path("file"))
        self.expect(errno.ECONNREFUSED, connect, "\0" + self.path("nobody"))

    def test_both_bound_but_only_one_listens(self):
        first, second = self.socket(), self.socket()
        for sock in (first, second):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(LOCAL)
        second.bind(first.getsockname())
        first.listen()
        self.expect(errno.EADDRINUSE, second.listen)

    def test_what_cannot_listen(self):
        self.expect(errno.EOPNOTSUPP, self.socket(kind=socket.SOCK_DGRAM, address=LOCAL).listen)
        self.expect(errno.EINVAL, self.socket(socket.AF_UNIX).listen)
        self.expect(errno.EINVAL, self.pair()[0].listen)


class Connecting(Meanings):
    def test_nobody_listens(self):
        closed = self.socket(address=LOCAL)
        self.expect(errno.ECONNREFUSED, self.socket().connect, closed.getsockname())

    def test_accept_of_what_does_not_listen(self):
        self.expect(errno.EINVAL, self.socket(address=LOCAL).accept)
        self.expect(errno.EOPNOTSUPP, self.socket(kind=socket.SOCK_DGRAM, address=LOCAL).accept)
        listener = self.listener()
        listener.shutdown(socket.SHUT_RD)
        self.expect(errno.EINVAL, listener.accept)

    def test_accept_with_a_negative_length(self):
        listener = self.listener()
        self.socket().connect(listener.getsockname())
        length = ctypes.c_int(-1)
        self.expect(errno.EINVAL, raw, "accept", listener.fileno(), bytes(16), ctypes.byref(length))

    def test_nothing_to_accept(self):
        listener = self.listener()
        listener.setblocking(False)
        self.expect(errno.EAGAIN, listener.accept)
        waiting = self.listener()
        waiting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 10000))
        self.expect(errno.EAGAIN, waiting.accept)

    def test_without_a_free_descriptor_the_connection_stays_queued(self):
        listener, client = self.listener(), self.socket()
        client.connect(listener.getsockname())
        import resource
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1, limits[1]))
        try:
            used = []
            with contextlib.suppress(OSError):
                while True:
                    used.append(os.dup(client.fileno()))
            self.expect(errno.EMFILE, raw, "accept", listener.fileno(), None, None)
            for fd in used:
                os.close(fd)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        listener.accept()[0].close()

    def test_connected_or_listening_sockets_do_not_connect(self):
        client, _ = self.pair()
        self.expect(errno.EISCONN, client.connect, client.getpeername())
        self.expect(errno.EISCONN, self.listener().connect, client.getpeername())

    def test_a_full_queue_makes_connect_wait(self):
        listener = self.socket(address=LOCAL)
        listener.listen(0)
        self.socket().connect(listener.getsockname())
        waiting = self.socket()
        waiting.setblocking(False)
        self.expect(errno.EINPROGRESS, waiting.connect, listener.getsockname())
        self.expect(errno.EALREADY, waiting.connect, listener.getsockname())
        timed = self.socket()
        timed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 10000))
        self.expect(errno.EINPROGRESS, timed.connect, listener.getsockname())

    def test_a_failure_already_read_is_an_abort(self):
        sock = self.socket()
        sock.setblocking(False)
        address = self.socket(address=LOCAL).getsockname()
        self.expect(errno.EINPROGRESS, sock.connect, address)
        select.select([], [sock], [], 5)
        self.assertEqual(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), errno.ECONNREFUSED)
        self.expect(errno.ECONNABORTED, sock.connect, address)

    def test_a_full_unix_queue_refuses_to_wait(self):
        listener = self.socket(socket.AF_UNIX, address=self.path())
        listener.listen(0)
        self.socket(socket.AF_UNIX).connect(self.path())
        sock = self.socket(socket.AF_UNIX)
        sock.setblocking(False)
        self.expect(errno.EAGAIN, sock.connect, self.path())

    def test_unix_sockets_of_different_types(self):
        self.socket(socket.AF_UNIX, address=self.path()).listen()
        self.expect(errno.EPROTOTYPE, self.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect,
                    self.path())

    def test_broadcast_needs_an_option(self):
        sock = self.socket(kind=socket.SOCK_DGRAM)
        self.expect(errno.EACCES, sock.connect, ("127.255.255.255", 9))
        self.expect(errno.EACCES, sock.sendto, b"x", ("127.255.255.255", 9))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.connect(("127.255.255.255", 9))

    def test_names_of_what_is_not_connected(self):
        self.expect(errno.ENOTCONN, self.socket().getpeername)
        self.expect(errno.ENOTCONN, self.listener().getpeername)
        self.expect(errno.ENOTCONN, self.socket().shutdown, socket.SHUT_WR)
        self.expect(errno.EINVAL, self.pair()[0].shutdown, 7)

    def test_a_reset_ends_shutdown_and_getpeername_too(self):
        client, conn = self.pair()
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        conn.close()
        select.select([client], [], [], 5)
        self.expect(errno.ENOTCONN, client.getpeername)
        self.expect(errno.ENOTCONN, client.shutdown, socket.SHUT_WR)


class Data(Meanings):
    def test_not_connected(self):
        self.expect(errno.ENOTCONN, self.socket().recv, 1)
        self.expect(errno.ENOTCONN, self.listener().recv, 1)
        self.expect(errno.EPIPE, self.socket().send, b"x")
        self.expect(errno.EINVAL, self.socket(socket.AF_UNIX).recv, 1)
        self.expect(errno.ENOTCONN, self.socket(socket.AF_UNIX).send, b"x")
        self.expect(errno.EDESTADDRREQ, self.socket(kind=socket.SOCK_DGRAM).send, b"x")

    def test_after_shutdown(self):
        client, _ = self.pair()
        client.shutdown(socket.SHUT_WR)
        self.expect(errno.EPIPE, client.send, b"x")

    def test_unread_data_makes_close_a_reset(self):
        client, conn = self.pair()
        client.send(b"unread")
        select.select([conn], [], [], 5)
        conn.close()
        select.select([client], [], [], 5)
        self.expect(errno.ECONNRESET, client.recv, 1)
        self.assertEqual(client.recv(1), b"")
        self.expect(errno.EPIPE, client.send, b"x")

    def test_linger_of_zero_makes_close_a_reset(self):
        client, conn = self.pair()
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        conn.close()
        select.select([client], [], [], 5)
        self.expect(errno.ECONNRESET, client.send, b"x")

    def test_the_other_end_of_a_unix_pair_is_gone(self):
        left, right = socket.socketpair()
        right.close()
        with left:
            self.expect(errno.EPIPE, left.send, b"x")

    def test_a_datagram_to_nobody_is_reported_by_the_next_call(self):
        closed = self.socket(kind=socket.SOCK_DGRAM, address=LOCAL)
        address = closed.getsockname()
        closed.close()
        sock = self.socket(kind=socket.SOCK_DGRAM)
        sock.connect(address)
        sock.send(b"x")
        select.select([sock], [], [], 5)
        self.expect(errno.ECONNREFUSED, sock.recv, 1)
        sock.send(b"x")
        select.select([sock], [], [], 5)
        self.expect(errno.ECONNREFUSED, sock.send, b"x")

    def test_nothing_there_and_no_room(self):
        client, _ = self.pair()
        client.setblocking(False)
        self.expect(errno.EAGAIN, client.recv, 1)
        with self.assertRaises(BlockingIOError):
            while True:
                client.send(bytes(1 << 20))

    def test_too_big_for_a_datagram(self):
        sock = self.socket(kind=socket.SOCK_DGRAM)
        self.expect(errno.EMSGSIZE, sock.sendto, bytes(65508), ("127.0.0.1", 9))

    def test_urgent_data_that_is_not_there(self):
        self.expect(errno.EINVAL, self.pair()[0].recv, 1, socket.MSG_OOB)
        self.expect(errno.EOPNOTSUPP, self.socket(kind=socket.SOCK_DGRAM).sendto, b"x",
                    socket.MSG_OOB, ("127.0.0.1", 9))

    def test_a_destination_for_a_connected_unix_socket(self):
        left, right = socket.socketpair()
        with left, right:
            self.expect(errno.EISCONN, left.sendto, b"x", self.path())

    def test_a_datagram_to_a_unix_name_that_is_not_there(self):
        sock = self.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.expect(errno.ENOENT, sock.sendto, b"x", self.path())

    def test_passing_a_descriptor_that_is_not_open(self):
        left, right = socket.socketpair()
        with left, right:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 999999))]
            self.expect(errno.EBADF, left.sendmsg, [b"x"], rights)

    def test_sendfile_wants_a_file(self):
        client, conn = self.pair()
        self.expect(errno.EBADF, os.sendfile, client.fileno(), 999999, 0, 1)
        self.expect(errno.EINVAL, raw, "splice", client.fileno(), None, conn.fileno(), None, 1, 0)


class Others(Meanings):
    def test_options_at_the_wrong_level(self):
        udp = self.socket(kind=socket.SOCK_DGRAM)
        unix = self.socket(socket.AF_UNIX)
        self.expect(errno.ENOPROTOOPT, udp.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.expect(errno.EOPNOTSUPP, unix.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.expect(errno.EOPNOTSUPP, unix.getsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY)

    def test_options_with_bad_values(self):
        sock = self.socket()
        self.expect(errno.EINVAL, sock.setsockopt, socket.SOL_SOCKET, socket.SO_REUSEADDR, b"x")
        self.expect(errno.EDOM, sock.setsockopt, socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                    struct.pack("ll", 0, 1000000))
        self.expect(errno.ENOENT, sock.setsockopt, socket.IPPROTO_TCP, socket.TCP_CONGESTION,
                    b"nosuchthing")
        self.expect(errno.ENODEV, sock.setsockopt, socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                    b"nosuchthing")

    def test_v6only_comes_before_bind(self):
        sock = self.socket(socket.AF_INET6)
        try:
            sock.bind(("::1", 0))
        except OSError:
            self.skipTest("no IPv6")
        self.expect(errno.EINVAL, sock.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)

    def test_groups_are_joined_once(self):
        sock = self.socket(kind=socket.SOCK_DGRAM)
        group = socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1")
        self.expect(errno.EADDRNOTAVAIL, sock.setsockopt, socket.IPPROTO_IP,
                    socket.IP_DROP_MEMBERSHIP, group)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        self.expect(errno.EADDRINUSE, sock.setsockopt, socket.IPPROTO_IP,
                    socket.IP_ADD_MEMBERSHIP, group)

    def test_fionread_on_a_listener(self):
        self.expect(errno.EINVAL, fcntl.ioctl, self.listener(), termios.FIONREAD, bytes(4))

    def test_a_request_for_another_kind_of_descriptor(self):
        self.expect(errno.ENOTTY, fcntl.ioctl, self.socket(), termios.TCGETS, bytes(64))

    def test_what_is_open_but_no_socket(self):
        with open(os.devnull, "rb") as file:
            self.expect(errno.ENOTSOCK, raw, "listen", file.fileno(), 1)

    def test_numbers_nobody_holds(self):
        self.expect(errno.EBADF, raw, "listen", 999999, 1)
        self.expect(errno.EBADF, os.close, 999999)
        self.expect(errno.EBADF, raw, "dup2", self.socket().fileno(), -1)
        self.expect(errno.EINVAL, raw, "dup3", 0, 0, 0)

    def test_epoll_counts_each_descriptor_once(self):
        sock = self.socket()
        with select.epoll() as epoll:
            self.expect(errno.ENOENT, epoll.modify, sock, select.EPOLLIN)
            epoll.register(sock, select.EPOLLIN)
            self.expect(errno.EEXIST, epoll.register, sock, select.EPOLLIN)
            with open(__file__, "rb") as file:
                self.expect(errno.EPERM, epoll.register, file, select.EPOLLIN)
            self.expect(errno.EINVAL, raw, "epoll_wait", epoll.fileno(), bytes(16), 0, 0)
            self.expect(errno.EINVAL, raw, "epoll_wait", sock.fileno(), bytes(16), 1, 0)
        self.expect(errno.EINVAL, raw, "epoll_create", 0)


if __name__ == "__main__":
    unittest.main()
