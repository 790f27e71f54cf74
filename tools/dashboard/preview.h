/**
 * @file preview.h
 * The mat before a session: `acquire` alone, of a session that nobody records, so that the page
 * can say what it finds. A source that cannot wait is tried again and again.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_PREVIEW_H
#define ROLLSCOPE_TOOLS_DASHBOARD_PREVIEW_H

#include "../cli/children.h"

#include "bus/bus.h"

struct preview {
    bool runs;
    struct child child;
    char session[BUS_SESSION_ID_SIZE];
};

/** Begins, unless the source gives its frames as fast as they are taken.
 *  @param source an address; empty: the first mat found */
void preview_begin(struct preview *preview, const char *source, const char *folder);

/** Looks after it. */
void preview_tend(struct preview *preview);

/** Ends it and waits until the mat is free. */
void preview_end(struct preview *preview);

#endif
