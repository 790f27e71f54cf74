#include "split.h"

#include "options.h"

#include <stdio.h>
#include <string.h>

#define LEAST_S     1
#define MOST_S      1e8
#define LEAST_BYTES 1e6
#define MOST_BYTES  1e15
#define FINISHING   ((uint64_t)256 << 10) /* what a file may still grow by when it is closed */

static const struct unit {
    const char *name;
    double seconds, bytes;
} units[] = {
    {"s", 1, 0},    {"min", 60, 0},   {"h", 3600, 0},      {"kB", 0, 1e3},         {"MB", 0, 1e6},
    {"GB", 0, 1e9}, {"KiB", 0, 1024}, {"MiB", 0, 1048576}, {"GiB", 0, 1073741824},
};

int split_parse(struct split *split, const char *value, struct failure *failure)
{
    char number[32];
    double amount;
    size_t digits = strspn(value, "0123456789.");
    const struct unit *unit = NULL;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (!strcmp(value + digits, units[i].name))
            unit = &units[i];
    if (!unit || digits == 0 || digits >= sizeof number)
        return failure_set(failure, STATUS_ARGUMENT,
                           "--split: '%s' is no time or size such as 30min, 2h, 500MB, 2GB", value);
    snprintf(number, sizeof number, "%.*s", (int)digits, value);
    double scale = unit->seconds + unit->bytes;
    double least = (unit->bytes > 0 ? LEAST_BYTES : LEAST_S) / scale;
    double most = (unit->bytes > 0 ? MOST_BYTES : MOST_S) / scale;
    int status = option_number(&amount, "--split", number, least, most, failure);
    if (status == STATUS_OK)
        *split = (struct split){.seconds = amount * unit->seconds,
                                .bytes = (uint64_t)(amount * unit->bytes)};
    return status;
}

bool split_is(const struct split *split)
{
    return split->seconds > 0 || split->bytes;
}

bool split_due(const struct split *split, double seconds, uint64_t bytes)
{
    return (split->seconds > 0 && seconds >= split->seconds) ||
           (split->bytes && bytes + FINISHING >= split->bytes);
}
