#include "feed.h"
#include "join.h"

#include <stdio.h>
#include <string.h>

#define BAUD_USUAL 115200
#define PORTS_MAX  32

/* The protocol that the address names; NULL for "auto". */
static int protocol_of(const struct address *address, const struct protocol **protocol,
                       struct failure *failure)
{
    const char *name = address_get(address, "protocol", "auto");
    *protocol = protocol_find(name);
    if (*protocol || !strcmp(name, "auto"))
        return STATUS_OK;
    char known[256] = "auto";
    size_t count;
    const struct protocol *const *table = protocol_table(&count);
    for (size_t i = 0; i < count; i++) {
        strncat(known, ", ", sizeof known - strlen(known) - 1);
        strncat(known, table[i]->name, sizeof known - strlen(known) - 1);
    }
    return failure_set(failure, STATUS_ARGUMENT, "%s:%s: unknown protocol '%s' (known: %s)",
                       address->scheme, address->target, name, known);
}

/* How a source is to be opened. */
struct opening {
    const struct address *address;
    const struct source_tap *tap; /* NULL: none */
    bool prove; /* the mat must be heard first, even where its protocol is named */
};

/* Takes the transport over. */
static int transport_open_source(struct source **source, struct transport *transport,
                                 const struct opening *opening, struct failure *failure)
{
    *source = NULL;
    const struct address *address = opening->address;
    const struct protocol *protocol;
    struct probe probe = {.size = 0};
    int status = opening->tap ? tap_open(transport, opening->tap, failure) : STATUS_OK;
    if (!status)
        status = protocol_of(address, &protocol, failure);
    if (!status && (!protocol || opening->prove))
        status = probe_run(&probe, transport, address, protocol, failure);
    else if (!status)
        status = mat_setup_make(&probe.setup, protocol, address, failure);
    if (!status && !probe.protocol)
        probe.protocol = protocol;
    if (status) {
        probe_free(&probe);
        transport->ops->close(transport->self);
        return status;
    }
    return feed_open(source, transport, &probe, failure);
}

int source_open_transport(struct source **source, const struct transport_ops *ops, void *transport,
                          const struct address *address, struct failure *failure)
{
    struct transport taken = {ops, transport};
    const struct opening opening = {.address = address};
    return transport_open_source(source, &taken, &opening, failure);
}

static int serial_open_at(struct source **source, const struct opening *opening, unsigned baud,
                          struct failure *failure)
{
    struct transport transport;
    int status = serial_open(&transport, opening->address, baud, failure);
    return status ? status : transport_open_source(source, &transport, opening, failure);
}

static void parameter_add(struct address *address, const char *name, const char *value)
{
    if (!value || address_get(address, name, NULL) || address->count == ADDRESS_PARAMETERS_MAX)
        return;
    snprintf(address->parameters[address->count].name, sizeof address->parameters[0].name, "%s",
             name);
    snprintf(address->parameters[address->count++].value, sizeof address->parameters[0].value, "%s",
             value);
}

/* Listens for one protocol at one of its rates. */
static int serial_try_rate(struct source **source, const struct opening *opening,
                           const struct protocol *protocol, unsigned baud, const char *variant)
{
    struct address address = *opening->address;
    struct opening again = *opening;
    parameter_add(&address, "protocol", protocol->name);
    parameter_add(&address, "variant", variant);
    again.address = &address;
    again.prove = true;
    return serial_open_at(source, &again, baud, NULL);
}

/* Listens at the other rates at which mats are sold. */
static int serial_try_rates(struct source **source, const struct opening *opening)
{
    size_t count;
    const struct protocol *const *table = protocol_table(&count);
    for (size_t i = 0; i < count; i++) {
        bool usual = table[i]->baud == 0 || table[i]->baud == BAUD_USUAL;
        if (!usual && serial_try_rate(source, opening, table[i], table[i]->baud, NULL) == STATUS_OK)
            return STATUS_OK;
        for (size_t k = 0; k < 2 && table[i]->other_rates[k].baud; k++)
            if (serial_try_rate(source, opening, table[i], table[i]->other_rates[k].baud,
                                table[i]->other_rates[k].variant) == STATUS_OK)
                return STATUS_OK;
    }
    return STATUS_NOT_FOUND;
}

static int serial_open_source(struct source **source, const struct opening *opening,
                              struct failure *failure)
{
    const struct protocol *protocol;
    int status = protocol_of(opening->address, &protocol, failure);
    if (status)
        return status;
    status = serial_open_at(source, opening, protocol ? protocol->baud : BAUD_USUAL, failure);
    bool unheard = status == STATUS_FORMAT || status == STATUS_NOT_FOUND;
    if (unheard && !protocol && !address_get(opening->address, "baud", NULL) &&
        serial_try_rates(source, opening) == STATUS_OK)
        return STATUS_OK;
    return status;
}

/* The first port that answers as a mat. */
static int serial_auto(struct source **source, const struct opening *opening,
                       struct failure *failure)
{
    struct port ports[PORTS_MAX];
    size_t count = port_list(ports, PORTS_MAX);
    struct failure last = {0};
    for (size_t i = 0; i < count; i++) {
        struct address port = *opening->address;
        struct opening here = {&port, opening->tap, true};
        snprintf(port.target, sizeof port.target, "%.*s", PORT_NAME_SIZE - 1, ports[i].name);
        if (serial_open_source(source, &here, &last) == STATUS_OK)
            return STATUS_OK;
    }
    if (count == 0)
        return failure_set(failure, STATUS_NOT_FOUND, "serial:auto: there is no serial port");
    return failure_set(failure, STATUS_NOT_FOUND, "serial:auto: no mat on %zu port%s (%.300s)",
                       count, count == 1 ? "" : "s", last.text);
}

int source_open_tapped(struct source **source, const struct address *address,
                       const struct source_tap *tap, struct failure *failure)
{
    *source = NULL;
    const struct opening opening = {address, tap, false};
    if (!strcmp(address->scheme, "join"))
        return join_open(source, address, failure);
    bool serial = !strcmp(address->scheme, "serial"), file = !strcmp(address->scheme, "file");
    bool stream = !strcmp(address->scheme, "pty") || !strcmp(address->scheme, "tcp");
    if (!serial && !file && !stream)
        return failure_set(failure, STATUS_UNSUPPORTED, "%s:%s: no such kind of source",
                           address->scheme, address->target);
    const struct protocol *protocol;
    int status = address_check(address, serial ? "baud" : file ? "speed epoch_s" : "", failure);
    if (!status)
        status = protocol_of(address, &protocol, failure);
    if (status)
        return status;
    if (serial)
        return strcmp(address->target, "auto") ? serial_open_source(source, &opening, failure)
                                               : serial_auto(source, &opening, failure);
    struct transport transport;
    status = file ? capture_open(&transport, address, failure)
                  : stream_open(&transport, address, failure);
    return status ? status : transport_open_source(source, &transport, &opening, failure);
}

int source_open(struct source **source, const struct address *address, struct failure *failure)
{
    return source_open_tapped(source, address, NULL, failure);
}
