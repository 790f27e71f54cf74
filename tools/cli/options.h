/**
 * @file options.h
 * One table of the options that verbs share; each has a sane default. A verb names those that it
 * takes (enum option_bit) and may bring its own. The configuration file sets some of them too; the
 * command line wins.
 */
#ifndef ROLLSCOPE_TOOLS_OPTIONS_H
#define ROLLSCOPE_TOOLS_OPTIONS_H

#include "acquire/acquire.h"
#include "mat/mat.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The shared options. Every verb takes `--help` and `--quiet`; those that take something which the
 *  configuration file may set take `--config FILE`. */
enum option_bit {
    OPTION_SOURCE = 1 << 0,
    OPTION_OUTPUT = 1 << 1,
    OPTION_FOR = 1 << 2,
    OPTION_JSON = 1 << 3,
    OPTION_SET = 1 << 4,
    OPTION_BUS = 1 << 5,
    OPTION_JOBS = 1 << 6,
    OPTION_NO_DASHBOARD = 1 << 7,
    OPTION_SEED = 1 << 8,
    OPTION_SCENARIO = 1 << 9,
    OPTION_SPEED = 1 << 10,
    OPTION_FROM = 1 << 11,
    OPTION_TO = 1 << 12,
    OPTION_FOLLOW = 1 << 13,
    OPTION_PTY = 1 << 14,
    OPTION_PROTOCOL = 1 << 15,
    OPTION_FORMS = 1 << 16,  /**< --json[=FILE], --csv[=FILE], --kv[=FILE], --events, --metrics */
    OPTION_MAT = 1 << 17,    /**< no option: `[mat]` of the configuration is wanted */
    OPTION_LISTEN = 1 << 18, /**< --listen, --curve */
};

/** How events are written for programs. */
enum option_form { FORM_JSON, FORM_CSV, FORM_KV, OPTION_FORM_COUNT };

/** The value of `forms` for standard output. */
#define OPTION_STDOUT "-"

#define OPTION_TEXT_SIZE 512

/** What the command line and the configuration say. Texts that were not given are empty. */
struct options {
    char source[OPTION_TEXT_SIZE]; /**< an address; empty: the first mat found */
    char output[OPTION_TEXT_SIZE];
    char bus[OPTION_TEXT_SIZE]; /**< empty: the bus's default */
    char scenario[OPTION_TEXT_SIZE];
    char pty[OPTION_TEXT_SIZE];
    char protocol[OPTION_TEXT_SIZE];
    char forms[OPTION_FORM_COUNT][OPTION_TEXT_SIZE]; /**< where to; empty: not wanted */
    char events[OPTION_TEXT_SIZE];                   /**< names of the kinds that are written */
    char config[OPTION_TEXT_SIZE];                   /**< of `--config` */
    struct address mat;            /**< parameters of a mat that its address does not give */
    char listen[OPTION_TEXT_SIZE]; /**< tcp://HOST:PORT; empty: from this machine only */
    double for_s;                  /**< INFINITY: no limit */
    double speed;        /**< times real time, > 0; INFINITY: as fast as it goes. Default 1 */
    double from_s, to_s; /**< seconds since the first frame; 0 and INFINITY: all */
    uint64_t jobs;       /**< >= 1; default: the processors this process may use */
    uint64_t seed;       /**< default 1 */
    bool curve;          /**< keys on loopback too */
    bool metrics;        /**< metrics are written too */
    bool json, follow, no_dashboard, quiet;
    struct parameters parameters; /**< defaults, configuration, then `--set` */

    unsigned given;     /**< enum option_bit of those on the command line */
    char *const *files; /**< [file_count] positional arguments; part of argv */
    size_t file_count;
    void *own;     /**< what the verb's own options were stored in */
    int exit_code; /**< when options_parse() says to stop */
};

/** What a verb takes. */
struct option_request {
    unsigned shared;                  /**< enum option_bit, or-ed */
    unsigned files_least, files_most; /**< positional arguments; files_most 0: none */
    /** The verb's own options, ended by {0}; keys >= OPTION_OWN, or a letter. NULL: none. */
    const struct argp_option *own;
    /** Stores one of them. @param storage struct options' own. @return STATUS_OK or negative */
    int (*take)(void *storage, int key, const char *value, struct failure *failure);
    void *storage; /**< given to take() */
};

/** The first key of a verb's own options. */
#define OPTION_OWN 1024

struct verb;

/**
 * Parses a verb's command line and the configuration file. On wrong usage one line goes to
 * standard error, `--help` goes to standard output.
 * @param options filled in; files point into argv
 * @param argv [argc] argv[0] is skipped
 * @return true: run the verb; false: leave with options->exit_code
 */
bool options_parse(struct options *options, const struct verb *verb, int argc, char **argv);

/**
 * Reads a number as options do: C locale, nothing after it, finite, within its range.
 * @param name of the option, for the failure
 * @return STATUS_OK or STATUS_ARGUMENT
 */
int option_number(double *number, const char *name, const char *value, double least, double most,
                  struct failure *failure);

#endif
