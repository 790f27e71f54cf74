"""The documents keep to what is there: verbs, parameters, links, files that are named."""

import os
import re
import subprocess
import unittest

import rules

ROOT = os.environ["ROLLSCOPE_SOURCE"]
ROLLSCOPE = os.environ["ROLLSCOPE"]
PLANNED = "(planned"


def output(*arguments):
    return subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, check=True,
                          timeout=60).stdout


def program_verbs():
    return set(re.findall(r"^  (\w+) ", output("help"), flags=re.M)) - {"rollscope"}


def documented_verbs():
    """(verb, whether it is only planned, its line) of the block in docs/cli.md."""
    for line in rules.text(ROOT, "docs/cli.md").splitlines():
        match = re.match(r"rollscope (\w+)", line)
        if match:
            said, _, planned = line.partition(PLANNED)
            yield match.group(1), planned.startswith(")"), said


class Docs(unittest.TestCase):
    def test_every_verb_of_the_program_is_documented(self):
        built = {verb for verb, planned, _ in documented_verbs() if not planned}
        self.assertEqual(program_verbs(), built | {"help"},
                         "the block of verbs in docs/cli.md and rollscope help differ")

    def test_no_verb_is_called_planned_that_is_there(self):
        planned = {verb for verb, planned, _ in documented_verbs() if planned}
        self.assertEqual(set(), planned & program_verbs(), "take (planned) out of docs/cli.md")

    def test_every_documented_option_is_in_the_help_of_its_verb(self):
        for verb, planned, line in documented_verbs():
            if planned:
                continue
            usage = output(verb, "--help")
            for option in re.findall(r"--[a-z-]+", line):
                with self.subTest(verb=verb, option=option):
                    self.assertRegex(usage, re.escape(option) + r"\b")

    def test_every_link_between_documents_leads_somewhere(self):
        for path in rules.files(ROOT, ".md"):
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", rules.text(ROOT, path)):
                with self.subTest(path=path, target=target):
                    self.assertTrue(
                        os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)))

    def test_every_file_of_the_rationale_is_in_its_index(self):
        index = rules.text(ROOT, "docs/rationale.md")
        for path in rules.files(os.path.join(ROOT, "docs/rationale"), ".md"):
            with self.subTest(path=path):
                self.assertIn(f"(rationale/{path})", index)

    def test_every_command_of_the_readme_is_there(self):
        readme = rules.text(ROOT, "README.md")
        for command in set(re.findall(r"^(\./[\w/]+)", readme, flags=re.M)):
            with self.subTest(command=command):
                self.assertTrue(os.access(os.path.join(ROOT, command), os.X_OK))
        verbs = set(re.findall(r"^(?:build/)?rollscope (\w+)", readme, flags=re.M))
        self.assertEqual(set(), verbs - program_verbs())

    def test_every_test_named_in_the_table_of_recovery_is_there(self):
        tests = {re.sub(r"^tests/(\w+)/test_(\w+)\.(c|py|sh)$", r"\1/\2", path)
                 for path in rules.files(ROOT)}
        named = [name for line in rules.text(ROOT, "docs/recovery.md").splitlines()
                 if line.startswith("|") for name in re.findall(r"`(\w+/\w+)`", line)]
        self.assertGreater(len(named), 5)
        self.assertEqual([], [name for name in named if name not in tests])

    def test_the_session_that_is_tried_is_bundled(self):
        (session,) = re.findall(r"^session=(\S+)$", rules.text(ROOT, "tools/try"), flags=re.M)
        self.assertTrue(os.path.isfile(os.path.join(ROOT, session)))
        self.assertIn(session, rules.text(ROOT, "README.md"))

    def test_every_parameter_named_in_the_definitions_is_one(self):
        known = set(re.findall(r"^(\w+)", output("help", "parameters"), flags=re.M))
        named = set(re.findall(r"`(\w+_(?:mm|s|share|mm_s))`",
                               rules.text(ROOT, "docs/definitions.md")))
        self.assertTrue(named)
        self.assertEqual(set(), named - known)


if __name__ == "__main__":
    unittest.main()
