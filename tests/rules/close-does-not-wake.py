"""A thread waits for data, and the main thread wants to stop it with close()."""

import os
import socket
import threading
import time

import mistakes

SAYS = (r"^close-does-not-wake\.py has closed descriptor \d+, but close-does-not-wake\.py/t2 still "
        r"sleeps in recv\(\) on it: close\(\) wakes nobody\.$")
SHOWS = r"ESTAB .*127\.0\.0\.1:8000"


def sleeps(thread):
    with open(f"/proc/self/task/{thread.native_id}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "S"


def program(wrong):
    _, client, conn = mistakes.connection()
    waiting = threading.Event()

    def wait():
        waiting.set()
        conn.recv(1)

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    while not sleeps(thread):
        time.sleep(0.001)
    if wrong:
        os.close(conn.detach())
        mistakes.check()
        client.send(b"x")  # only this wakes it
    else:
        conn.shutdown(socket.SHUT_RDWR)
    thread.join()


if __name__ == "__main__":
    mistakes.play(program)
