/**
 * @file follow.h
 * The events of a session file, also while somebody else records it.
 */
#ifndef ROLLSCOPE_TOOLS_FOLLOW_H
#define ROLLSCOPE_TOOLS_FOLLOW_H

#include "../cli/output.h"

/**
 * Prints the events of a session file; with options->follow as they appear in it, until it is
 * closed.
 * @param options files[0], follow
 * @param output where to; without a form in words, to standard output
 * @return STATUS_OK or negative
 */
int follow_session(const struct options *options, const struct output *output,
                   struct failure *failure);

#endif
