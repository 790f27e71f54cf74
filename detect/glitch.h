/**
 * @file glitch.h
 * Frames that cannot be: nobody covers half a mat from one frame to the next and is gone again. A
 * readout that trips sends such frames; they are not looked at.
 */
#ifndef ROLLSCOPE_DETECT_GLITCH_H
#define ROLLSCOPE_DETECT_GLITCH_H

#include "mat/mat.h"

#include <stdbool.h>

/** What was loaded before. Zeroed: nothing is known yet. */
struct glitch {
    bool started, doubted;
    double share; /**< of the cells that were loaded in the last frame that was believed */
    double since_s;
};

/** Takes a frame. @param sigma of a loaded cell @return true: it is a glitch, or looks like one */
bool glitch_push(struct glitch *glitch, const struct pressure *pressure, double sigma);

#endif
