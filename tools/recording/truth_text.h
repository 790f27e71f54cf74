/**
 * @file truth_text.h
 * What really happened in a session, written by hand: docs/annotation.md describes the text.
 */
#ifndef ROLLSCOPE_TOOLS_TRUTH_TEXT_H
#define ROLLSCOPE_TOOLS_TRUTH_TEXT_H

#include "mat/mat.h"

/**
 * Reads a text file. Events may stand in any order; they come out by start.
 * @param truth filled in; truth_free() gives it back
 * @param failure names the file, the line and what is wrong
 * @return STATUS_OK, STATUS_NOT_FOUND, STATUS_SYSTEM, STATUS_FORMAT, STATUS_MEMORY
 */
int truth_text_read(struct truth *truth, const char *path, struct failure *failure);

#endif
