/**
 * @file device.h
 * A simulated mat that speaks a protocol: what an emulator sends of a simulation, on the mat's own
 * clock. Moves no bytes anywhere and waits for nobody: whoever has it does.
 *
 * The session begins when the host first makes the mat stream; until then no time passes.
 */
#ifndef ROLLSCOPE_SIMULATE_DEVICE_H
#define ROLLSCOPE_SIMULATE_DEVICE_H

#include "simulate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;

/**
 * @param protocol a name of protocol_table()
 * @param failure as simulation_create(); STATUS_NOT_FOUND for an unknown protocol,
 *        STATUS_UNSUPPORTED for a mat that the protocol cannot carry
 * @return NULL on failure. One thread at a time.
 */
struct device *device_create(struct simulation *simulation, const char *protocol,
                             struct failure *failure);

/** Takes bytes [size] from the host. */
void device_receive(struct device *device, const uint8_t *bytes, size_t size);

/** Moves up to `size` waiting bytes out. @return how many */
size_t device_output(struct device *device, uint8_t *bytes, size_t size);

/** Whether the mat streams, or was asked for a frame. */
bool device_streaming(const struct device *device);

/**
 * When the next scan is, microseconds of the session's time.
 * @return 1, 0 before the session has begun, or STATUS_END
 */
int device_due_us(struct device *device, int64_t *due_us);

/** Does that scan, and presents the mat once a second; sends what the host wants of it. */
void device_scan(struct device *device);

/** UTC of the session's time 0, microseconds. */
int64_t device_epoch_us(const struct device *device);

/** The simulation is given back too. NULL is allowed. */
void device_destroy(struct device *device);

#endif
