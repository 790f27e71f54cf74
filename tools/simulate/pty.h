/**
 * @file pty.h
 * Serves a simulated mat on a pseudo-terminal, as a mat on a serial port.
 */
#ifndef ROLLSCOPE_SIMULATE_PTY_H
#define ROLLSCOPE_SIMULATE_PTY_H

#include "device.h"

/** How to serve. */
struct pty_serving {
    const char *link; /**< a symbolic link that will point to the terminal; replaced if it is one */
    double speed;     /**< times real time; INFINITY: as fast as the host reads */
    bool (*stopped)(void *context); /**< asked at least ten times a second */
    /** Called once the link is there. NULL: nobody */
    void (*ready)(void *context, const char *link);
    void *context;
};

/**
 * Serves until the session is over and the host has read it all (or does not for two seconds), or
 * until stopped. The link is taken away.
 * @return STATUS_OK; STATUS_BUSY where something that is no link is in the way; STATUS_SYSTEM
 */
int pty_serve(struct device *device, const struct pty_serving *serving, struct failure *failure);

#endif
