"""A mat on a pseudo-terminal that streams whatever it is told."""

import os
import pty
import threading
import tty


class Line:
    """Says saying(n), n = 0, 1, ..., every interval_s until it is closed."""

    def __init__(self, saying, interval_s):
        self.saying, self.interval_s = saying, interval_s
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.address = "pty:" + os.ttyname(self.slave)
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self.stream)
        self.thread.start()

    def stream(self):
        number = 0
        while not self.closed.wait(self.interval_s):
            try:
                os.write(self.master, self.saying(number))
            except BlockingIOError:
                pass
            number += 1

    def close(self):
        self.closed.set()
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)
