"""What cannot be done is refused with one clear line and an exit code that says so."""

import os
import pty
import unittest

from support import PipelineTest

FAILED, USAGE = 1, 2


class Refusals(PipelineTest):
    def assert_refused(self, code, words, verb, *arguments):
        """One line on standard error that holds the words, beside what is said on the way there;
        nothing on standard output."""
        out, err = self.run_verb(verb, *arguments, code=code)
        self.assertEqual("", out)
        lines = [line for line in err.splitlines()
                 if not line.endswith("Ctrl-C ends it") and "the page is at" not in line]
        self.assertEqual(1, len(lines), err)
        for word in words:
            self.assertIn(word, lines[0])

    def assert_source_refused(self, code, words, source):
        for verb in ("acquire", "live"):
            with self.subTest(verb=verb, source=source):
                self.assert_refused(code, words, verb, "--source", source)
        self.assertEqual([], [name for name in os.listdir(self.folder.name)
                              if name.endswith(".h5")])

    def test_a_port_that_is_not_there(self):
        self.assert_source_refused(FAILED, ["/dev/ttyNONE7"], "serial:/dev/ttyNONE7")
        self.assert_source_refused(FAILED, [self.path("none")], f"pty:{self.path('none')}")

    def test_a_port_that_somebody_else_has(self):
        master, slave = pty.openpty()
        name = os.ttyname(slave)
        first = self.start("acquire", "--source", f"pty:{name}?protocol=rollscope", bus=False)
        self.wait_until("acquire to open the port", lambda: self.has_open(first.pid, name))
        self.assert_refused(FAILED, [name], "acquire", "--source",
                            f"pty:{name}?protocol=rollscope")
        os.close(slave)
        os.close(master)

    def has_open(self, pid, name):
        folder = f"/proc/{pid}/fd"
        return any(os.path.realpath(os.path.join(folder, fd)) == name for fd in os.listdir(folder))

    def test_a_file_that_is_not_there_or_no_session(self):
        self.assert_source_refused(FAILED, ["none.h5"], "session:none.h5")
        with open(self.path("text"), "w", encoding="utf-8") as file:
            file.write("no session\n" * 1000)
        self.assert_source_refused(FAILED, ["text"], f"session:{self.path('text')}")
        self.assert_source_refused(FAILED, ["none.dat"], "file:none.dat")

    def test_an_address_that_means_nothing(self):
        self.assert_source_refused(USAGE, ["party:"], "party:here")
        self.assert_source_refused(FAILED, ["speed"], "session:a.h5?speed=fast")
        self.assert_source_refused(FAILED, ["sped"], "session:a.h5?sped=max")

    def test_an_option_that_means_nothing(self):
        for verb in ("live", "acquire", "detect", "record"):
            self.assert_refused(USAGE, ["--nonsense"], verb, "--nonsense")
        self.assert_refused(USAGE, ["--session"], "acquire", "--session", "7")
        self.assert_refused(USAGE, ["--readers"], "detect", "--readers", "many")
        self.assert_refused(USAGE, ["slow_mm_s"], "live", "--set", "slow_mm_s=quick")

    def test_an_output_that_exists_or_cannot_be_made(self):
        source = self.session("a.h5", 3)
        with open(source, "rb") as file:
            before = file.read()
        self.assert_refused(FAILED, ["a.h5", "exists"], "live", "--source",
                            f"session:{source}?speed=max", "--output", source)
        with open(source, "rb") as file:
            self.assertEqual(before, file.read())
        self.assert_refused(FAILED, ["nowhere"], "live", "--source",
                            f"session:{source}?speed=max", "--output", self.path("nowhere/x.h5"))

    def test_a_bus_that_somebody_else_publishes_on(self):
        source = self.session("a.h5", 60)
        first = self.start("acquire", "--source", f"session:{source}")
        self.wait_until("the bus", lambda: os.path.exists(os.path.join(self.bus, "frames")))
        self.assert_refused(FAILED, [f"process {first.pid}", self.bus], "live", "--source",
                            f"session:{source}", "--output", self.path("b.h5"))
        self.assertIsNone(first.poll())


if __name__ == "__main__":
    unittest.main()
