/**
 * @file shared_options.h
 * The table of the options that verbs share; for options.c.
 */
#ifndef ROLLSCOPE_TOOLS_SHARED_OPTIONS_H
#define ROLLSCOPE_TOOLS_SHARED_OPTIONS_H

#include "options.h"

/** In the place of an enum option_bit: `--config`, and what every verb takes. */
#define OPTION_CONFIG (1U << 30)
#define OPTION_ALWAYS 0U

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_PLACE, /**< text; without a value standard output */
    OPTION_NUMBER,
    OPTION_WHOLE,
    OPTION_TIMES, /**< number or `max` */
    OPTION_ASSIGNMENT,
    OPTION_HELP
};

struct shared_option {
    unsigned bit; /**< OPTION_ALWAYS, OPTION_CONFIG or an enum option_bit */
    int key;
    const char *name, *argument, *text;
    const char *setting; /**< "section.name" in the configuration; NULL: command line only */
    enum option_type type;
    size_t offset; /**< into struct options */
    double least, most;
};

#define SHARED_OPTION_MOST 64

/** @param count set to their number, at most SHARED_OPTION_MOST */
const struct shared_option *shared_options(size_t *count);

#endif
