/**
 * @file follow.h
 * Reads along while somebody else records a session.
 */
#ifndef ROLLSCOPE_TOOLS_FOLLOW_H
#define ROLLSCOPE_TOOLS_FOLLOW_H

#include "../cli/options.h"

/**
 * Prints the events of a session file (without contacts' tracks) as they appear in it, until the
 * file is closed.
 * @param options files[0], json. @return an enum exit_code
 */
int follow_session(const struct options *options);

#endif
