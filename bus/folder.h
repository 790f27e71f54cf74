/**
 * @file folder.h
 * The names in a bus folder.
 */
#ifndef ROLLSCOPE_BUS_FOLDER_H
#define ROLLSCOPE_BUS_FOLDER_H

#include "bus.h"

/** Longest path or endpoint in a bus folder, with the closing zero. */
#define BUS_PATH_SIZE 128

/** `ipc://<folder>/<name><suffix>` */
void bus_endpoint(char path[BUS_PATH_SIZE], const char *folder, const char *name,
                  const char *suffix);

/** `<folder>/<name>.ring` */
void bus_ring_path(char path[BUS_PATH_SIZE], const char *folder, const char *name);

#endif
