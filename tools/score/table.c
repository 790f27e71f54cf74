#include "table.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define NAME_WIDTH  20
#define CELL_WIDTH  7
#define TRIAL_WIDTH 28

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : NAN;
}

static void cell(FILE *stream, double value, int digits)
{
    if (isnan(value))
        fprintf(stream, " %*s", CELL_WIDTH, "-");
    else
        fprintf(stream, " %*.*f", CELL_WIDTH, digits, value);
}

void table_head(FILE *stream)
{
    static const char *const heads[] = {"sess",   "strokes", "prec",   "recall", "F1",
                                        "exact%", "in1%",    "end.50", "end95",  "hold",
                                        "spots",  "spotF1",  "pitch",  "lat.50", "lat95"};
    fprintf(stream, "%-*s", NAME_WIDTH, "scenario");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        fprintf(stream, " %*s", CELL_WIDTH, heads[i]);
    fprintf(stream, "\n");
}

void table_row(FILE *stream, const char *name, struct score *score)
{
    fprintf(stream, "%-*.*s", NAME_WIDTH, NAME_WIDTH, name);
    cell(stream, (double)score->sessions, 0);
    cell(stream, (double)score->strokes.truth, 0);
    cell(stream, tally_precision(&score->strokes), 3);
    cell(stream, tally_recall(&score->strokes), 3);
    cell(stream, tally_f1(&score->strokes), 3);
    cell(stream, percent(score->exact, score->sessions), 1);
    cell(stream, percent(score->within_one, score->sessions), 1);
    cell(stream, samples_quantile(&score->end_error_s, 0.5), 3);
    cell(stream, samples_quantile(&score->end_error_s, 0.95), 3);
    cell(stream, score_hold_agreement(score), 3);
    cell(stream, (double)score->spots.truth, 0);
    cell(stream, tally_f1(&score->spots), 3);
    cell(stream, samples_quantile(&score->spot_error_pitch, 0.5), 2);
    cell(stream, samples_quantile(&score->turn_latency_s, 0.5), 2);
    cell(stream, samples_quantile(&score->turn_latency_s, 0.95), 2);
    fprintf(stream, "\n");
}

static void figure(FILE *stream, const char *before, double value, int digits, const char *after)
{
    if (isnan(value))
        fprintf(stream, "%s-%s", before, after);
    else
        fprintf(stream, "%s%.*f%s", before, digits, value, after);
}

static void say_tally(FILE *stream, const char *name, const struct tally *tally)
{
    fprintf(stream, "%s: %" PRIu64 " true, %" PRIu64 " found, %" PRIu64 " matched", name,
            tally->truth, tally->found, tally->matched);
    figure(stream, ": precision ", tally_precision(tally), 3, "");
    figure(stream, ", recall ", tally_recall(tally), 3, "");
    figure(stream, ", F1 ", tally_f1(tally), 3, "\n");
}

static void say_quantiles(FILE *stream, const char *name, struct samples *samples)
{
    figure(stream, name, samples_quantile(samples, 0.5), 3, " s");
    figure(stream, ", 95 % ", samples_quantile(samples, 0.95), 3, " s\n");
}

static void say_bins(FILE *stream, const struct score *score)
{
    for (int i = 0; i < SCORE_BINS; i++)
        if (score->bin_found[i])
            fprintf(stream,
                    "confidence %.1f to %.1f: %" PRIu64 " spots, mean confidence %.2f, real %.2f\n",
                    (double)i / SCORE_BINS, (i + 1.0) / SCORE_BINS, score->bin_found[i],
                    score->bin_confidence[i] / (double)score->bin_found[i],
                    (double)score->bin_real[i] / (double)score->bin_found[i]);
}

static void say_spots(FILE *stream, struct score *score)
{
    say_tally(stream, "hot spots", &score->spots);
    figure(stream, "hot-spot error: median ", samples_quantile(&score->spot_error_mm, 0.5), 2,
           " mm");
    figure(stream, ", ", samples_quantile(&score->spot_error_pitch, 0.5), 2, " pitch");
    figure(stream,
           "; strokes within one: ", percent(score->spot_strokes_within_one, score->spots.matched),
           1, " %\n");
    fprintf(stream, "faint hot spots: %" PRIu64 " true, %" PRIu64 " found", score->faint_truth,
            score->faint_matched);
    figure(stream, " (", percent(score->faint_matched, score->faint_truth), 1, " %)");
    figure(stream, ", median error ", samples_quantile(&score->faint_error_mm, 0.5), 2, " mm\n");
    say_bins(stream, score);
}

void table_details(FILE *stream, struct score *score)
{
    say_tally(stream, "strokes", &score->strokes);
    say_quantiles(stream, "start error: median ", &score->start_error_s);
    say_quantiles(stream, "end error: median ", &score->end_error_s);
    say_quantiles(stream, "published after a turn: median ", &score->turn_latency_s);
    say_quantiles(stream, "published after a rest begins: median ", &score->rest_latency_s);
    fprintf(stream, "without a stroke: %.1f minutes, %" PRIu64 " strokes found in them\n",
            score->still_s / 60, score->still_strokes);
    fprintf(stream, "holds: %.1f s in both, %.1f s in either", score->hold_both_s,
            score->hold_either_s);
    figure(stream, ": agreement ", score_hold_agreement(score), 3, "\n");
    say_spots(stream, score);
}

void table_trial(FILE *stream, const struct trial *trial)
{
    const struct score *score = &trial->score;
    fprintf(stream,
            "%-*s seed %-8" PRIu64 " strokes %" PRIu64 "/%" PRIu64 "/%" PRIu64
            "  holds %.1f/%.1f s  spots %" PRIu64 "/%" PRIu64 "/%" PRIu64 "\n    %s\n",
            TRIAL_WIDTH, trial->name, trial->seed, score->strokes.truth, score->strokes.found,
            score->strokes.matched, score->hold_both_s, score->hold_either_s, score->spots.truth,
            score->spots.found, score->spots.matched, trial->words);
}

/* ---- JSON ---- */

static void set(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static void count(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_quantiles(json_t *object, const char *key, struct samples *samples)
{
    json_t *pair = json_object();
    set(pair, "median", samples_quantile(samples, 0.5));
    set(pair, "p95", samples_quantile(samples, 0.95));
    json_object_set_new(object, key, pair);
}

static void set_tally(json_t *object, const char *key, const struct tally *tally)
{
    json_t *inner = json_object();
    count(inner, "truth", tally->truth);
    count(inner, "found", tally->found);
    count(inner, "matched", tally->matched);
    set(inner, "precision", tally_precision(tally));
    set(inner, "recall", tally_recall(tally));
    set(inner, "f1", tally_f1(tally));
    json_object_set_new(object, key, inner);
}

static void set_spots(json_t *object, struct score *score)
{
    set_tally(object, "spots", &score->spots);
    set_quantiles(object, "spot_error_mm", &score->spot_error_mm);
    set_quantiles(object, "spot_error_pitch", &score->spot_error_pitch);
    count(object, "spot_strokes_within_one", score->spot_strokes_within_one);
    count(object, "faint_spots_truth", score->faint_truth);
    count(object, "faint_spots_matched", score->faint_matched);
    json_t *bins = json_array();
    for (int i = 0; i < SCORE_BINS; i++) {
        json_t *bin = json_object();
        count(bin, "found", score->bin_found[i]);
        count(bin, "real", score->bin_real[i]);
        set(bin, "mean_confidence",
            score->bin_found[i] ? score->bin_confidence[i] / (double)score->bin_found[i] : NAN);
        json_array_append_new(bins, bin);
    }
    json_object_set_new(object, "confidence_bins", bins);
}

int table_json(FILE *stream, const char *name, struct score *score, const struct trial *trial,
               struct failure *failure)
{
    json_t *object = json_object();
    if (!object)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    json_object_set_new(object, "name", json_string(name));
    if (trial) {
        count(object, "seed", trial->seed);
        json_object_set_new(object, "words", json_string(trial->words));
    }
    count(object, "sessions", score->sessions);
    count(object, "exact", score->exact);
    count(object, "within_one", score->within_one);
    set_tally(object, "strokes", &score->strokes);
    set_quantiles(object, "start_error_s", &score->start_error_s);
    set_quantiles(object, "end_error_s", &score->end_error_s);
    set_quantiles(object, "turn_latency_s", &score->turn_latency_s);
    set_quantiles(object, "rest_latency_s", &score->rest_latency_s);
    set(object, "hold_agreement", score_hold_agreement(score));
    set(object, "hold_both_s", score->hold_both_s);
    set(object, "hold_either_s", score->hold_either_s);
    set(object, "still_s", score->still_s);
    count(object, "still_strokes", score->still_strokes);
    set_spots(object, score);
    int status = json_dumpf(object, stream, JSON_COMPACT) < 0 || fputc('\n', stream) == EOF;
    json_decref(object);
    return status ? failure_set(failure, STATUS_SYSTEM, "cannot write the score of %s", name)
                  : STATUS_OK;
}
