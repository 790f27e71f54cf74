"""The example subscribers, against a running pipeline: what they print is what was recorded."""

import os
import shutil
import socket
import subprocess
import threading
import unittest

import sessions
import support

EXAMPLES = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "docs", "examples")
NODE_MODULES = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "tests/dashboard/node_modules/ws")


class Examples(support.PipelineTest):
    def run_against_a_pipeline(self, *command, page=False):
        """Lines of the subscriber, which starts when strokes have been counted already, and the
        recorded strokes."""
        recorded, counted = self.path("out.h5"), 2
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        shown = ["--http", address] if page else ["--no-dashboard"]
        place = f"http://{address}/" if page else self.bus
        live = self.start("live", *shown, "--events=stroke", "--kv", "--source",
                          "sim:fast-strokes?seed=2&speed=2", "--for", "14", "--output", recorded)
        for _ in range(counted):
            self.assertIn("event=stroke", live.stdout.readline())
        threading.Thread(target=live.stdout.read, daemon=True).start()
        out = subprocess.run([*command, place], capture_output=True, text=True, check=True,
                             timeout=support.PATIENCE_S).stdout
        self.assertEqual(0, live.wait(support.PATIENCE_S))
        strokes = sessions.strokes_of(recorded)
        lines = out.splitlines()
        self.check(lines, strokes, counted)

    def check(self, lines, strokes, counted):
        """The last words are the totals; each stroke that was not counted before is said."""
        so_far = int(lines[0].removeprefix("so far "))
        self.assertGreaterEqual(so_far, counted - 1)  # metrics are up to a tenth of a second old
        self.assertLess(so_far, len(strokes))
        self.assertEqual(f"total {len(strokes)}", lines[-1].partition(" cycles ")[0])
        said = {f"stroke {one['id']} {one['travel']:.0f} mm {one['mean_speed']:.0f} mm/s"
                for one in strokes}
        self.assertLessEqual(set(lines[1:-1]), said)
        self.assertGreater(len(lines), 2)

    def test_python(self):
        self.run_against_a_pipeline("/usr/bin/python3", os.path.join(EXAMPLES, "subscriber.py"))

    def test_c(self):
        program = self.path("subscriber")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libzmq", "jansson"],
                               capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-std=gnu17",
                        os.path.join(EXAMPLES, "subscriber.c"), "-o", program, *flags], check=True)
        self.run_against_a_pipeline(program)

    @unittest.skipUnless(shutil.which("node") and os.path.isdir(NODE_MODULES),
                         "needs node, and npm ci in tests/dashboard")
    def test_javascript(self):
        shutil.copy(os.path.join(EXAMPLES, "subscriber.mjs"), self.folder.name)
        os.symlink(os.path.dirname(NODE_MODULES), self.path("node_modules"))
        self.run_against_a_pipeline("node", self.path("subscriber.mjs"), page=True)


if __name__ == "__main__":
    unittest.main()
