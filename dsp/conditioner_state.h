/**
 * @file conditioner_state.h
 * The inside of a conditioner, shared by its parts.
 */
#ifndef ROLLSCOPE_DSP_CONDITIONER_STATE_H
#define ROLLSCOPE_DSP_CONDITIONER_STATE_H

#include "dsp.h"

/** How often every cell is looked at for noise and faults. */
#define SWEEP_S 0.25

/** The cells are learnt (which are loaded, baseline, noise) from so many frames a second at most:
 *  more say no more. */
#define LOOKS_HZ 50.0

/** The mat's usual values and its leaks are learnt this often. */
#define TYPICAL_S 1.0

/** A cell is loaded from this many sigmas above its baseline. */
#define GATE_SIGMAS 4.0F

/** Frames after which differences of frames tell the noise. */
#define NOISE_FRAMES 8

/** Largest number of cells whose middle value stands for the mat's. */
#define SAMPLE_MAX 1024

/** Signals of each cell, [cells] each, kPa unless said. */
struct cells {
    float *base;     /**< value of the unloaded cell */
    float *quiet;    /**< 1: not around a load, and without a fault; else 0 */
    float *gate;     /**< GATE_SIGMAS times noise */
    float *doubt;    /**< how far base may be off, for a cell not yet seen without load */
    float *noise;    /**< one standard deviation */
    float *variance; /**< of the unloaded cell, kPa squared, from differences of frames */
    float *jump;     /**< mean absolute difference of frames */
    float *peak;     /**< highest load, fading */
    float *residue;  /**< of a load that has left */
    float *smooth;   /**< load, lightly smoothed */
    float *kpa;      /**< the result */
    float *zeros;    /**< share of frames with count 0 */
    float *evidence; /**< for a dead cell, s */
    float *lonely;   /**< how long loaded, alone and constant, s */
    float *level;    /**< the constant it is compared with */
    float *jumpy;    /**< evidence for a flickering cell, s */
    uint8_t *loaded; /**< 1: above its gate */
    uint8_t *around; /**< 1: itself or a cell near is loaded */
    uint8_t *alive;  /**< 1: has carried a load */
    uint8_t *known;  /**< 1: has been seen without load */
    uint8_t *faults; /**< enum cell_fault */
};

/** Weights of one frame, from its distance in time to the last one, or to the last look. */
struct weights {
    float base;     /**< baseline of an unloaded cell */
    float doubtful; /**< the same before it is known */
    float fall;     /**< baseline that turned out too high */
    float variance, jump, smooth, fade;
    float share; /**< largest residue of a load */
    bool looks;  /**< the frame is looked at: cells learn from it */
};

/** How lines across answer to lines of loads: sums of a least-squares fit. */
struct leak {
    double cells, xx, xy, yy;
};

/** What loaded cells leak into their row and their column, as shares of the mean load of each. */
struct leaks {
    float row_share, col_share; /**< 0: none that is sure */
    float loaded_kpa;           /**< cells above it are loaded, not leaked into */
    float *row_mean, *col_mean; /**< [rows], [cols] mean load of the frame, kPa */
    uint8_t rows_touched[MAT_SIDE_MAX], cols_touched[MAT_SIDE_MAX]; /**< 1: have carried a load */
    struct leak along, down;
};

struct conditioner {
    struct geometry geometry;
    struct parameters parameters;
    struct cells cells;
    float *memory;    /**< all float arrays of `cells` */
    uint8_t *marks;   /**< all byte arrays of `cells`, behind a scratch picture of [rows+4][cols] */
    uint8_t *padded;  /**< [rows][cols+4] scratch; the first 2 and last 2 of a row are 0 */
    uint16_t *before; /**< [cells] counts at the last look */
    float *row_common;     /**< [rows] common mode of the last frame, kPa */
    float *row_before;     /**< [rows] the same at the last look */
    uint8_t *row_doubtful; /**< [rows] 1: some cell's `doubt` is not 0 */
    double *row_time_s;    /**< [rows] when the row was last swept */
    uint32_t *bad;         /**< [cells] the bad ones */
    float *sample;         /**< [SAMPLE_MAX] scratch */
    uint32_t count, bad_count, next_row;
    uint16_t rows, cols;
    float scale_kpa, zero_kpa, floor_kpa;
    float typical;     /**< middle variance of the unloaded cells */
    float least;       /**< smallest non-zero count so far, in kPa */
    float zeros_usual; /**< share of zero counts of the middle cell */
    float zeros_most;  /**< the same of nearly all cells */
    struct leaks leaks;
    double time_s, typical_s; /* now; when the mat's usual values were taken */
    double owed_rows;
    double look_s;  /* when a frame was last looked at */
    uint32_t looks; /* frames looked at so far */
    int64_t first_us, last_us;
    uint64_t frames;
};

/** Load of a cell, common mode and residue included. */
static inline float cells_load(const struct conditioner *conditioner, const uint16_t *counts,
                               uint32_t cell)
{
    return (float)counts[cell] * conditioner->scale_kpa - conditioner->cells.base[cell];
}

/** Whether there are leaks; then every frame is looked at. */
static inline bool leaks_found(const struct conditioner *conditioner)
{
    return conditioner->leaks.row_share + conditioner->leaks.col_share > 0;
}

#endif
