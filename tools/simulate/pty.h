/**
 * @file pty.h
 * Serves a simulated mat on a pseudo-terminal, as a mat on a serial port, or on the network.
 */
#ifndef ROLLSCOPE_SIMULATE_PTY_H
#define ROLLSCOPE_SIMULATE_PTY_H

#include "device.h"

/** How to serve. */
struct pty_serving {
    const char *link; /**< a symbolic link that will point to the terminal; replaced if it is one.
                           On the network: HOST:PORT */
    double speed;     /**< times real time; INFINITY: as fast as the host reads */
    bool (*stopped)(void *context); /**< asked at least ten times a second */
    /** Called once the link is there, or with the address. NULL: nobody */
    void (*ready)(void *context, const char *link);
    void *context;
};

/**
 * Serves until the session is over and the host has read it all (or does not for two seconds), or
 * until stopped. The link is taken away.
 * @return STATUS_OK; STATUS_BUSY where something that is no link is in the way; STATUS_SYSTEM
 */
int pty_serve(struct device *device, const struct pty_serving *serving, struct failure *failure);

/**
 * The same on the network, for one host at a time: one that hangs up is forgotten, and the next one
 * let in; the mat goes on meanwhile.
 * @return STATUS_OK; STATUS_ARGUMENT, STATUS_BUSY for the address; STATUS_SYSTEM
 */
int tcp_serve(struct device *device, const struct pty_serving *serving, struct failure *failure);

#endif
