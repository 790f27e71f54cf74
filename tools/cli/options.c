#include "options.h"

#include "../sources/sources.h"
#include "../verbs.h"
#include "configuration.h"
#include "say.h"
#include "shared_options.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_FORMAT "rmargin=100,no-dup-args-note"

struct parsing {
    struct options *options;
    const struct verb *verb;
    const char *config; /* of --config; NULL: the default */
    const char **sets;  /* [set_count] of --set, in order */
    size_t set_count;
    bool help;
    struct failure failure; /* set: what is wrong with the command line */
    struct argp_option shared[SHARED_OPTION_MOST + 1];
    struct argp_child children[3];
};

static bool configurable(const struct verb *verb)
{
    size_t count;
    const struct shared_option *table = shared_options(&count);
    bool yes = (verb->options.shared & (OPTION_SET | OPTION_MAT)) != 0;
    for (size_t i = 0; i < count; i++)
        yes |= table[i].setting && (verb->options.shared & table[i].bit);
    return yes;
}

static bool takes(const struct verb *verb, const struct shared_option *option)
{
    if (option->bit == OPTION_CONFIG)
        return configurable(verb);
    return option->bit == OPTION_ALWAYS || (verb->options.shared & option->bit) != 0;
}

static const struct shared_option *find_key(int key)
{
    size_t count;
    const struct shared_option *table = shared_options(&count);
    for (size_t i = 0; i < count; i++)
        if (table[i].key == key)
            return &table[i];
    return NULL;
}

int option_number(double *number, const char *name, const char *value, double least, double most,
                  struct failure *failure)
{
    char *end;
    double read = strtod(value, &end);
    if (end == value || *end || !isfinite(read))
        return failure_set(failure, STATUS_ARGUMENT, "%s: '%s' is not a number", name, value);
    if (read < least || read > most)
        return failure_set(failure, STATUS_ARGUMENT, "%s: %s is not within %.17g to %.17g", name,
                           value, least, most);
    *number = read;
    return STATUS_OK;
}

static int store_text(char *text, const char *name, const char *value, struct failure *failure)
{
    if (!*value)
        return failure_set(failure, STATUS_ARGUMENT, "%s: the value is empty", name);
    if (strlen(value) >= OPTION_TEXT_SIZE)
        return failure_set(failure, STATUS_ARGUMENT, "%s: longer than %d bytes", name,
                           OPTION_TEXT_SIZE - 1);
    strcpy(text, value);
    return STATUS_OK;
}

static int store_whole(uint64_t *whole, const struct shared_option *option, const char *name,
                       const char *value, struct failure *failure)
{
    double number = 0;
    int status = option_number(&number, name, value, option->least, option->most, failure);
    if (status < 0)
        return status;
    if (number != floor(number))
        return failure_set(failure, STATUS_ARGUMENT, "%s: '%s' is not a whole number", name, value);
    *whole = (uint64_t)number;
    return STATUS_OK;
}

/* name: as the user wrote it, "--jobs" or "analyze.jobs" */
static int store(struct options *options, const struct shared_option *option, const char *name,
                 const char *value, struct failure *failure)
{
    char *at = (char *)options + option->offset;
    switch (option->type) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return STATUS_OK;
    case OPTION_TEXT:
        return store_text(at, name, value, failure);
    case OPTION_PLACE:
        return store_text(at, name, value ? value : OPTION_STDOUT, failure);
    case OPTION_WHOLE:
        return store_whole((uint64_t *)(void *)at, option, name, value, failure);
    case OPTION_TIMES:
        if (!strcmp(value, "max")) {
            *(double *)(void *)at = INFINITY;
            return STATUS_OK;
        }
        /* fall through */
    default:
        return option_number((double *)(void *)at, name, value, option->least, option->most,
                             failure);
    }
}

static error_t parse_shared(int key, char *value, struct argp_state *state)
{
    struct parsing *parsing = state->input;
    const struct shared_option *option = find_key(key);
    if (!option)
        return ARGP_ERR_UNKNOWN;
    char name[32];
    snprintf(name, sizeof name, "--%s", option->name);
    parsing->options->given |= option->bit;
    if (option->type == OPTION_HELP)
        parsing->help = true;
    else if (option->type == OPTION_ASSIGNMENT)
        parsing->sets[parsing->set_count++] = value;
    else if (option->bit == OPTION_CONFIG)
        parsing->config = value;
    else if (store(parsing->options, option, name, value, &parsing->failure) < 0)
        return EINVAL;
    return 0;
}

static error_t parse_own(int key, char *value, struct argp_state *state)
{
    struct parsing *parsing = state->input;
    const struct option_request *request = &parsing->verb->options;
    for (const struct argp_option *option = request->own; option->name || option->key; option++)
        if (option->key == key)
            return request->take(request->storage, key, value, &parsing->failure) < 0 ? EINVAL : 0;
    return ARGP_ERR_UNKNOWN;
}

/* Says why getopt refused a word: "--name", "--name=value" or "-letters". */
static int explain_word(const struct parsing *parsing, const char *word, struct failure *failure)
{
    size_t length = strcspn(word, "=");
    if (strncmp(word, "--", 2) != 0)
        return failure_set(failure, STATUS_ARGUMENT, "no such option: %s", word);
    const struct argp_option *lists[] = {parsing->shared, parsing->verb->options.own};
    for (size_t list = 0; list < 2; list++)
        for (const struct argp_option *o = lists[list]; o && o->name; o++)
            if (!strncmp(o->name, word + 2, length - 2))
                return failure_set(failure, STATUS_ARGUMENT, "%.*s: %s", (int)length, word,
                                   strlen(o->name) != length - 2 ? "which one is meant?"
                                   : o->arg                      ? "the value is missing"
                                                                 : "takes no value");
    return failure_set(failure, STATUS_ARGUMENT, "no such option: %.*s", (int)length, word);
}

/* The word that getopt stopped at: the one before, or a bundle of letters that it is still in. */
static const char *refused_word(const struct argp_state *state)
{
    const char *here = state->next < state->argc ? state->argv[state->next] : "";
    bool bundle = here[0] == '-' && here[1] && here[1] != '-' && here[2];
    return bundle ? here : state->argv[state->next - 1];
}

static error_t parse_files(int key, char *value, struct argp_state *state)
{
    (void)value;
    struct parsing *parsing = state->input;
    struct options *options = parsing->options;
    const struct option_request *request = &parsing->verb->options;
    switch (key) {
    case ARGP_KEY_INIT:
        for (size_t i = 0; parsing->children[i].argp; i++)
            state->child_inputs[i] = parsing;
        return 0;
    case ARGP_KEY_ARGS:
        options->files = state->argv + state->next;
        options->file_count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_ERROR:
        if (!parsing->failure.status)
            explain_word(parsing, refused_word(state), &parsing->failure);
        return 0;
    case ARGP_KEY_END:
        if (parsing->help)
            return 0;
        if (options->file_count < request->files_least)
            failure_set(&parsing->failure, STATUS_ARGUMENT, "%s is missing",
                        parsing->verb->arguments);
        if (options->file_count > request->files_most)
            failure_set(&parsing->failure, STATUS_ARGUMENT, "'%s' is one argument too many",
                        options->files[request->files_most]);
        return parsing->failure.status ? EINVAL : 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Runs argp over the words. The shared options come last in the help. */
static int parse_words(struct parsing *parsing, int argc, char **argv)
{
    const struct verb *verb = parsing->verb;
    size_t count, taken = 0;
    const struct shared_option *table = shared_options(&count);
    for (size_t i = 0; i < count; i++)
        if (takes(verb, &table[i]))
            parsing->shared[taken++] = (struct argp_option){
                .name = table[i].name,
                .key = table[i].key,
                .arg = table[i].argument,
                .flags = table[i].type == OPTION_PLACE ? OPTION_ARG_OPTIONAL : 0,
                .doc = table[i].text};
    struct argp own = {.options = verb->options.own, .parser = parse_own};
    struct argp shared = {.options = parsing->shared, .parser = parse_shared};
    if (own.options)
        parsing->children[0].argp = &own;
    parsing->children[own.options ? 1 : 0].argp = &shared;
    struct argp root = {.parser = parse_files,
                        .args_doc = verb->arguments,
                        .doc = verb->text,
                        .children = parsing->children};
    int error = argp_parse(&root, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, parsing);
    if (error && !parsing->failure.status)
        failure_set(&parsing->failure, STATUS_SYSTEM, "%s", strerror(error));
    if (!error && parsing->help) {
        char name[64];
        snprintf(name, sizeof name, "rollscope %s", verb->name);
        setenv("ARGP_HELP_FMT", HELP_FORMAT, 0);
        argp_help(&root, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_DOC | ARGP_HELP_LONG, name);
    }
    return parsing->failure.status;
}

static int take_setting(void *context, const char *section, const char *name, const char *value,
                        struct failure *failure)
{
    struct parsing *parsing = context;
    if (!strcmp(section, "parameters"))
        return parameters_set(&parsing->options->parameters, name, value, failure);
    if (!strcmp(section, "mat"))
        return source_setting(&parsing->options->mat, name, value, failure);
    size_t count;
    const struct shared_option *table = shared_options(&count);
    char setting[64];
    snprintf(setting, sizeof setting, "%s.%s", section, name);
    for (size_t i = 0; i < count; i++) {
        if (!table[i].setting || strcmp(table[i].setting, setting) != 0)
            continue;
        struct options scratch;
        bool wanted = takes(parsing->verb, &table[i]) && !(parsing->options->given & table[i].bit);
        return store(wanted ? parsing->options : &scratch, &table[i], name, value, failure);
    }
    return failure_set(failure, STATUS_NOT_FOUND, "nothing is called '%s' in [%s]", name, section);
}

static int read_configuration(struct parsing *parsing, struct failure *failure)
{
    char path[OPTION_TEXT_SIZE];
    struct configuration_sink sink = {.context = parsing, .take = take_setting};
    if (!configurable(parsing->verb))
        return STATUS_OK;
    if (parsing->config) {
        snprintf(parsing->options->config, OPTION_TEXT_SIZE, "%s", parsing->config);
        return configuration_read(parsing->config, &sink, failure);
    }
    if (configuration_default(path, sizeof path))
        return configuration_read(path, &sink, failure);
    return STATUS_OK;
}

static int apply_sets(struct parsing *parsing)
{
    for (size_t i = 0; i < parsing->set_count; i++) {
        const char *equals = strchr(parsing->sets[i], '=');
        char name[64];
        struct failure failure = {0};
        if (!equals || (size_t)(equals - parsing->sets[i]) >= sizeof name)
            return failure_set(&parsing->failure, STATUS_ARGUMENT, "--set: '%s' is not NAME=VALUE",
                               parsing->sets[i]);
        snprintf(name, sizeof name, "%.*s", (int)(equals - parsing->sets[i]), parsing->sets[i]);
        if (parameters_set(&parsing->options->parameters, name, equals + 1, &failure) < 0)
            return failure_set(&parsing->failure, failure.status, "--set: %s", failure.text);
    }
    return STATUS_OK;
}

static uint64_t processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 1;
}

static bool parse(struct parsing *parsing, int argc, char **argv)
{
    struct failure failure = {0};
    parsing->sets = calloc((size_t)argc, sizeof *parsing->sets);
    if (!parsing->sets)
        failure_set(&failure, STATUS_MEMORY, "out of memory");
    else if (!parse_words(parsing, argc, argv) && !parsing->help &&
             !read_configuration(parsing, &failure))
        apply_sets(parsing);
    free(parsing->sets);
    const char *verb = parsing->verb->name;
    if (failure.status)
        say_failure(&failure);
    else if (parsing->failure.status)
        say_error("%s: %s (try rollscope %s --help)", verb, parsing->failure.text, verb);
    return !failure.status && !parsing->failure.status;
}

bool options_parse(struct options *options, const struct verb *verb, int argc, char **argv)
{
    *options = (struct options){.for_s = INFINITY,
                                .speed = 1,
                                .to_s = INFINITY,
                                .seed = 1,
                                .jobs = processors(),
                                .own = verb->options.storage};
    parameters_default(&options->parameters);
    struct parsing parsing = {.options = options, .verb = verb};
    bool good = parse(&parsing, argc, argv);
    options->exit_code = good ? EXIT_DONE : EXIT_USAGE;
    say_quiet(options->quiet);
    return good && !parsing.help;
}
