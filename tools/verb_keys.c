#include "bus/bus.h"
#include "cli/json_line.h"
#include "cli/say.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAKE = OPTION_OWN, KEY_ALLOW, KEY_FORGET };

#define CHANGES_MOST 32

static struct changes {
    bool make;
    size_t count;
    struct change {
        int key;
        const char *text; /* NAME=KEY, or NAME */
    } list[CHANGES_MOST];
} changes;

static int change_make(const char *folder, const struct change *change, struct failure *failure)
{
    struct bus_key key;
    if (change->key == KEY_FORGET)
        return bus_key_forget(folder, change->text, failure);
    const char *equals = strchr(change->text, '=');
    if (!equals || (size_t)(equals - change->text) >= sizeof key.name)
        return failure_set(failure, STATUS_ARGUMENT, "--allow: '%s' is not NAME=KEY", change->text);
    snprintf(key.name, sizeof key.name, "%.*s", (int)(equals - change->text), change->text);
    if (snprintf(key.key, sizeof key.key, "%s", equals + 1) >= (int)sizeof key.key)
        return failure_set(failure, STATUS_ARGUMENT, "--allow: '%s': a key is 64 digits",
                           equals + 1);
    return bus_key_allow(folder, &key, failure);
}

static int changes_make(const char *folder, struct failure *failure)
{
    char own[BUS_KEY_SIZE];
    int status = changes.make ? bus_key_make(folder, own, failure) : STATUS_OK;
    for (size_t i = 0; i < changes.count && !status; i++)
        status = change_make(folder, &changes.list[i], failure);
    return status;
}

static int print_words(const char *folder, const char *own, const struct bus_key *keys, int count)
{
    printf("keys of   %s\nown       %s\n", folder, *own ? own : "none: rollscope keys --make");
    for (int i = 0; i < count; i++)
        printf("lets in   %s %s\n", keys[i].key, keys[i].name);
    if (!count)
        printf("lets in   nobody: rollscope keys --allow NAME=KEY\n");
    return STATUS_OK;
}

static int print_json(const char *folder, const char *own, const struct bus_key *keys, int count,
                      struct failure *failure)
{
    json_t *allowed = json_object();
    for (int i = 0; i < count; i++)
        json_object_set_new(allowed, keys[i].name, json_string(keys[i].key));
    json_t *object = json_pack("{s:s, s:s*, s:o}", "folder", folder, "own", *own ? own : NULL,
                               "allowed", allowed);
    return json_line(stdout, object, folder, failure);
}

static int keys_print(const struct options *options, const char *folder, struct failure *failure)
{
    char own[BUS_KEY_SIZE] = "";
    struct bus_key keys[BUS_KEYS_MOST];
    int status = bus_key_own(folder, own, failure);
    if (status && status != STATUS_NOT_FOUND)
        return status;
    int count = bus_keys_allowed(folder, keys, failure);
    if (count < 0)
        return count;
    return options->json ? print_json(folder, own, keys, count, failure)
                         : print_words(folder, own, keys, count);
}

static int run(const struct options *options)
{
    char folder[BUS_KEYS_PATH_SIZE];
    struct failure failure = {0};
    int status = bus_keys_folder(folder, &failure);
    if (!status)
        status = changes_make(folder, &failure);
    if (!status)
        status = keys_print(options, folder, &failure);
    return status ? say_failure(&failure) : EXIT_DONE;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct changes *here = storage;
    if (key == KEY_MAKE) {
        here->make = true;
        return STATUS_OK;
    }
    if (here->count == CHANGES_MOST)
        return failure_set(failure, STATUS_ARGUMENT, "more than %d changes at once", CHANGES_MOST);
    here->list[here->count++] = (struct change){key, value};
    return STATUS_OK;
}

static const struct argp_option own_options[] = {
    {"make", KEY_MAKE, NULL, 0, "make this machine's own pair of keys", 0},
    {"allow", KEY_ALLOW, "NAME=KEY", 0, "let a public key in. May be repeated", 0},
    {"forget", KEY_FORGET, "NAME", 0, "let it in no longer. May be repeated", 0},
    {0}};

const struct verb verb_keys = {
    .name = "keys",
    .arguments = "",
    .text = "make keys, and say whose may read the bus over a network",
    .options = {.shared = OPTION_JSON, .own = own_options, .take = take, .storage = &changes},
    .run = run,
};
