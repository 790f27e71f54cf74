#include "verbs.h"

#include <string.h>

static const struct verb *const verbs[] = {
    &verb_live,      &verb_acquire, &verb_detect, &verb_record,   &verb_dashboard,
    &verb_bridge,    &verb_analyze, &verb_replay, &verb_info,     &verb_devices,
    &verb_calibrate, &verb_capture, &verb_import, &verb_simulate, &verb_score,
    &verb_annotate,  &verb_verify,  &verb_keys,   &verb_recover,  &verb_help,
};

const struct verb *const *verb_table(size_t *count)
{
    *count = sizeof verbs / sizeof verbs[0];
    return verbs;
}

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (!strcmp(verbs[i]->name, name))
            return verbs[i];
    return NULL;
}
