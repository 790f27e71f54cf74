/**
 * @file verbs.h
 * The verbs of the program: one verb, one file, one descriptor. main.c holds the table of them;
 * `rollscope help`, usage lines and option checks are made from it.
 */
#ifndef ROLLSCOPE_TOOLS_VERBS_H
#define ROLLSCOPE_TOOLS_VERBS_H

#include "cli/options.h"

/** Exit codes, as in docs/cli.md. */
enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/** A verb. */
struct verb {
    const char *name;
    const char *arguments; /**< positional arguments in the usage line, such as "FILE..." */
    const char *text;      /**< one line */
    struct option_request options;
    /** @param options parsed and checked. @return an enum exit_code */
    int (*run)(const struct options *options);
};

/** The verbs, in the order of the help. @param count set to their number */
const struct verb *const *verb_table(size_t *count);

/** The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

extern const struct verb verb_acquire;
extern const struct verb verb_analyze;
extern const struct verb verb_annotate;
extern const struct verb verb_bridge;
extern const struct verb verb_calibrate;
extern const struct verb verb_capture;
extern const struct verb verb_dashboard;
extern const struct verb verb_detect;
extern const struct verb verb_devices;
extern const struct verb verb_help;
extern const struct verb verb_import;
extern const struct verb verb_info;
extern const struct verb verb_keys;
extern const struct verb verb_live;
extern const struct verb verb_record;
extern const struct verb verb_recover;
extern const struct verb verb_replay;
extern const struct verb verb_score;
extern const struct verb verb_simulate;
extern const struct verb verb_verify;

#endif
