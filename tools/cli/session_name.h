/**
 * @file session_name.h
 * What a recording is called when nobody says.
 */
#ifndef ROLLSCOPE_TOOLS_SESSION_NAME_H
#define ROLLSCOPE_TOOLS_SESSION_NAME_H

#include <stddef.h>

/** A name that no file has: `rollscope-20261121T185530Z.h5` in the folder `sessions` where there is
 *  one, else here. Sorts by time; UTC. */
void session_name(char *path, size_t size);

#endif
