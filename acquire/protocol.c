#include "protocols/protocols.h"

#include <math.h>
#include <string.h>

static const struct protocol *const table[] = {
    &protocol_rollscope,
};

const struct protocol *const *protocol_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!strcmp(table[i]->name, name))
            return table[i];
    return NULL;
}

static int setup_side(const char *name, uint16_t *side, const struct address *address,
                      struct failure *failure)
{
    double number = *side;
    int status = address_number(address, name, 1, MAT_SIDE_MAX, &number, failure);
    if (!status && number != floor(number))
        status = failure_set(failure, STATUS_ARGUMENT, "%s:%s: %s=%g is not a whole number",
                             address->scheme, address->target, name, number);
    *side = (uint16_t)number;
    return status;
}

static int setup_numbers(struct geometry *geometry, const struct address *address,
                         struct failure *failure)
{
    double pitch_mm = 0, full_scale_kpa = 0;
    int status = setup_side("rows", &geometry->rows, address, failure);
    if (!status)
        status = setup_side("cols", &geometry->cols, address, failure);
    if (!status)
        status = address_number(address, "pitch_mm", 0.1, 1000, &pitch_mm, failure);
    if (!status)
        status = address_number(address, "rate_hz", 0, 1e5, &geometry->rate_hz, failure);
    if (!status)
        status = address_number(address, "full_scale_kpa", 1e-3, 1e6, &full_scale_kpa, failure);
    if (status)
        return status;
    if (pitch_mm > 0)
        geometry->pitch_x_mm = geometry->pitch_y_mm = pitch_mm;
    if (full_scale_kpa > 0)
        geometry->scale_kpa = full_scale_kpa / geometry->full_scale;
    return STATUS_OK;
}

static int setup_bits(struct mat_setup *setup, const struct address *address,
                      struct failure *failure)
{
    const char *bits = address_get(address, "bits", NULL);
    if (!bits)
        return STATUS_OK;
    setup->bits = !strcmp(bits, "8") ? 8 : !strcmp(bits, "12") ? 12 : !strcmp(bits, "16") ? 16 : 0;
    if (!setup->bits)
        return failure_set(failure, STATUS_ARGUMENT, "%s:%s: bits=%s is not 8, 12 or 16",
                           address->scheme, address->target, bits);
    struct geometry *geometry = &setup->info.geometry;
    double full_scale_kpa = geometry->scale_kpa * geometry->full_scale;
    geometry->full_scale = (uint16_t)((1u << setup->bits) - 1);
    geometry->scale_kpa = full_scale_kpa / geometry->full_scale;
    return STATUS_OK;
}

int mat_setup_make(struct mat_setup *setup, const struct protocol *protocol,
                   const struct address *address, struct failure *failure)
{
    *setup = protocol->usual;
    memcpy(setup->info.protocol, protocol->name, strlen(protocol->name) + 1);
    if (!address)
        return STATUS_OK;
    int status = setup_bits(setup, address, failure);
    return status ? status : setup_numbers(&setup->info.geometry, address, failure);
}
