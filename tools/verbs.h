/**
 * @file verbs.h
 * The verbs of the program. main() is a table of these; `rollscope help` is printed from it.
 */
#ifndef ROLLSCOPE_TOOLS_VERBS_H
#define ROLLSCOPE_TOOLS_VERBS_H

/** Exit codes, as in docs/cli.md. */
enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/** A verb. */
struct verb {
    const char *name;
    const char *arguments; /**< as in the usage line, such as "[--json] FILE..." */
    const char *text;      /**< one line */
    /** argv[0] is "rollscope VERB". @return an enum exit_code */
    int (*run)(int argc, char **argv);
};

int verb_help(int argc, char **argv);

#endif
