#include "numbering.h"

#include <string.h>

/* More missing frames than this are a restart with other numbers: half a day at 1000 Hz. */
#define STEP_MAX 43200000u

static void remember(struct numbering *numbering, uint32_t sequence, uint64_t device_us)
{
    numbering->seen[sequence % NUMBERING_MEMORY].valid = true;
    numbering->seen[sequence % NUMBERING_MEMORY].sequence = sequence;
    numbering->seen[sequence % NUMBERING_MEMORY].device_us = device_us;
    numbering->sequence = sequence;
    numbering->device_us = device_us;
}

/* Whether an old number is an old frame: one given out before, or one that was missing and whose
 * clock lies before the last frame's by no more than the memory is long. */
static bool is_old_frame(const struct numbering *numbering, uint32_t sequence, uint64_t device_us)
{
    unsigned slot = sequence % NUMBERING_MEMORY;
    if (numbering->seen[slot].valid && numbering->seen[slot].sequence == sequence)
        return numbering->seen[slot].device_us == device_us;
    uint64_t oldest_us = UINT64_MAX;
    for (unsigned i = 0; i < NUMBERING_MEMORY; i++)
        if (numbering->seen[i].valid && numbering->seen[i].device_us < oldest_us)
            oldest_us = numbering->seen[i].device_us;
    return device_us >= oldest_us && device_us < numbering->device_us;
}

enum numbering_verdict numbering_push(struct numbering *numbering, uint32_t sequence,
                                      uint64_t device_us, uint64_t *steps)
{
    uint32_t ahead = sequence - numbering->sequence;
    bool first = !numbering->started;
    bool forward = ahead > 0 && ahead < STEP_MAX && device_us >= numbering->device_us;
    bool recent = ahead == 0 || -ahead < NUMBERING_MEMORY;
    if (!first && !forward && recent && is_old_frame(numbering, sequence, device_us))
        return NUMBERING_DUPLICATE;
    *steps = first ? 1 : forward ? ahead : 2;
    if (!first && !forward)
        *numbering = (struct numbering){.started = true};
    numbering->started = true;
    remember(numbering, sequence, device_us);
    return first || forward ? NUMBERING_NEXT : NUMBERING_RESTART;
}

void numbering_forget(struct numbering *numbering)
{
    memset(numbering->seen, 0, sizeof numbering->seen);
}
