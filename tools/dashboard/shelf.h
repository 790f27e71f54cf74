/**
 * @file shelf.h
 * The files of the page, read once when the server starts. A request names one of them or nothing:
 * no path is ever made from it.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_SHELF_H
#define ROLLSCOPE_TOOLS_DASHBOARD_SHELF_H

#include "mat/mat.h"

#include <stddef.h>

#define SHELF_MOST 64

struct shelf {
    struct shelf_file {
        char name[64];    /**< as asked for: "/style.css"; "/" is index.html */
        const char *type; /**< media type */
        char *bytes;      /**< [size] */
        size_t size;
    } files[SHELF_MOST];
    size_t count;
};

/** Reads the files from beside the program (`page/`), or from where they are installed
 *  (`../share/rollscope/page/`). @return STATUS_OK; STATUS_NOT_FOUND, STATUS_SYSTEM, STATUS_MEMORY
 */
int shelf_fill(struct shelf *shelf, struct failure *failure);

/** @return NULL where nothing is called so */
const struct shelf_file *shelf_find(const struct shelf *shelf, const char *name);

void shelf_clear(struct shelf *shelf);

#endif
