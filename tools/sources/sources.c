#include "sources.h"

#include "source_session.h"
#include "source_sim.h"

#include <stdio.h>
#include <string.h>

#define FIRST_MAT "serial:auto"

struct scheme {
    const char *name;
    bool again;
    int (*open)(struct source **source, const struct address *address, struct failure *failure);
};

static const struct scheme schemes[] = {
    {"serial", false, source_open}, {"pty", false, source_open},
    {"tcp", false, source_open},    {"join", false, source_open},
    {"file", true, source_open},    {"session", true, source_session_open},
    {"sim", true, source_sim_open},
};

#define SCHEME_COUNT (sizeof schemes / sizeof schemes[0])

static const struct scheme *scheme_of(const struct address *address)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (!strcmp(schemes[i].name, address->scheme))
            return &schemes[i];
    return NULL;
}

static int scheme_unknown(const char *scheme, struct failure *failure)
{
    char names[128] = "";
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s:", i ? ", " : "", schemes[i].name);
    }
    return failure_set(failure, STATUS_ARGUMENT, "no source is called '%s:'; there are %s", scheme,
                       names);
}

int source_address(struct address *address, const char *text, struct failure *failure)
{
    int status = address_parse(address, *text ? text : FIRST_MAT, failure);
    if (status)
        return status;
    return scheme_of(address) ? STATUS_OK : scheme_unknown(address->scheme, failure);
}

int source_setting(struct address *mat, const char *name, const char *value,
                   struct failure *failure)
{
    if (mat->count == ADDRESS_PARAMETERS_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "[mat] has too many entries");
    if (strlen(value) >= sizeof mat->parameters[0].value)
        return failure_set(failure, STATUS_ARGUMENT, "[mat] %.40s: the value is too long", name);
    snprintf(mat->scheme, sizeof mat->scheme, "[mat]");
    snprintf(mat->parameters[mat->count].name, sizeof mat->parameters[0].name, "%s", name);
    snprintf(mat->parameters[mat->count++].value, sizeof mat->parameters[0].value, "%s", value);
    return address_check(mat, "baud", failure);
}

void source_configure(struct address *address, const struct address *mat)
{
    bool serial = !strcmp(address->scheme, "serial");
    if (!strcmp(address->scheme, "session") || !strcmp(address->scheme, "sim"))
        return;
    for (size_t i = 0; i < mat->count; i++) {
        const char *name = mat->parameters[i].name;
        bool wanted = serial || strcmp(name, "baud") != 0;
        if (wanted && !address_get(address, name, NULL) && address->count < ADDRESS_PARAMETERS_MAX)
            address->parameters[address->count++] = mat->parameters[i];
    }
}

struct source_traits source_traits(const struct address *address)
{
    const struct scheme *scheme = scheme_of(address);
    bool again = scheme && scheme->again;
    return (struct source_traits){
        .again = again, .paced = again && !strcmp(address_get(address, "speed", "1"), "max")};
}

static bool is_first_mat(const struct address *address)
{
    return !strcmp(address->scheme, "serial") && !strcmp(address->target, "auto");
}

int source_open_any(struct source **source, const struct address *address, struct failure *failure)
{
    *source = NULL;
    const struct scheme *scheme = scheme_of(address);
    if (!scheme)
        return scheme_unknown(address->scheme, failure);
    struct failure first = {0};
    int status = scheme->open(source, address, &first);
    if (status == STATUS_NOT_FOUND && is_first_mat(address))
        return failure_set(
            failure, status,
            "no mat found (%.200s); plug one in, name one with --source, or simulate "
            "one: --source sim:random",
            first.text);
    if (status)
        failure_set(failure, status, "%s", first.text);
    return status;
}
