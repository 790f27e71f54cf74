"""What goes wrong is said in one clear line, with the right exit code and nothing on standard output."""

import os
import subprocess
import tempfile
import unittest

ROLLSCOPE = os.environ["ROLLSCOPE"]


def run(*arguments, **environment):
    return subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent", **environment})


class Refusals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rollscope-refusals-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def assert_refused(self, code, words, *arguments, **environment):
        result = run(*arguments, **environment)
        self.assertEqual(code, result.returncode, result.stderr)
        self.assertEqual("", result.stdout)
        lines = result.stderr.splitlines()
        self.assertEqual(1, len(lines), result.stderr)
        self.assertTrue(lines[0].startswith("rollscope: "), lines[0])
        for word in words:
            self.assertIn(word, lines[0])

    def test_wrong_usage_is_one_line_that_names_the_option_and_where_help_is(self):
        for words, arguments in (
                (("nonsense", "rollscope help"), ("nonsense",)),
                (("--nonsense", "rollscope analyze --help"), ("analyze", "--nonsense", "a.h5")),
                (("FILE", "rollscope analyze --help"), ("analyze",)),
                (("FILE", "rollscope info --help"), ("info", "--json")),
                (("'b.h5'", "rollscope info --help"), ("info", "a.h5", "b.h5")),
                (("--jobs", "many"), ("analyze", "--jobs", "many", "a.h5")),
                (("--jobs", "missing"), ("analyze", "a.h5", "--jobs")),
                (("slow_mm_s", "quick"), ("analyze", "--set", "slow_mm_s=quick", "a.h5")),
                (("slow_mm_s", "-3"), ("analyze", "--set", "slow_mm_s=-3", "a.h5")),
                (("wobble",), ("analyze", "--set", "wobble=3", "a.h5")),
                (("'slow_mm_s'",), ("analyze", "--set", "slow_mm_s", "a.h5"))):
            with self.subTest(arguments=arguments):
                self.assert_refused(2, words, *arguments)

    def test_without_a_verb_the_list_of_verbs_goes_to_standard_error(self):
        result = run()
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn("usage: rollscope VERB", result.stderr)
        self.assertIn("analyze", result.stderr)

    def test_a_missing_file_is_named(self):
        path = self.path("missing.h5")
        for verb in ("info", "analyze"):
            with self.subTest(verb=verb):
                self.assert_refused(1, (path, "No such file"), verb, path)

    def test_a_file_that_is_no_session_is_refused_by_name(self):
        for name, content in (("empty.h5", b""), ("text.h5", b"stroke,1\n" * 1000),
                              ("header.h5", b"\x89HDF\r\n\x1a\n" + bytes(500))):
            path = self.path(name, content)
            for verb in ("info", "analyze"):
                with self.subTest(verb=verb, name=name):
                    self.assert_refused(1, (path,), verb, path)

    def test_a_folder_is_no_session(self):
        self.assert_refused(1, (self.folder,), "info", self.folder)

    def test_a_bad_configuration_is_refused_by_file_and_line(self):
        path = self.path("a.conf", b"[parameters]\n; slow\nslow_mm_s = quick\n")
        self.assert_refused(2, (path + ":3:", "slow_mm_s"), "analyze", "--config", path, "a.h5")

    def test_the_configuration_of_the_user_is_read_before_that_of_the_system(self):
        os.makedirs(self.path("rollscope"))
        path = self.path("rollscope/rollscope.conf", b"[nonsense]\na = 1\n")
        self.assert_refused(2, (path + ":2:", "nonsense"), "analyze", "a.h5",
                            XDG_CONFIG_HOME=self.folder)

    def test_help_goes_to_standard_output_and_names_every_option(self):
        result = run("analyze", "--help")
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        for option in ("--json", "--set=NAME=VALUE", "--jobs=N", "--config=FILE", "--quiet"):
            self.assertIn(option, result.stdout)
        self.assertEqual(result.stdout, run("help", "analyze").stdout)

    def test_a_full_disk_under_standard_output_is_a_failure(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([ROLLSCOPE, "help"], stdout=full, stderr=subprocess.PIPE,
                                    text=True, timeout=60)
        self.assertEqual(1, result.returncode)
        self.assertIn("rollscope: ", result.stderr)


if __name__ == "__main__":
    unittest.main()
