"""The tree keeps the rules of the house, and the rules catch what they are for."""

import os
import shutil
import tempfile
import unittest

import rules

ROOT = os.environ["ROLLSCOPE_SOURCE"]
MEDIUM_FUNCTION = "int f(void)\n{\n" + "    ;\n" * 12 + "    return 0;\n}\n"
LONG_FUNCTION = "int f(void)\n{\n" + "    ;\n" * 80 + "    return 0;\n}\n"

# rule, file, content, a word of the breach; None: no breach.
EXAMPLES = (
    (rules.rooms_do_not_include_each_other, "dsp/a.c", '#include "detect/detect.h"\n', "detect"),
    (rules.rooms_do_not_include_each_other, "dsp/a.c", '#include "mat/event.h"\n', "mat/event.h"),
    (rules.rooms_do_not_include_each_other, "dsp/a.c", '#include "../bus/bus.h"\n', "bus"),
    (rules.rooms_do_not_include_each_other, "mat/a.c", '#include "dsp/dsp.h"\n', "dsp"),
    (rules.rooms_do_not_include_each_other, "tools/a.c", '#include "dsp/b.h"\n', "dsp/b.h"),
    (rules.rooms_do_not_include_each_other, "tools/a.c", '#include "dsp/dsp.h"\n', None),
    (rules.rooms_do_not_include_each_other, "dsp/a.c", '#include "mat/mat.h"\n', None),
    (rules.third_party_headers_stay_in_their_room, "record/a.c", "#include <zmq.h>\n", "zmq"),
    (rules.third_party_headers_stay_in_their_room, "tools/a.c", "#include <hdf5.h>\n", "hdf5"),
    (rules.third_party_headers_stay_in_their_room, "detect/a.c", "#include <unistd.h>\n", "unistd"),
    (rules.third_party_headers_stay_in_their_room, "bus/a.c", "#include <sqlite3.h>\n", "sqlite3"),
    (rules.third_party_headers_stay_in_their_room, "dsp/a.c", "#include <kiss_fftr.h>\n", None),
    (rules.third_party_headers_stay_in_their_room, "bus/a.c", "#include <sys/mman.h>\n", None),
    (rules.headers_name_no_third_party_type, "bus/bus.h", "#include <jansson.h>\n", "jansson"),
    (rules.headers_name_no_third_party_type, "bus/bus.h", "int f(json_t *object);\n", "json_t"),
    (rules.headers_name_no_third_party_type, "record/record.h", "hid_t g(void);\n", "hid_t"),
    (rules.headers_name_no_third_party_type, "record/record.h", "/* a hid_t inside */\n", None),
    (rules.libraries_neither_print_nor_exit, "dsp/a.c", 'int f(void) { printf("x"); }\n', "printf"),
    (rules.libraries_neither_print_nor_exit, "dsp/a.c", "void f(void) { exit(1); }\n", "exit"),
    (rules.libraries_neither_print_nor_exit, "bus/a.c", 'fputs("x", stderr);\n', "stderr"),
    (rules.libraries_neither_print_nor_exit, "bus/a.c", "/* never printf() here */\n", None),
    (rules.libraries_neither_print_nor_exit, "tools/a.c", 'printf("x");\n', None),
    (rules.functions_are_short, "mat/a.c", LONG_FUNCTION, "84 lines"),
    (rules.functions_are_short, "mat/a.c", LONG_FUNCTION.replace("    ;\n" * 4, ""), None),
    (rules.functions_keep_the_budget, "mat/a.c", MEDIUM_FUNCTION, "more than 15 lines"),
    (rules.functions_keep_the_budget, "mat/a.c", MEDIUM_FUNCTION.replace("    ;\n", "", 1), None),
    (rules.headers_stand_alone, "mat/a.h", "size_t f(void);\n", "mat/a.h"),
    (rules.headers_stand_alone, "mat/a.h", "#include <stddef.h>\nsize_t f(void);\n", None),
    (rules.functions_take_few_parameters, "mat/a.c",
     "int f(int a, int b, int c, int d, int e, int g)\n{\n    return 0;\n}\n", "6 parameters"),
    (rules.functions_take_few_parameters, "mat/a.c",
     "int f(int a, int b, int c, int d, int e, struct failure *g)\n{\n    return 0;\n}\n", None),
    (rules.functions_take_few_parameters, "mat/a.c",
     "int f(int (*a)(int, int), int b)\n{\n    return 0;\n}\n", None),
    (rules.files_are_short, "mat/a.c", "\n" * 401, "401"),
    (rules.files_are_short, "mat/a.c", "\n" * 400, None),
    (rules.types_are_named_structs, "mat/a.h", "typedef struct a a_t;\n", "typedef"),
    (rules.nothing_is_left_over, "mat/a.c", "/* TODO: more */\n", "TODO"),
    (rules.nothing_is_left_over, "mat/a.c", "#if 0\n#endif\n", "#if 0"),
    (rules.no_drawer_by_name, "dsp/util.c", "\n", "util.c"),
    (rules.no_path_of_a_machine, "docs/a.md", "see /ho" "me/ada/mat.h5\n", "ada"[0]),
    (rules.no_path_of_a_machine, "datasets/a.h5", "\0/ro" "ot/x\0", "datasets/a.h5"),
    (rules.no_path_of_a_machine, "docs/a.md", "see build/home/x and $HOME/x\n", None),
    (rules.folders_are_linked_as_they_are_named, "bus/a.c", "\n", "bus"),
)


class Rules(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rollscope-house-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, path, content):
        whole = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(whole) or self.folder, exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(content)

    def test_the_tree_keeps_every_rule(self):
        for rule in rules.ALL:
            with self.subTest(rule=rule.__name__):
                self.assertEqual([], list(rule(ROOT)))

    def test_each_rule_catches_its_bad_examples_and_spares_the_good_ones(self):
        for rule, path, content, word in EXAMPLES:
            with self.subTest(rule=rule.__name__, content=content[:60]):
                shutil.rmtree(self.folder)
                self.write("CMakeLists.txt", "rollscope_room(mat)\n")
                self.write(path, content)
                breaches = list(rule(self.folder))
                if word is None:
                    self.assertEqual([], breaches)
                else:
                    self.assertEqual(1, len(breaches), breaches)
                    self.assertIn(word, breaches[0])
                    self.assertTrue(breaches[0].startswith((path, "CMakeLists.txt", "mat/:")))

    def test_every_rule_has_a_bad_example(self):
        tried = {rule for rule, _, _, word in EXAMPLES if word is not None}
        self.assertEqual(set(rules.ALL), tried)


if __name__ == "__main__":
    unittest.main()
