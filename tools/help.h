/**
 * @file help.h
 * What the program says about itself, made from the tables of verbs and parameters.
 */
#ifndef ROLLSCOPE_TOOLS_HELP_H
#define ROLLSCOPE_TOOLS_HELP_H

#include <stdio.h>

/** Prints how to call the program and the list of verbs. */
void help_verbs(FILE *stream);

#endif
