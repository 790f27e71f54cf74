/**
 * @file bench_mat.h
 * A simulated mat on a pseudo-terminal whose packets were made before, so that playing them costs
 * next to nothing, and that knows when the last byte of each frame was written.
 */
#ifndef ROLLSCOPE_TESTS_BENCH_BENCH_MAT_H
#define ROLLSCOPE_TESTS_BENCH_BENCH_MAT_H

#include <stdbool.h>
#include <stdint.h>

struct bench_mat;

/** Makes the packets of a session. @return NULL: it cannot be made */
struct bench_mat *bench_mat_create(unsigned side, double rate_hz, double duration_s);

/** The terminal that a host is to read. */
const char *bench_mat_path(const struct bench_mat *mat);

/** Waits for a host and plays everything. Runs until the end, or until stopped. */
void bench_mat_play(struct bench_mat *mat);

/** From another thread: leave. */
void bench_mat_stop(struct bench_mat *mat);

/** When the last byte of a frame was written, monotonic time, s; 0: it was not yet. */
double bench_mat_written_s(const struct bench_mat *mat, uint64_t frame);

/** How late the mat itself was with a frame, s: what the machine's load does to any timer. */
double bench_mat_late_s(const struct bench_mat *mat, uint64_t frame);

/** Frames written, and frames of which some byte found no room: the host did not read. */
uint64_t bench_mat_frames(const struct bench_mat *mat);
uint64_t bench_mat_refused(const struct bench_mat *mat);

#endif
