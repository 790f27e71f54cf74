#include "proven_maps.h"

#include "recorded_maps.h"

#include <stdlib.h>
#include <string.h>

struct proven_maps {
    struct recorded_maps *again;
    struct session_maps recorded;
    size_t cells;
    bool left; /* the file was left by a kill */
    bool same;
};

int proven_maps_begin(struct proven_maps **result, struct session *session,
                      const struct parameters *parameters, struct failure *failure)
{
    const struct session_about *about = session_about(session);
    struct session_maps recorded;
    *result = NULL;
    int status = session_maps(session, NULL, &recorded, failure);
    if (status <= 0)
        return status;
    struct proven_maps *proof = calloc(1, sizeof *proof);
    if (!proof) {
        session_maps_free(&recorded);
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    }
    proof->recorded = recorded;
    proof->cells = geometry_cells(&about->mat.geometry);
    proof->left = about->recovered || !about->closed;
    status = recorded_maps_create(&proof->again, &about->mat.geometry, about->calibration_text,
                                  parameters, failure);
    if (status < 0) {
        proven_maps_destroy(proof);
        return status;
    }
    *result = proof;
    return STATUS_OK;
}

bool proven_maps_checksum(const struct proven_maps *proof)
{
    return !proof || !proof->recorded.unproven;
}

static void compare(struct proven_maps *proof)
{
    const struct session_maps *again = recorded_maps_now(proof->again);
    bool same = again->duration_s == proof->recorded.duration_s;
    for (int i = 0; i < SESSION_MAP_COUNT && same; i++)
        same = !memcmp(again->kpa[i], proof->recorded.kpa[i], proof->cells * sizeof(float));
    proof->same |= same;
}

void proven_maps_push(struct proven_maps *proof, const struct frame *frame)
{
    if (proof && recorded_maps_push(proof->again, frame) && proof->left)
        compare(proof);
}

bool proven_maps_end(struct proven_maps *proof)
{
    if (!proof)
        return true;
    recorded_maps_finish(proof->again);
    compare(proof);
    return proof->same;
}

void proven_maps_destroy(struct proven_maps *proof)
{
    if (!proof)
        return;
    recorded_maps_destroy(proof->again);
    session_maps_free(&proof->recorded);
    free(proof);
}
