#include "parameters.h"

#include "status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define P(name, value, least, most, unit, text)                                                    \
    {                                                                                              \
#name, unit, text, value, least, most, offsetof(struct parameters, name)                   \
    }

static const struct parameter table[] = {
    P(min_travel_mm, 10, 1, 1000, "mm", "shortest stroke"),
    P(pause_s, 1.0, 0, 60, "s", "a stop shorter than this does not end a stroke"),
    P(slip_back_mm, 6, 0, 1000, "mm", "a slip back shorter than this does not end a stroke"),
    P(slow_mm_s, 60, 0, 10000, "mm s-1", "mean speed up to which a stroke is slow"),
    P(deep_share, 0.6, 0, 10, "1", "share of the reference force from which a stroke is deep"),
    P(deep_n, 0, 0, 100000, "N", "fixed reference force; 0: the contact's own 80th percentile"),
    P(partial_share, 0.5, 0, 1, "1", "share of the bout's median travel below which it is partial"),
    P(hold_extent_mm, 10, 1, 1000, "mm", "how far a hold may wander"),
    P(hold_s, 3, 0.1, 600, "s", "shortest hold"),
    P(bout_gap_s, 2, 0, 600, "s", "a lift longer than this ends a bout"),
    P(spot_passes, 3, 1, 1000, "1", "passes in which a hot spot must be seen"),
    P(spot_merge_mm, 15, 0, 1000, "mm", "hot spots nearer than this are one"),
    P(spot_contrast, 0.02, 0, 10, "1", "smallest relative rise of a hot spot"),
    P(dose_strokes, 12, 1, 1000, "1", "strokes of a full dose"),
    P(contact_sigma, 4, 0, 100, "1", "a loaded cell stands this many sigmas above the noise"),
    P(contact_share, 0.05, 0, 1, "1", "and this share of the contact's peak"),
    P(contact_min_n, 1, 0, 100000, "N", "smallest force of a contact"),
    P(gap_reset_s, 0.5, 0.01, 60, "s", "a gap longer than this ends what was going on"),
    P(contact_period_s, 0.1, 0, 60, "s", "spacing of the published contact tracks"),
    P(empty_s, 0.5, 0, 60, "s", "time from which the first offsets and noise are taken"),
    P(baseline_tau_s, 20, 0.1, 10000, "s", "time constant of the baseline of unloaded cells"),
    P(ghost_share, 0.06, 0, 1, "1", "largest residue behind a load, as a share of it"),
    P(ghost_tau_s, 20, 0.1, 1000, "s", "longest time constant of that residue"),
    P(bad_cells, 1, 0, 1, "1", "1: find and interpolate faulty cells"),
};

const struct parameter *parameter_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

static double *slot(struct parameters *parameters, const struct parameter *parameter)
{
    return (double *)(void *)((char *)parameters + parameter->offset);
}

void parameters_default(struct parameters *parameters)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        *slot(parameters, &table[i]) = table[i].value;
}

double parameter_get(const struct parameters *parameters, const struct parameter *parameter)
{
    return *(const double *)(const void *)((const char *)parameters + parameter->offset);
}

static const struct parameter *find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!strcmp(table[i].name, name))
            return &table[i];
    return NULL;
}

int parameters_set(struct parameters *parameters, const char *name, const char *value,
                   struct failure *failure)
{
    const struct parameter *parameter = find(name);
    if (!parameter)
        return failure_set(failure, STATUS_NOT_FOUND, "no parameter is called '%s'", name);
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end || !isfinite(number))
        return failure_set(failure, STATUS_ARGUMENT, "%s: '%s' is not a number", name, value);
    if (number < parameter->least || number > parameter->most)
        return failure_set(failure, STATUS_ARGUMENT, "%s: %g is not within %g to %g %s", name,
                           number, parameter->least, parameter->most, parameter->unit);
    *slot(parameters, parameter) = number;
    return STATUS_OK;
}
