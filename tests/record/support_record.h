/**
 * @file support_record.h
 * A session made by formulas that the Python side of the tests repeats: frame i is taken at
 * PATTERN_START_US + i * 10001 us, has sequence 100 + 2 i, flags i % 16 and in cell k the count
 * (7 i + 13 k) % 4096.
 */
#ifndef ROLLSCOPE_TESTS_RECORD_SUPPORT_H
#define ROLLSCOPE_TESTS_RECORD_SUPPORT_H

#include "mat/mat.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATTERN_START_US INT64_C(1798761599123457)
#define PATTERN_STEP_US  10001
#define PATTERN_ROWS     12
#define PATTERN_COLS     10

/* A calibration as text; nothing in record/ looks into it. */
#define PATTERN_CALIBRATION "{\"gain\":[1,2,\"\xc3\xb8\"]}"

#define PATTERN_FRAMES 57

/** A directory of its own for this test program, removed at exit. @return its path */
const char *scratch(void);

/** DIRECTORY/name, in a static buffer that the next four calls keep. */
const char *scratch_file(const char *name);

/** What the pattern says of itself: 12 x 10 cells of 8.1 x 7.9 mm, 200 kPa at 4095. */
struct session_about pattern_about(void);

/** Frame i of the pattern; its cells stay valid until the next call. */
struct frame pattern_frame(uint64_t i);

/** An event of a type whose every number is a formula of i and the column; numbered `number`. */
struct event pattern_event(enum event_type type, uint32_t i, uint64_t number);

/** The same, said at frame i. */
struct event pattern_event_at(enum event_type type, uint32_t i, uint64_t number);

/** Two strokes, one hold, three spots. */
struct truth pattern_truth(void);

/* Counters after so many frames. Returns how many there are, 2. */
size_t pattern_counters(struct session_counter *counters, double frames);

/** Writes the whole pattern: frames, three events a kind, summary, truth, maps of 0.57 s in which
 *  cell i of map b has 1000 b + i. */
void pattern_write(const char *path, bool swmr);

/** Begins to record a session of the pattern, with counters and slow_mm_s = 42. */
struct recorder *pattern_recorder(const char *path);

/** Opens what such a recorder left, and compares all that it wrote, events aside.
 *  @param least frames that must be there @return the session, to be closed */
struct session *check_opens(const char *path, uint64_t least, bool closed);

/** Runs a Python file of this folder with up to two arguments; its exit code. */
int run_python(const char *script, const char *first, const char *second);

#endif
