"""The bundled sessions are what their README says; annotation by hand; conversion of a real one."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

ROLLSCOPE = os.environ["ROLLSCOPE"]
SOURCE = os.environ["ROLLSCOPE_SOURCE"]
DATASETS = os.path.join(SOURCE, "datasets")
CAPTURE = os.path.join(os.environ.get("ROLLSCOPE_DATA", ""), "dividat_flex", "v4_steps.v4.ws.dat")
NAMES = ("roller-knots.h5", "ball-knot.h5", "breathing-hold.h5")


def rollscope(*arguments, code=0):
    done = subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def text_of(value):
    return value.decode() if isinstance(value, bytes) else value


class Bundled(unittest.TestCase):
    def test_each_is_small_and_holds_its_truth(self):
        truths = {}
        for name in NAMES:
            path = os.path.join(DATASETS, name)
            self.assertLess(os.path.getsize(path), 2_000_000)
            with h5py.File(path) as file:
                truths[name] = [len(file["truth"][part]["event"]) for part in ("strokes", "holds", "spots")]
        self.assertEqual(truths["roller-knots.h5"], [11, 3, 3])
        self.assertEqual(truths["ball-knot.h5"][2], 1)
        strokes, holds, _ = truths["breathing-hold.h5"]
        self.assertTrue(strokes == 0 and holds > 0)

    def test_the_command_in_each_makes_it_again(self):
        with open(os.path.join(DATASETS, "README.md")) as file:
            readme = file.read()
        for name in NAMES:
            with self.subTest(name), h5py.File(os.path.join(DATASETS, name)) as kept, \
                    tempfile.TemporaryDirectory() as folder:
                command = text_of(kept.attrs["source"])
                self.assertIn(command, readme)
                made = os.path.join(folder, "made.h5")
                rollscope(*command.split()[1:], "--output", made)
                with h5py.File(made) as again:
                    numpy.testing.assert_array_equal(again["pressure"][:], kept["pressure"][:])
                    numpy.testing.assert_array_equal(again["time"][:], kept["time"][:])
                    for part in ("strokes", "holds"):
                        numpy.testing.assert_array_equal(again[f"truth/{part}/start"][:],
                                                         kept[f"truth/{part}/start"][:])


class Annotation(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.session = os.path.join(folder.name, "a.h5")
        self.text = os.path.join(folder.name, "a.txt")
        with open(os.path.join(DATASETS, "breathing-hold.h5"), "rb") as kept, open(self.session, "wb") as file:
            file.write(kept.read())

    def write(self, text):
        with open(self.text, "w") as file:
            file.write(text)

    def test_the_example_of_the_document_becomes_the_truth(self):
        with open(os.path.join(SOURCE, "docs", "annotation.md")) as file:
            self.write(re.search(r"```\n(# left.*?)```", file.read(), re.S).group(1))
        rollscope("annotate", "--truth", self.text, self.session)
        with h5py.File(self.session) as file:
            self.assertEqual(list(file["truth/strokes/start"][:]), [2.1, 4.6])
            self.assertEqual(list(file["truth/strokes/travel"][:]), [150, 145])
            self.assertEqual(list(file["truth/holds/x"][:]), [160])
            self.assertEqual(list(file["truth/spots/strokes"][:]), [7])
        rollscope("verify", self.session)

    def test_scoring_against_the_text_equals_scoring_after_annotating(self):
        self.write("stroke 1 2\nhold 3.5 20\n")
        before = rollscope("score", "--json", "--truth", self.text, self.session).stdout
        rollscope("annotate", "--truth", self.text, self.session)
        self.assertEqual(rollscope("score", "--json", self.session).stdout, before)
        self.assertIn('"truth":1', before)

    def test_a_wrong_line_is_named(self):
        for text, what in (("hold 1 2\nstroke 5 4\n", "line 2"), ("jump 1 2\n", "jump"), ("stroke 1\n", "end"),
                           ("stroke 1 2 colour=3\n", "colour"), ("spot x=1\n", "y="), ("hold 1 2 x=z\n", "x"),
                           ("stroke nan 2\n", "nan")):
            self.write(text)
            self.assertIn(what, rollscope("score", "--truth", self.text, self.session, code=1).stderr)


class Conversion(unittest.TestCase):
    @unittest.skipUnless(os.path.isfile(CAPTURE), "the real recordings are not there")
    def test_the_python_of_the_readme_makes_a_session(self):
        with open(os.path.join(DATASETS, "README.md")) as file:
            program = re.search(r"```python\n(.*?)```", file.read(), re.S).group(1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "steps.h5")
            subprocess.run([sys.executable, "-c", program, CAPTURE, path], check=True, timeout=60)
            self.assertRegex(rollscope("info", path).stdout, r"frames +698 in")
            rollscope("analyze", "--json", path)


if __name__ == "__main__":
    sys.exit(unittest.main())
