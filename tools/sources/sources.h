/**
 * @file sources.h
 * Every kind of source by the scheme of its address.
 */
#ifndef ROLLSCOPE_TOOLS_SOURCES_H
#define ROLLSCOPE_TOOLS_SOURCES_H

#include "acquire/acquire.h"

#include <stdbool.h>

/** What can be told from an address alone. */
struct source_traits {
    bool again; /**< read again, it gives the same frames from the first one on */
    bool paced; /**< it waits for us: as fast as possible and nothing is lost */
};

/** Takes apart an address; empty: the first mat found.
 *  @return STATUS_OK or STATUS_ARGUMENT, also for a scheme that no source has */
int source_address(struct address *address, const char *text, struct failure *failure);

/** Takes an entry of `[mat]`: a parameter of an address; what its value means is known to whoever
 *  opens it. @return STATUS_OK, or STATUS_ARGUMENT for a name that is not known or given twice */
int source_setting(struct address *mat, const char *name, const char *value,
                   struct failure *failure);

/** Gives an address the parameters that the configuration has for the mat and the address does not
 *  say. A recorded or simulated session takes none. */
void source_configure(struct address *address, const struct address *mat);

struct source_traits source_traits(const struct address *address);

/** Opens the source of an address. @return as source_open() */
int source_open_any(struct source **source, const struct address *address, struct failure *failure);

#endif
