/**
 * @file transports.h
 * The transports that are built in. Inside acquire/ only.
 *
 * Each open function sets ops and self, or returns negative with a failure that names the port,
 * host or file. See struct transport_ops for the rest.
 */
#ifndef ROLLSCOPE_ACQUIRE_TRANSPORTS_H
#define ROLLSCOPE_ACQUIRE_TRANSPORTS_H

#include "../acquire.h"

/** An open transport. */
struct transport {
    const struct transport_ops *ops;
    void *self;
};

/** `serial:NAME`, through libserialport; NAME is a device, a link to one, or by-usb-serial/SERIAL.
 *  @param baud where the address gives none */
int serial_open(struct transport *transport, const struct address *address, unsigned baud,
                struct failure *failure);

/** `pty:PATH` and `tcp://HOST:PORT`, a descriptor used as it is. */
int stream_open(struct transport *transport, const struct address *address,
                struct failure *failure);

/** `file:CAPTURE`, a line a read: milliseconds since the line before, comma, base64. */
int capture_open(struct transport *transport, const struct address *address,
                 struct failure *failure);

/** Puts a tap before an open transport, which it takes over on success. */
int tap_open(struct transport *transport, const struct source_tap *shown, struct failure *failure);

/** CLOCK_BOOTTIME in microseconds. */
int64_t clock_now_us(void);

/** Waits for a descriptor. @param events as poll(2). @return 1 ready, 0 time over, -1 hung up. */
int descriptor_wait(int descriptor, short events, int timeout_ms);

/** Takes a device for this process alone. @return STATUS_OK, or STATUS_BUSY naming the holder where
 *  the system tells it. */
int descriptor_claim(int descriptor, const char *name, struct failure *failure);

#endif
