#include "verbs.h"

#include <stdio.h>
#include <string.h>

static const struct verb verbs[] = {
    {"help", "", "this list", verb_help},
};

int verb_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("usage: rollscope VERB [OPTION...]\n\n");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        printf("  %-9s %-40s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].text);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++)
        if (!strcmp(argv[1], verbs[i].name))
            return verbs[i].run(argc - 1, argv + 1);
    fprintf(stderr, "rollscope: no such verb: %s\n", argc > 1 ? argv[1] : "(none)");
    return EXIT_USAGE;
}
