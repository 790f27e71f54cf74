#include "decoder.h"
#include "protocols/protocols.h"

#include <string.h>

static const struct protocol *const table[] = {
    &protocol_rollscope,
    &protocol_sensingtex,
    &protocol_sensitronics,
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

static int whole_number(const char *name, double most, uint16_t *value,
                        const struct address *address, struct failure *failure)
{
    double number = *value;
    int status = address_number(address, name, 1, most, &number, failure);
    if (status)
        return status;
    *value = (uint16_t)number;
    if (*value != number)
        status = failure_set(failure, STATUS_ARGUMENT, "%s:%s: %s=%g is not a whole number",
                             address->scheme, address->target, name, number);
    return status;
}

static int setup_grid(struct geometry *geometry, const struct address *address,
                      struct failure *failure)
{
    double pitch_mm = 0;
    int status = whole_number("rows", MAT_SIDE_MAX, &geometry->rows, address, failure);
    if (!status)
        status = whole_number("cols", MAT_SIDE_MAX, &geometry->cols, address, failure);
    if (!status)
        status = address_number(address, "pitch_mm", 0.1, 1000, &pitch_mm, failure);
    if (!status)
        status = address_number(address, "rate_hz", 0, 1e5, &geometry->rate_hz, failure);
    if (!status && pitch_mm > 0)
        geometry->pitch_x_mm = geometry->pitch_y_mm = pitch_mm;
    return status;
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
    setup->info.geometry.full_scale = (uint16_t)((1u << setup->bits) - 1);
    return STATUS_OK;
}

static int setup_scale(struct mat_setup *setup, const struct address *address,
                       struct failure *failure)
{
    struct geometry *geometry = &setup->info.geometry;
    int status = whole_number("full_scale", UINT16_MAX, &geometry->full_scale, address, failure);
    if (!status)
        status =
            address_number(address, "full_scale_kpa", 1e-3, 1e6, &setup->full_scale_kpa, failure);
    mat_setup_scale(setup, geometry->full_scale);
    return status;
}

static int setup_variant(struct mat_setup *setup, const struct protocol *protocol,
                         const struct address *address, struct failure *failure)
{
    const char *variant = address_get(address, "variant", NULL);
    if (!variant)
        return STATUS_OK;
    size_t length = strlen(variant);
    unsigned number = 1;
    for (const char *at = protocol->variants; at && *at; number++) {
        size_t word = strcspn(at, " ");
        if (word == length && !memcmp(at, variant, word)) {
            setup->variant = number;
            return STATUS_OK;
        }
        at += word + strspn(at + word, " ");
    }
    return failure_set(failure, STATUS_ARGUMENT,
                       "%s:%s: protocol %s has no variant '%s' (it has: %s)", address->scheme,
                       address->target, protocol->name, variant,
                       protocol->variants ? protocol->variants : "none");
}

void mat_setup_scale(struct mat_setup *setup, uint16_t full_scale)
{
    setup->info.geometry.full_scale = full_scale;
    setup->info.geometry.scale_kpa =
        setup->full_scale_kpa > 0 ? setup->full_scale_kpa / full_scale : 1.0;
}

int mat_setup_make(struct mat_setup *setup, const struct protocol *protocol,
                   const struct address *address, struct failure *failure)
{
    *setup = protocol->usual;
    memcpy(setup->info.protocol, protocol->name, strlen(protocol->name) + 1);
    if (!address)
        return STATUS_OK;
    int status = setup_variant(setup, protocol, address, failure);
    if (!status)
        status = setup_bits(setup, address, failure);
    if (!status)
        status = setup_scale(setup, address, failure);
    return status ? status : setup_grid(&setup->info.geometry, address, failure);
}
