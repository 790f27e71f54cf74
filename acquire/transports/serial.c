#include "transports.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITE_MS       20
#define BAUD_MAX       12000000
#define BAUD_OTHERWISE 115200

static const char by_usb_serial[] = "by-usb-serial/";

struct serial {
    struct sp_port *port; /* NULL: gone */
    int descriptor;
    char target[ADDRESS_SIZE]; /* what the address names */
    char label[ADDRESS_SIZE + 16];
    char usb_serial[128]; /* empty: none */
    char line[32];
    int baud;
};

static bool usb_serial_is(struct sp_port *port, const char *wanted)
{
    const char *found = sp_get_port_usb_serial(port);
    return found && *wanted && !strcmp(found, wanted);
}

/* The name of the port with that USB serial number. False: there is none. */
static bool name_by_usb_serial(char *name, size_t size, const char *usb_serial)
{
    struct sp_port **ports;
    if (sp_list_ports(&ports) != SP_OK)
        return false;
    bool found = false;
    for (size_t i = 0; ports[i] && !found; i++)
        if (usb_serial_is(ports[i], usb_serial)) {
            snprintf(name, size, "%s", sp_get_port_name(ports[i]));
            found = true;
        }
    sp_free_port_list(ports);
    return found;
}

/* Finds the port that the address names: itself, or behind a link. */
static int port_find(struct serial *serial, struct failure *failure)
{
    const char *target = serial->target;
    char name[NAME_MAX];
    if (!strncmp(target, by_usb_serial, strlen(by_usb_serial))) {
        if (!name_by_usb_serial(name, sizeof name, target + strlen(by_usb_serial)))
            return failure_set(failure, STATUS_NOT_FOUND, "%s: no such USB serial number",
                               serial->label);
        target = name;
    }
    if (sp_get_port_by_name(target, &serial->port) == SP_OK)
        return STATUS_OK;
    char resolved[PATH_MAX];
    if (!realpath(target, resolved))
        return failure_system(failure, errno, "%s", serial->label);
    if (sp_get_port_by_name(resolved, &serial->port) != SP_OK)
        return failure_set(failure, STATUS_NOT_FOUND,
                           "%s is no serial port (a pseudo-terminal is opened with pty:%s)",
                           serial->label, serial->target);
    return STATUS_OK;
}

static int open_failure(const struct serial *serial, struct failure *failure)
{
    int error = sp_last_error_code();
    if (error == EBUSY)
        return failure_set(failure, STATUS_BUSY, "%s is in use by another program", serial->label);
    if (error == EACCES)
        return failure_set(failure, STATUS_SYSTEM,
                           "%s: permission denied (the group dialout may open it)", serial->label);
    return failure_system(failure, error, "%s cannot be opened", serial->label);
}

static int port_set_up(struct serial *serial, struct failure *failure)
{
    struct sp_port *port = serial->port;
    if (sp_set_bits(port, 8) != SP_OK || sp_set_parity(port, SP_PARITY_NONE) != SP_OK ||
        sp_set_stopbits(port, 1) != SP_OK || sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE) != SP_OK)
        return failure_system(failure, sp_last_error_code(), "%s: 8N1 cannot be set",
                              serial->label);
    if (sp_set_baudrate(port, serial->baud) != SP_OK)
        return failure_system(failure, sp_last_error_code(), "%s: %d baud cannot be set",
                              serial->label, serial->baud);
    return STATUS_OK;
}

static int port_claim(struct serial *serial, struct failure *failure)
{
    if (sp_get_port_handle(serial->port, &serial->descriptor) != SP_OK)
        return failure_system(failure, sp_last_error_code(), "%s", serial->label);
    fcntl(serial->descriptor, F_SETFD, FD_CLOEXEC);
    return descriptor_claim(serial->descriptor, serial->label, failure);
}

static void port_close(struct serial *serial)
{
    if (!serial->port)
        return;
    sp_close(serial->port);
    sp_free_port(serial->port);
    serial->port = NULL;
}

static int port_open(struct serial *serial, struct failure *failure)
{
    int status = port_find(serial, failure);
    if (!status && sp_open(serial->port, SP_MODE_READ_WRITE) != SP_OK) {
        status = open_failure(serial, failure);
        sp_free_port(serial->port);
        serial->port = NULL;
    }
    if (!status)
        status = port_claim(serial, failure);
    if (!status)
        status = port_set_up(serial, failure);
    if (status)
        port_close(serial);
    return status;
}

static int gone(struct serial *serial, struct failure *failure)
{
    port_close(serial);
    return failure_set(failure, STATUS_LOST, "%s is unplugged", serial->label);
}

static int serial_read(void *self, uint8_t *bytes, size_t size, int timeout_ms, int64_t *arrival_us,
                       struct failure *failure)
{
    struct serial *serial = self;
    if (!serial->port)
        return gone(serial, failure);
    int ready = descriptor_wait(serial->descriptor, POLLIN, timeout_ms);
    if (ready == 0)
        return 0;
    int count = ready < 0 ? 0 : (int)sp_nonblocking_read(serial->port, bytes, size);
    *arrival_us = clock_now_us();
    return count > 0 ? count : gone(serial, failure);
}

static int serial_write(void *self, const uint8_t *bytes, size_t size, struct failure *failure)
{
    struct serial *serial = self;
    while (size > 0) {
        int ready = serial->port ? descriptor_wait(serial->descriptor, POLLOUT, WRITE_MS) : -1;
        if (ready == 0)
            return failure_set(failure, STATUS_BUSY, "%s takes no bytes", serial->label);
        if (ready < 0)
            return gone(serial, failure);
        int count = (int)sp_nonblocking_write(serial->port, bytes, size);
        if (count < 0)
            return gone(serial, failure);
        bytes += count;
        size -= (size_t)count;
    }
    return STATUS_OK;
}

/* The port under its old name, or the same device under another one. */
static int serial_reopen(void *self, struct failure *failure)
{
    struct serial *serial = self;
    port_close(serial);
    if (*serial->usb_serial &&
        !name_by_usb_serial(serial->target, sizeof serial->target, serial->usb_serial))
        return gone(serial, failure);
    if (port_open(serial, failure))
        return gone(serial, failure);
    return STATUS_OK;
}

static const char *serial_line(void *self)
{
    return ((struct serial *)self)->line;
}

static void serial_close(void *self)
{
    port_close(self);
    free(self);
}

int serial_open(struct transport *transport, const struct address *address, unsigned baud,
                struct failure *failure)
{
    static const struct transport_ops ops = {.read = serial_read,
                                             .write = serial_write,
                                             .reopen = serial_reopen,
                                             .line = serial_line,
                                             .close = serial_close};
    double rate = baud ? baud : BAUD_OTHERWISE;
    int status = address_number(address, "baud", 50, BAUD_MAX, &rate, failure);
    if (status)
        return status;
    struct serial *serial = calloc(1, sizeof *serial);
    if (!serial)
        return failure_set(failure, STATUS_MEMORY, "serial:%s: out of memory", address->target);
    serial->baud = (int)rate;
    snprintf(serial->target, sizeof serial->target, "%s", address->target);
    snprintf(serial->label, sizeof serial->label, "serial:%s", address->target);
    snprintf(serial->line, sizeof serial->line, "%d 8N1", serial->baud);
    status = port_open(serial, failure);
    if (status) {
        free(serial);
        return status;
    }
    const char *usb_serial = sp_get_port_usb_serial(serial->port);
    snprintf(serial->usb_serial, sizeof serial->usb_serial, "%s", usb_serial ? usb_serial : "");
    *transport = (struct transport){&ops, serial};
    return STATUS_OK;
}

static void port_describe(struct port *port, const struct sp_port *found)
{
    const char *product = sp_get_port_description(found);
    const char *usb_serial = sp_get_port_usb_serial(found);
    snprintf(port->name, sizeof port->name, "%s", sp_get_port_name(found));
    snprintf(port->product, sizeof port->product, "%s", product ? product : "");
    snprintf(port->usb_serial, sizeof port->usb_serial, "%s", usb_serial ? usb_serial : "");
    port->usb = sp_get_port_transport(found) == SP_TRANSPORT_USB;
}

size_t port_list(struct port *ports, size_t most)
{
    struct sp_port **found;
    if (sp_list_ports(&found) != SP_OK)
        return 0;
    size_t count = 0;
    for (int usb = 1; usb >= 0; usb--)
        for (size_t i = 0; found[i] && count < most; i++)
            if ((sp_get_port_transport(found[i]) == SP_TRANSPORT_USB) == usb)
                port_describe(&ports[count++], found[i]);
    sp_free_port_list(found);
    return count;
}
