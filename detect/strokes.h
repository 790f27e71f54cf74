/**
 * @file strokes.h
 * What a stroke is, and how it is found.
 *
 * A stroke is one one-way pass of a loaded contact, from turning point (or rest) to turning point
 * (or rest), of at least min_travel_mm along its path. A slip back of less than slip_back_mm inside
 * a pass does not end it, nor does a stop shorter than pause_s; a longer stop does, and so does
 * lifting off. Start and end are the turning points, or the moments when motion began and rested.
 *
 * Method: the farthest point that the contact has reached along its direction of travel is a
 * turning point once the contact has come back from it by slip_back_mm, measured on its position
 * (never on pressure, never on a global tempo). The time of the turn is then taken from the
 * positions around it: the middle of the time spent near the farthest point, or, after a pause
 * there, the moment when the last bit of way was covered, as a minimum-jerk movement covers it.
 *
 * One object a contact. Latency: a turn is certain when slip_back_mm have been travelled back; a
 * rest when it has lasted pause_s; lifting off at once.
 */
#ifndef ROLLSCOPE_DETECT_STROKES_H
#define ROLLSCOPE_DETECT_STROKES_H

#include "history.h"
#include "wobble.h"

#include "mat/mat.h"

/** A finished pass. */
struct pass {
    double start_s, end_s;
    double travel_mm;
    double direction_mm[2]; /**< from start to end */
    double noise_mm;        /**< of a position, as it came */
};

/* A pass that goes on. */
struct going {
    double start_s, start_mm[2]; /* where it began */
    bool refined;                /* that time is final */
    double far_mm[2], far_s;     /* the farthest point so far */
    double way[2];               /* unit vector of travel */
    double travel_mm;            /* along the path to the farthest point */
    double reach_mm;             /* farthest from the start */
};

/* The longest stop in a pass so far. */
struct stop {
    bool seen;
    double since_s, until_s;
    struct going going; /* the pass up to there */
};

/** The reversal detector of one contact. */
struct strokes {
    double way_mm, min_travel_mm, min_reach_mm, pause_s, slip_back_mm, hold_s, hold_extent_mm;
    bool landed, moving;
    double landed_s, land_mm[2];
    double smooth_mm[2], last_s; /* position, smoothed */
    struct wobble wobble;
    double rest_mm[2], rest_s; /* resting: where, since when */
    double rest_reach_mm;      /* and how far it wandered */
    double force_n;            /* smoothed, for the landing */
    bool growing;              /* the force still rises: no motion yet */
    struct going going;
    struct stop stop;
    double checked_s; /* when standing was last looked for */
    double free_s;    /* end of the last pass: nothing starts before it */
};

/** Sets the rules. The contact is in the air. @param pitch_mm of the grid: shorter ways than a good
 *  half of it are not resolved, and no strokes */
void strokes_start(struct strokes *strokes, const struct parameters *parameters, double pitch_mm);

/**
 * Takes the newest sample of the contact, which the history already holds.
 * @param history at least from the landing, or as far back as it reaches
 * @param pass filled in when a pass became certain
 * @return true when it did. No allocation.
 */
bool strokes_push(struct strokes *strokes, const struct history *history,
                  const struct sample *sample, struct pass *pass);

/** The contact lifted off, or a gap came: ends what is going on. @return as strokes_push() */
bool strokes_lift(struct strokes *strokes, const struct history *history, struct pass *pass);

/** How far to both sides positions are to be averaged so that their noise does not matter:
 *  history's calm_s. */
double strokes_calm_s(const struct strokes *strokes);

/** When the present pass began, if it is already long enough to become a stroke; else INFINITY. */
double strokes_underway_s(const struct strokes *strokes);

#endif
