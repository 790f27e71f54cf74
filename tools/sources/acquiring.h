/**
 * @file acquiring.h
 * A source's frames onto the bus, until it is drained or a stop: what `acquire` and `replay` do.
 */
#ifndef ROLLSCOPE_TOOLS_ACQUIRING_H
#define ROLLSCOPE_TOOLS_ACQUIRING_H

#include "../cli/options.h"
#include "../cli/own.h"
#include "acquire/acquire.h"
#include "sources.h"

struct acquiring {
    const struct options *options; /**< bus, --for */
    const struct own *own;
    const char *name;        /**< of the source, as it is recorded */
    const char *calibration; /**< which, as calibration_choose() takes it */
    struct source_traits traits;
    /** Opens the source; again after a failure. @return as source_open() */
    int (*open)(void *context, struct source **source, struct failure *failure);
    void *context;
};

/** Signals are caught already. @return STATUS_OK or negative */
int acquiring_run(const struct acquiring *acquiring, struct failure *failure);

#endif
