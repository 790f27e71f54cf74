#include "help.h"
#include "say.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

void help_verbs(FILE *stream)
{
    fprintf(stream, "usage: rollscope VERB [OPTION...]\n\n");
    size_t count;
    const struct verb *const *verbs = verb_table(&count);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "  %-9s %-17s %s\n", verbs[i]->name, verbs[i]->arguments, verbs[i]->text);
    fprintf(stream, "\n  rollscope VERB --help        its options\n"
                    "  rollscope help parameters    what --set NAME=VALUE can set\n"
                    "  rollscope --version\n");
}

static void help_parameters(void)
{
    size_t count;
    const struct parameter *table = parameter_table(&count);
    printf("%-17s %8s %-7s %s\n", "NAME", "DEFAULT", "UNIT", "WHAT");
    for (size_t i = 0; i < count; i++)
        printf("%-17s %8g %-7s %s (%g to %g)\n", table[i].name, table[i].value, table[i].unit,
               table[i].text, table[i].least, table[i].most);
}

static int run(const struct options *options)
{
    if (options->file_count == 0) {
        help_verbs(stdout);
        return EXIT_DONE;
    }
    char *topic = options->files[0];
    if (!strcmp(topic, "parameters")) {
        help_parameters();
        return EXIT_DONE;
    }
    const struct verb *verb = verb_find(topic);
    if (!verb) {
        say_error("no such verb: %s (try rollscope help)", topic);
        return EXIT_USAGE;
    }
    char *arguments[] = {topic, "--help", NULL};
    struct options asked;
    options_parse(&asked, verb, 2, arguments);
    return asked.exit_code;
}

const struct verb verb_help = {
    .name = "help",
    .arguments = "[VERB|parameters]",
    .text = "show this list, the options of a verb, or the parameters",
    .options = {.files_most = 1},
    .run = run,
};
