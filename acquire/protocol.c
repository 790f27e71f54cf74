#include "decoder.h"
#include "protocols/protocols.h"

#include <sodium.h>
#include <string.h>

static const struct protocol *const table[] = {
    &protocol_rollscope, &protocol_sensingtex, &protocol_sensitronics, &protocol_sensingtex_matrix,
    &protocol_jq,        &protocol_flexitac,   &protocol_sensel,       &protocol_wiresens,
    &protocol_described, &protocol_text,
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

size_t protocol_say(const struct protocol *protocol, const struct mat_setup *setup,
                    enum host_word word, uint8_t *bytes)
{
    return protocol->say ? protocol->say(setup, word, bytes) : 0;
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

/* Bytes as hexadecimal digits. */
static int setup_mark(const char *name, uint8_t *mark, size_t *size, const struct address *address,
                      struct failure *failure)
{
    const char *text = address_get(address, name, NULL);
    if (!text)
        return STATUS_OK;
    const char *end;
    if (sodium_hex2bin(mark, WIRE_MARK_SIZE, text, strlen(text), NULL, size, &end) || *end ||
        *size == 0)
        return failure_set(failure, STATUS_ARGUMENT,
                           "%s:%s: %s=%s is not 1 to %d bytes in hexadecimal", address->scheme,
                           address->target, name, text, WIRE_MARK_SIZE);
    return STATUS_OK;
}

static int setup_format(struct wire_format *format, const struct address *address,
                        struct failure *failure)
{
    static const char *const cells[] = {"u8", "u16le", "u16be"};
    const char *cell = address_get(address, "cell", cells[format->cell]);
    for (size_t i = 0; i < 3; i++)
        if (!strcmp(cells[i], cell))
            format->cell = (enum wire_cell)i;
    if (strcmp(cell, cells[format->cell]) != 0)
        return failure_set(failure, STATUS_ARGUMENT, "%s:%s: cell=%s is not u8, u16le or u16be",
                           address->scheme, address->target, cell);
    double before = (double)format->before, after = (double)format->after;
    int status = setup_mark("head", format->head, &format->head_size, address, failure);
    if (!status)
        status = setup_mark("tail", format->tail, &format->tail_size, address, failure);
    if (!status)
        status = address_number(address, "before", 0, 4096, &before, failure);
    if (!status)
        status = address_number(address, "after", 0, 4096, &after, failure);
    format->before = (size_t)before;
    format->after = (size_t)after;
    return status;
}

static int setup_change(struct grid_change *change, const struct address *address,
                        struct failure *failure)
{
    const char *flip = address_get(address, "flip", change->flip_x ? "x" : "");
    const char *transpose = address_get(address, "transpose", "0");
    const char *rows = address_get(address, "row_order", change->row_order);
    const char *cols = address_get(address, "col_order", change->col_order);
    if (flip[strspn(flip, "xy")] || strlen(flip) > 2 || strlen(transpose) != 1 ||
        !strchr("01", *transpose))
        return failure_set(failure, STATUS_ARGUMENT,
                           "%s:%s: flip=%s is not x, y or xy, or transpose=%s not 0 or 1",
                           address->scheme, address->target, flip, transpose);
    if (strlen(rows) >= sizeof change->row_order || strlen(cols) >= sizeof change->col_order)
        return failure_set(failure, STATUS_ARGUMENT, "%s:%s: row_order or col_order is too long",
                           address->scheme, address->target);
    change->flip_x = strchr(flip, 'x');
    change->flip_y = strchr(flip, 'y');
    change->transpose = *transpose == '1';
    memmove(change->row_order, rows, strlen(rows) + 1);
    memmove(change->col_order, cols, strlen(cols) + 1);
    return STATUS_OK;
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
    int status = address ? setup_variant(setup, protocol, address, failure) : STATUS_OK;
    if (!status && protocol->vary)
        protocol->vary(setup);
    if (status || !address)
        return status;
    status = setup_bits(setup, address, failure);
    if (!status)
        status = setup_scale(setup, address, failure);
    if (!status)
        status = setup_format(&setup->format, address, failure);
    if (!status)
        status = setup_change(&setup->change, address, failure);
    uint16_t rows = setup->info.geometry.rows;
    if (!status)
        status = setup_grid(&setup->info.geometry, address, failure);
    /* The variant's own order is one of the variant's own rows. */
    if (setup->info.geometry.rows != rows && !address_get(address, "row_order", NULL))
        setup->change.row_order[0] = 0;
    return status;
}
