"""tools/setup.sh against stand-ins for dpkg-query, apt-get, apt-cache, sudo and id."""

import os
import subprocess
import tempfile
import unittest

ROOT = os.environ["ROLLSCOPE_SOURCE"]

STAND_INS = {
    # HAVE: installed packages. Each call of a command that changes the system is written to $CALLS.
    "dpkg-query": 'for p in $HAVE; do [ "$p" = "$4" ] && { printf installed; exit 0; }; done; exit 1',
    "apt-cache": "[ -n \"$FRESH\" ] || [ -e \"$CALLS.updated\" ]",
    "apt-get": 'echo "apt-get $*" >>"$CALLS"; case "$*" in *" update"*) touch "$CALLS.updated"; '
               'exit "${UPDATE:-0}";; *) [ -n "$STALE" ] && [ ! -e "$CALLS.updated" ] && exit 100; '
               'exit "${INSTALL:-0}";; esac',
    "sudo": 'echo "sudo" >>"$CALLS"; exec "$@"',
    "id": 'echo "${USER_ID:-0}"',
}


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rollscope-setup-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.bin = os.path.join(self.folder, "bin")
        os.mkdir(self.bin)
        for name, body in STAND_INS.items():
            self.stand_in(name, body)

    def stand_in(self, name, body):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/bash\n" + body + "\n")
        os.chmod(path, 0o755)

    def install(self, *packages, path=None, **environment):
        """Returns exit code, what was said, what was called."""
        calls = os.path.join(self.folder, "calls")
        for left in (calls, calls + ".updated"):
            if os.path.exists(left):
                os.remove(left)
        script = f'set -euo pipefail; source "{ROOT}/tools/setup.sh"; install_packages "$@"'
        result = subprocess.run(
            ["/bin/bash", "-c", script, "setup", *packages], capture_output=True, text=True,
            timeout=60, stdin=subprocess.DEVNULL,
            env={"PATH": path or f"{self.bin}:/usr/bin:/bin", "CALLS": calls, **environment})
        called = ""
        if os.path.exists(calls):
            with open(calls, encoding="utf-8") as file:
                called = file.read()
        return result.returncode, result.stdout + result.stderr, called.splitlines()

    def test_nothing_is_called_or_said_when_nothing_is_missing(self):
        self.assertEqual((0, "", []), self.install("gcc", "cmake", HAVE="gcc cmake"))

    def test_only_what_is_missing_is_installed_after_saying_so(self):
        code, said, called = self.install("gcc", "cmake", "git", HAVE="cmake", FRESH="1")
        self.assertEqual(0, code)
        self.assertIn("missing: gcc git\n", said)
        self.assertEqual(1, len(called))
        self.assertRegex(called[0], r"^apt-get .*install -y --no-install-recommends gcc git$")

    def test_the_lists_are_fetched_first_where_a_package_is_unknown(self):
        _, _, called = self.install("gcc", HAVE="")
        self.assertEqual(["update", "gcc"], [call.split()[-1] for call in called])

    def test_stale_lists_are_fetched_again_before_giving_up(self):
        code, _, called = self.install("gcc", HAVE="", FRESH="1", STALE="1")
        self.assertEqual(0, code)
        self.assertEqual(["gcc", "update", "gcc"], [call.split()[-1] for call in called])

    def test_sudo_is_used_only_by_those_who_are_not_root(self):
        self.assertNotIn("sudo", self.install("gcc", HAVE="", FRESH="1")[2])
        _, said, called = self.install("gcc", HAVE="", FRESH="1", USER_ID="1000")
        self.assertEqual("sudo", called[0])
        self.assertIn("sudo", said)

    def test_without_sudo_the_command_for_root_is_said(self):
        tools = os.path.join(self.folder, "tools")
        os.mkdir(tools)
        for name in ("mktemp", "rm", "cat", "env"):
            os.symlink(f"/usr/bin/{name}", os.path.join(tools, name))
        os.remove(os.path.join(self.bin, "sudo"))
        code, said, called = self.install("gcc", HAVE="", USER_ID="1000",
                                          path=f"{self.bin}:{tools}")
        self.assertEqual((1, []), (code, called))
        self.assertIn("apt-get install gcc", said)

    def test_an_install_that_fails_ends_it_with_the_words_of_apt(self):
        self.stand_in("apt-get", 'echo "E: no such mirror"; exit 100')
        code, said, _ = self.install("gcc", HAVE="", FRESH="1")
        self.assertEqual(1, code)
        self.assertIn("E: no such mirror", said)
        self.assertIn("apt-get", said.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
