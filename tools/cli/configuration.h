/**
 * @file configuration.h
 * The configuration file: `[section]`, `name = value`, comments after `;` or `#`.
 */
#ifndef ROLLSCOPE_TOOLS_CONFIGURATION_H
#define ROLLSCOPE_TOOLS_CONFIGURATION_H

#include "mat/mat.h"

#include <stddef.h>

/** Who takes the entries. */
struct configuration_sink {
    void *context;
    /** Takes one entry. @return STATUS_OK, or negative with what is wrong with it */
    int (*take)(void *context, const char *section, const char *name, const char *value,
                struct failure *failure);
};

/**
 * The user's own folder, `$XDG_CONFIG_HOME/rollscope` (XDG_CONFIG_HOME being `$HOME/.config` where
 * it is not set); it need not be there. @param path [size] filled in
 */
void configuration_folder(char *path, size_t size);

/**
 * The file read when none is named: `rollscope.conf` in the user's folder, else
 * `/etc/rollscope.conf`.
 * @param path [size] set to the first of them that exists
 * @return 1, or 0 when there is none
 */
int configuration_default(char *path, size_t size);

/**
 * Reads a configuration file, entry by entry.
 * @param failure "FILE:LINE: what is wrong" for the first entry that is refused
 * @return STATUS_OK or negative
 */
int configuration_read(const char *path, const struct configuration_sink *sink,
                       struct failure *failure);

#endif
