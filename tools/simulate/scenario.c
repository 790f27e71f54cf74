#include "scenario.h"

#include <stdio.h>
#include <string.h>

#define F(name) (UINT64_C(1) << FEATURE_##name)

#define SCENARIOS(ROW)                                                                             \
    ROW("roller-strokes", "a roller, even strokes and a few holds", F(HOLDS) | F(BREATHING))       \
    ROW("ball-knot", "a ball to and fro over one knot", F(BALL) | F(KNOTS))                        \
    ROW("breathing-hold", "presses while breathing, with a lift between them",                     \
        F(STATIC) | F(BREATHING) | F(RETURN))                                                      \
    ROW("pause-in-pass", "stops of under a second inside passes, longer ones that split them",     \
        F(PAUSES) | F(SPLITS))                                                                     \
    ROW("partial-strokes", "strokes of a quarter to two fifths among full ones", F(PARTIAL))       \
    ROW("reposition", "lifted and put down elsewhere in the middle of a bout",                     \
        F(REPOSITION) | F(KNOTS))                                                                  \
    ROW("empty-noisy", "nobody on a noisy mat with odd cells",                                     \
        F(EMPTY) | F(NOISY) | F(ODD_CELLS) | F(JITTER))                                            \
    ROW("hand-leaning", "a hand beside the roller leans, lifts and lands elsewhere", F(HAND))      \
    ROW("roller-knots", "a roller over knots, holds on them", F(KNOTS) | F(HOLDS) | F(LEAN))       \
    ROW("faint-knots", "knots that rise by 20 to 40 % only", F(KNOTS) | F(FAINT))                  \
    ROW("bellies", "broad muscle bellies, and no knot", F(BELLIES) | F(HOLDS))                     \
    ROW("slow-ball", "a ball at 6 to 20 mm/s", F(BALL) | F(SLOW) | F(KNOTS))                       \
    ROW("fast-strokes", "half a second a stroke", F(FAST) | F(IRREGULAR))                          \
    ROW("slow-long-strokes", "strokes of up to eleven seconds", F(SLOW) | F(SLIPS))                \
    ROW("slip-back", "slips back of a few millimetres inside passes", F(SLIPS))                    \
    ROW("tempo-drift", "the tempo halves or doubles", F(TEMPO) | F(IRREGULAR))                     \
    ROW("rough-motion", "jerky, skewed, irregular by a third", F(ROUGH) | F(IRREGULAR))            \
    ROW("one-way-load", "deep one way, light return", F(ONE_WAY) | F(KNOTS))                       \
    ROW("slide", "moved fast and almost unloaded, without lifting", F(SLIDE))                      \
    ROW("two-balls", "two balls in a sock: one tool", F(PAIR) | F(KNOTS))                          \
    ROW("yawed-roller", "a roller at any angle, tilted", F(YAWED) | F(TILTED) | F(KNOTS))          \
    ROW("narrow-roller", "a rigid roller: pitch ripple", F(NARROW))                                \
    ROW("textured-roller", "a knobbly roller prints its pattern", F(TEXTURED))                     \
    ROW("vibrating-roller", "30 to 92 Hz, strokes and holds",                                      \
        F(VIBRATING) | F(HOLDS) | F(BREATHING))                                                    \
    ROW("vibrating-hold", "presses with a vibrating roller",                                       \
        F(STATIC) | F(VIBRATING) | F(BREATHING))                                                   \
    ROW("two-legs", "both legs on one roller", F(TWO_LEGS) | F(BREATHING))                         \
    ROW("cut-by-edge", "an end of the roller lies off the mat", F(CUT) | F(TILTED))                \
    ROW("over-the-edge", "strokes run off the mat and come back", F(OVER_EDGE))                    \
    ROW("hand-touching", "a hand so near that it merges with the tool at times",                   \
        F(HAND) | F(HAND_CLOSE) | F(HOLDS))                                                        \
    ROW("steps", "somebody walks over the mat, then rolls", F(STEPS))                              \
    ROW("person-beside", "somebody sits or stands on the mat", F(PERSON) | F(BREATHING))           \
    ROW("two-people", "two tools, each on its own", F(SECOND) | F(HOLDS) | F(BREATHING))           \
    ROW("talking-tremor", "presses while talking and trembling",                                   \
        F(STATIC) | F(TALKING) | F(TREMOR) | F(FIDGET))                                            \
    ROW("creep-hold", "long presses on a mat that creeps and remembers",                           \
        F(STATIC) | F(CREEP) | F(RESIDUE) | F(LEAN) | F(BREATHING) | F(REPOSITION))                \
    ROW("ghost-trail", "residue behind the tool, and after it",                                    \
        F(RESIDUE) | F(HYSTERESIS) | F(REPOSITION) | F(HOLDS))                                     \
    ROW("crosstalk", "a bad readout: rows and columns leak", F(CROSSTALK) | F(HAND))               \
    ROW("dead-line", "a dead row or column under the tool", F(DEAD_LINE) | F(HOLDS))               \
    ROW("odd-cells", "dead, stuck, always-on and flickering cells",                                \
        F(DEAD_CELLS) | F(ODD_CELLS) | F(BALL))                                                    \
    ROW("saturated", "a hard tool on a soft mat: clipped plateaus", F(SATURATED) | F(BALL))        \
    ROW("lossy-link", "jitter, lost frames, bursts, drifting clock",                               \
        F(JITTER) | F(LOSS) | F(BURSTS) | F(LONG_GAP) | F(DRIFT) | F(REPOSITION))                  \
    ROW("wandering-rate", "a home-made mat: 8 bit, noisy, no steady rate",                         \
        F(WANDERING_RATE) | F(COARSE_COUNTS) | F(NOISY) | F(CURVED) | F(HOLDS))                    \
    ROW("uneven-gain", "cells that differ by a tenth, moved between bouts",                        \
        F(RAW_GAIN) | F(REPOSITION) | F(KNOTS))                                                    \
    ROW("loaded-start", "the tool lies on the mat before the first frame",                         \
        F(LOADED_START) | F(PEDESTAL) | F(HOLDS) | F(BREATHING))                                   \
    ROW("coarse-mat", "20 mm cells at 25 to 50 Hz", F(COARSE_MAT) | F(HOLDS) | F(BREATHING))       \
    ROW("fine-mat", "5 mm cells at 200 Hz", F(FINE_MAT) | F(KNOTS) | F(HOLDS))                     \
    ROW("held-knot", "presses on knots, and no stroke",                                            \
        F(STATIC) | F(KNOTS) | F(BREATHING) | F(REPOSITION))

#define ROW(name, text, features) {{name, text}, features},
static const struct scenario table[] = {SCENARIOS(ROW)};
#undef ROW

#define ROW(name, text, features) {name, text},
static const struct simulation_scenario listed[] = {
    SCENARIOS(ROW){SIMULATION_RANDOM, "a mixture of all of these, drawn anew for each seed"}};
#undef ROW

_Static_assert(FEATURE_COUNT <= 64, "features are bits of one word");

const struct simulation_scenario *simulation_scenarios(size_t *count)
{
    *count = sizeof listed / sizeof listed[0];
    return listed;
}

const struct scenario *scenario_find(const char *name)
{
    static const struct scenario mixture = {{SIMULATION_RANDOM, ""}, 0};
    if (!strcmp(name, SIMULATION_RANDOM))
        return &mixture;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!strcmp(table[i].listed.name, name))
            return &table[i];
    return NULL;
}

/* A feature and how often a mixture has it. */
struct odds {
    uint64_t features;
    double probability;
};

static const struct odds odds[] = {
    {F(VIBRATING), 0.08},   {F(TEXTURED), 0.08},   {F(TWO_LEGS), 0.08},   {F(TILTED), 0.3},
    {F(YAWED), 0.3},        {F(CUT), 0.08},        {F(OVER_EDGE), 0.06},  {F(SECOND), 0.08},
    {F(HOLDS), 0.5},        {F(PAUSES), 0.25},     {F(SPLITS), 0.15},     {F(SLIPS), 0.2},
    {F(PARTIAL), 0.2},      {F(TEMPO), 0.2},       {F(ROUGH), 0.35},      {F(IRREGULAR), 0.35},
    {F(ONE_WAY), 0.12},     {F(REPOSITION), 0.25}, {F(RETURN), 0.15},     {F(SLIDE), 0.08},
    {F(LOADED_START), 0.1}, {F(BREATHING), 0.7},   {F(TALKING), 0.2},     {F(TREMOR), 0.3},
    {F(FIDGET), 0.1},       {F(LEAN), 0.3},        {F(KNOTS), 0.55},      {F(BELLIES), 0.35},
    {F(HAND), 0.2},         {F(STEPS), 0.08},      {F(PERSON), 0.06},     {F(NOISY), 0.1},
    {F(PEDESTAL), 0.3},     {F(RAW_GAIN), 0.2},    {F(CURVED), 0.2},      {F(HYSTERESIS), 0.25},
    {F(CREEP), 0.25},       {F(RESIDUE), 0.25},    {F(CROSSTALK), 0.08},  {F(DEAD_CELLS), 0.15},
    {F(ODD_CELLS), 0.12},   {F(DEAD_LINE), 0.06},  {F(SATURATED), 0.05},  {F(COARSE_COUNTS), .2},
    {F(JITTER), 0.3},       {F(LOSS), 0.2},        {F(BURSTS), 0.12},     {F(DRIFT), 0.3},
    {F(LONG_GAP), 0.05},    {F(FAINT), 0.12},      {F(HAND_CLOSE), 0.05},
};

uint64_t scenario_mix(struct random *random)
{
    static const uint64_t tools[] = {0, 0, 0, F(BALL), F(BALL), F(PAIR), F(NARROW)};
    static const uint64_t tempi[] = {0, 0, 0, 0, F(FAST), F(SLOW)};
    static const uint64_t mats[] = {0, 0, 0, 0, 0, 0, F(COARSE_MAT), F(FINE_MAT)};
    uint64_t features = tools[random_below(random, sizeof tools / sizeof tools[0])];
    features |= tempi[random_below(random, sizeof tempi / sizeof tempi[0])];
    features |= mats[random_below(random, sizeof mats / sizeof mats[0])];
    for (size_t i = 0; i < sizeof odds / sizeof odds[0]; i++)
        if (random_chance(random, odds[i].probability))
            features |= odds[i].features;
    if (random_chance(random, 0.08))
        features |= F(STATIC);
    return features;
}

static const char *const names[FEATURE_COUNT] = {
    [FEATURE_BALL] = "ball",
    [FEATURE_PAIR] = "pair",
    [FEATURE_NARROW] = "narrow",
    [FEATURE_VIBRATING] = "vibrating",
    [FEATURE_TEXTURED] = "textured",
    [FEATURE_TWO_LEGS] = "two-legs",
    [FEATURE_TILTED] = "tilted",
    [FEATURE_YAWED] = "yawed",
    [FEATURE_CUT] = "cut",
    [FEATURE_OVER_EDGE] = "over-edge",
    [FEATURE_SECOND] = "second",
    [FEATURE_EMPTY] = "empty",
    [FEATURE_STATIC] = "static",
    [FEATURE_HOLDS] = "holds",
    [FEATURE_PAUSES] = "pauses",
    [FEATURE_SPLITS] = "splits",
    [FEATURE_SLIPS] = "slips",
    [FEATURE_PARTIAL] = "partial",
    [FEATURE_TEMPO] = "tempo",
    [FEATURE_FAST] = "fast",
    [FEATURE_SLOW] = "slow",
    [FEATURE_ROUGH] = "rough",
    [FEATURE_IRREGULAR] = "irregular",
    [FEATURE_ONE_WAY] = "one-way",
    [FEATURE_REPOSITION] = "reposition",
    [FEATURE_RETURN] = "return",
    [FEATURE_SLIDE] = "slide",
    [FEATURE_LOADED_START] = "loaded-start",
    [FEATURE_BREATHING] = "breathing",
    [FEATURE_TALKING] = "talking",
    [FEATURE_TREMOR] = "tremor",
    [FEATURE_FIDGET] = "fidget",
    [FEATURE_LEAN] = "lean",
    [FEATURE_KNOTS] = "knots",
    [FEATURE_FAINT] = "faint",
    [FEATURE_BELLIES] = "bellies",
    [FEATURE_HAND] = "hand",
    [FEATURE_HAND_CLOSE] = "hand-close",
    [FEATURE_STEPS] = "steps",
    [FEATURE_PERSON] = "person",
    [FEATURE_NOISY] = "noisy",
    [FEATURE_PEDESTAL] = "pedestal",
    [FEATURE_RAW_GAIN] = "raw-gain",
    [FEATURE_CURVED] = "curved",
    [FEATURE_HYSTERESIS] = "hysteresis",
    [FEATURE_CREEP] = "creep",
    [FEATURE_RESIDUE] = "residue",
    [FEATURE_CROSSTALK] = "crosstalk",
    [FEATURE_DEAD_CELLS] = "dead-cells",
    [FEATURE_ODD_CELLS] = "odd-cells",
    [FEATURE_DEAD_LINE] = "dead-line",
    [FEATURE_SATURATED] = "saturated",
    [FEATURE_COARSE_COUNTS] = "coarse-counts",
    [FEATURE_JITTER] = "jitter",
    [FEATURE_LOSS] = "loss",
    [FEATURE_BURSTS] = "bursts",
    [FEATURE_LONG_GAP] = "long-gap",
    [FEATURE_DRIFT] = "drift",
    [FEATURE_WANDERING_RATE] = "wandering-rate",
    [FEATURE_COARSE_MAT] = "coarse-mat",
    [FEATURE_FINE_MAT] = "fine-mat",
};

void scenario_words(uint64_t features, char *text, size_t size)
{
    size_t length = 0;
    *text = 0;
    for (int i = 0; i < FEATURE_COUNT; i++)
        if (feature_in(features, (enum feature)i) && length < size)
            length +=
                (size_t)snprintf(text + length, size - length, "%s%s", length ? " " : "", names[i]);
}
