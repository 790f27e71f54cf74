#include "cli/say.h"
#include "help.h"
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
                    "  rollscope help columns       what events and metrics hold\n"
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

static void columns_print(const char *table, const struct column *columns, size_t count)
{
    static const char *const types[] = {
        [COLUMN_TIME] = "time", [COLUMN_F64] = "number", [COLUMN_U32] = "whole",
        [COLUMN_U64] = "whole", [COLUMN_BOOL] = "truth", [COLUMN_TEXT] = "text",
    };
    for (size_t i = 0; i < count; i++)
        printf("%-16s  %-24s  %-6s  %-6s  %s\n", table, columns[i].key, types[columns[i].type],
               columns[i].unit, columns[i].text);
}

static void help_columns(void)
{
    printf("%-16s  %-24s  %-6s  %-6s  %s\n", "KIND", "KEY", "TYPE", "UNIT", "WHAT");
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_kind *kind = event_kind((enum event_type)type);
        columns_print(kind->name, kind->columns, kind->column_count);
    }
    for (int part = 0; part < METRICS_PART_COUNT; part++) {
        const struct metrics_table *table = metrics_table((enum metrics_part)part);
        char name[32];
        snprintf(name, sizeof name, "metrics%s%s", table->key ? "." : "",
                 table->key ? table->key : "");
        columns_print(name, table->columns, table->column_count);
    }
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
    if (!strcmp(topic, "columns")) {
        help_columns();
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
    .arguments = "[VERB|parameters|columns]",
    .text = "show this list, the options of a verb, the parameters, or the columns",
    .options = {.files_most = 1},
    .run = run,
};
