#include "trial.h"

#include "record/record.h"
#include "tools/analysis/gathering.h"
#include "tools/simulate/simulate.h"
#include "tools/sources/calibrations.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define JOBS_MAX 64

_Static_assert(TRIAL_WORDS_SIZE == SIMULATION_WORDS_SIZE, "a trial has room for the words");

/* ---- One session ---- */

/* Where frames come from: a simulation or a session file. */
struct frames {
    struct simulation *simulation;
    struct session *session;
};

static int next_frame(struct frames *frames, struct frame *frame, struct failure *failure)
{
    if (frames->simulation)
        return simulation_next(frames->simulation, frame);
    return session_read(frames->session, frame, failure);
}

static int analyse(struct frames *frames, const struct geometry *geometry,
                   const struct parameters *parameters, struct findings *findings,
                   struct failure *failure)
{
    struct calibration *calibration = NULL;
    struct frame frame;
    int status = frames->session ? calibration_of_session(&calibration, frames->session, failure)
                                 : STATUS_OK;
    if (status)
        return status;
    struct analysis *analysis = analysis_create_calibrated(geometry, calibration, parameters);
    if (!analysis)
        return STATUS_MEMORY;
    while ((status = next_frame(frames, &frame, failure)) > 0)
        if (analysis_push(analysis, &frame) && gather_found(findings, analysis, false) < 0)
            break;
    if (status == STATUS_END) {
        analysis_finish(analysis);
        status = gather_found(findings, analysis, false);
    } else if (status > 0) {
        status = STATUS_MEMORY;
    }
    analysis_destroy(analysis);
    return status;
}

static int judge(struct trial *trial, struct frames *frames, const struct trial_plan *plan,
                 struct score_session *session)
{
    struct findings findings = {0};
    trial->status =
        analyse(frames, session->geometry, &plan->parameters, &findings, &trial->failure);
    session->findings = &findings;
    if (trial->status == STATUS_OK)
        trial->status = score_session(&trial->score, session);
    if (trial->status == STATUS_MEMORY)
        failure_set(&trial->failure, STATUS_MEMORY, "%s: out of memory", trial->name);
    findings_clear(&findings);
    return trial->status;
}

int trial_simulate(struct trial *trial, const struct trial_plan *plan)
{
    const struct simulation_options options = {.duration_s = plan->duration_s};
    struct frames frames = {0};
    frames.simulation = simulation_create(trial->name, trial->seed, &options, &trial->failure);
    if (!frames.simulation)
        return trial->status = trial->failure.status;
    simulation_words(frames.simulation, trial->words);
    struct score_session session = {.truth = simulation_truth(frames.simulation),
                                    .geometry = &simulation_info(frames.simulation)->geometry,
                                    .duration_s = simulation_duration_s(frames.simulation)};
    judge(trial, &frames, plan, &session);
    simulation_destroy(frames.simulation);
    return trial->status;
}

static int truth_of(struct trial *trial, struct session *file, const struct truth *given,
                    struct truth *own)
{
    if (given)
        return 1;
    int status = session_truth(file, own, &trial->failure);
    if (status == 0)
        return failure_set(&trial->failure, STATUS_NOT_FOUND, "%s: holds no truth to score against",
                           trial->name);
    return status;
}

int trial_read(struct trial *trial, const struct trial_plan *plan, const struct truth *truth)
{
    struct frames frames = {0};
    struct truth own = {0};
    trial->status = session_open(&frames.session, trial->name, &trial->failure);
    if (trial->status < 0)
        return trial->status;
    trial->status = truth_of(trial, frames.session, truth, &own);
    if (trial->status > 0) {
        struct score_session session = {.truth = truth ? truth : &own,
                                        .geometry = &session_about(frames.session)->mat.geometry,
                                        .duration_s = session_duration_s(frames.session)};
        judge(trial, &frames, plan, &session);
    }
    truth_free(&own);
    session_close(frames.session);
    return trial->status;
}

/* ---- Many ---- */

struct crew {
    struct trial *trials; /* [count] */
    size_t count;
    const struct trial_plan *plan;
    atomic_size_t next, done;
};

static void *work(void *context)
{
    struct crew *crew = context;
    size_t i;
    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->count) {
        trial_simulate(&crew->trials[i], crew->plan);
        atomic_fetch_add(&crew->done, 1);
    }
    return NULL;
}

void trials_simulate(struct trial *trials, size_t count, const struct trial_plan *plan,
                     uint64_t jobs, void (*progress)(double share))
{
    struct crew crew = {.trials = trials, .count = count, .plan = plan};
    pthread_t threads[JOBS_MAX];
    size_t started = 0;
    while (started + 1 < jobs && started < JOBS_MAX &&
           pthread_create(&threads[started], NULL, work, &crew) == 0)
        started++;
    size_t i;
    while ((i = atomic_fetch_add(&crew.next, 1)) < count) {
        trial_simulate(&trials[i], plan);
        size_t done = atomic_fetch_add(&crew.done, 1) + 1;
        if (progress)
            progress((double)done / (double)count);
    }
    while (started > 0)
        pthread_join(threads[--started], NULL);
}

double trial_badness(const struct trial *trial)
{
    const struct score *score = &trial->score;
    double missed = (double)(score->strokes.truth - score->strokes.matched);
    double invented = (double)(score->strokes.found - score->strokes.matched);
    double spots = (double)(score->spots.truth + score->spots.found - 2 * score->spots.matched);
    return missed + invented + 0.5 * spots + 0.1 * (score->hold_either_s - score->hold_both_s);
}
