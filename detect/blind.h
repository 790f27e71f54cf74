/**
 * @file blind.h
 * Lines of cells that never answer: what is narrower than one is not seen while it rolls over it.
 */
#ifndef ROLLSCOPE_DETECT_BLIND_H
#define ROLLSCOPE_DETECT_BLIND_H

#include "patches.h"

/** How far a contact may go without being seen, mm: over the lines beside it and under it that are
 *  dead as far as it reaches, and over as much of its own cells as it may have left unseen.
 *  @return 0: there are none. Test: tests/detect/test_detector.c */
double blind_way_mm(const struct geometry *geometry, const struct pressure *pressure,
                    const struct moments *moments);

#endif
