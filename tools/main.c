#include "cli/say.h"
#include "help.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

static int run(const struct verb *verb, int argc, char **argv)
{
    struct options options;
    if (!options_parse(&options, verb, argc, argv))
        return options.exit_code;
    int code = verb->run(&options);
    if (fflush(stdout) != 0 && code == EXIT_DONE) {
        say_error("standard output: cannot write all of it");
        code = EXIT_FAILED;
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help_verbs(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        printf("rollscope %s\n", ROLLSCOPE_VERSION);
        return EXIT_DONE;
    }
    const struct verb *verb =
        verb_find(!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ? "help" : argv[1]);
    if (verb)
        return run(verb, argc - 1, argv + 1);
    say_error("no such verb: %s (try rollscope help)", argv[1]);
    return EXIT_USAGE;
}
