#include "about.h"
#include "frame_log.h"
#include "hdf_file.h"
#include "recorder_parts.h"
#include "replacement.h"
#include "salvage_events.h"
#include "session_parts.h"

#include <stdlib.h>
#include <string.h>

struct salvage {
    struct session *from;
    struct recorder *to;
    struct replacement replacement;
    struct recovery *recovery;
    bool goes_on; /* to be recorded on */
};

/* Whether the frames up to `to` are proven by their checksums and come in order; then the session
 * has them, too. */
static bool extend(struct session *session, uint64_t to)
{
    const uint64_t before = session->frames;
    int64_t last_us = before ? session->time.last_us : INT64_MIN;
    struct frame frame;
    session->frames = to;
    session->next = before;
    session->present = 0;
    while (session->next < to && session_read(session, &frame, NULL) == 1 &&
           frame.time_us > last_us) {
        last_us = frame.time_us;
        if (frame.number == to - 1) {
            session->time.first_us = before ? session->time.first_us : session->times_us[0];
            session->time.last_us = last_us;
            return true;
        }
    }
    session->frames = before;
    return false;
}

static void step_back(struct session *session, uint64_t frames)
{
    struct frame last;
    session->frames = frames;
    session->next = frames ? frames - 1 : 0;
    session->present = 0;
    if (session_read(session, &last, NULL) == 1)
        session->time.last_us = last.time_us;
}

/* What was committed after the last sync may not have reached the disk when the power went, what
 * was written after the last commit may have: of both is taken what is proven, without a hole.
 * @return frames after the last commit */
static uint64_t prove_rest(struct session *session)
{
    const uint64_t committed = session->frames, block = session->cells.block;
    /* A chunk that was not full is written again, elsewhere. */
    const uint64_t chunk = session->cells.chunks.frames ? session->cells.chunks.frames : 1;
    bool going = session->checksum_dataset > 0;
    if (going)
        step_back(session, session->synced - session->synced % chunk);
    while (going && session->frames < session->stored) {
        uint64_t end = session->frames - session->frames % block + block;
        end = end < session->stored ? end : session->stored;
        going = extend(session, end);
        while (!going && extend(session, session->frames + 1))
            continue;
    }
    session->next = 0;
    session->present = 0;
    return session->frames > committed ? session->frames - committed : 0;
}

/* Frames that one chunk of both files holds: proven one by one, then copied as they are packed.
 * @return as session_read() */
static int copy_chunk(struct salvage *salvage, struct frame *frames, struct failure *failure)
{
    struct packed packed;
    size_t count = recorder_chunk(salvage->to);
    int status = 1;
    for (size_t i = 0; i < count && status == 1; i++)
        status = session_read(salvage->from, &frames[i], failure);
    if (status != 1)
        return status;
    if (chunk_store_read(&salvage->from->cells.chunks, frames[0].number, &packed) < 0)
        return failure_set(failure, STATUS_FORMAT, "%s: the chunk of frame %llu cannot be read",
                           salvage->from->path, (unsigned long long)frames[0].number);
    status = recorder_packed(salvage->to, frames, &packed, failure);
    salvage->recovery->frames += count;
    return status < 0 ? status : 1;
}

static int copy_chunks(struct salvage *salvage, struct failure *failure)
{
    struct session *from = salvage->from;
    size_t count = recorder_chunk(salvage->to);
    if (from->cells.chunks.frames != count || from->cells.block % count)
        return STATUS_OK;
    struct frame *frames = calloc(count, sizeof *frames);
    int status = frames ? 1 : failure_set(failure, STATUS_MEMORY, "out of memory");
    while (status == 1 && from->frames - from->next >= count)
        status = copy_chunk(salvage, frames, failure);
    free(frames);
    return status < 0 ? status : STATUS_OK;
}

static int copy_frames(struct salvage *salvage, struct failure *failure)
{
    struct frame frame;
    int status = copy_chunks(salvage, failure);
    if (status < 0)
        return status;
    while ((status = session_read(salvage->from, &frame, failure)) == 1) {
        status = recorder_frame(salvage->to, &frame, failure);
        if (status < 0)
            return status;
        salvage->recovery->frames++;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int copy_truth(struct salvage *salvage, struct failure *failure)
{
    struct truth truth;
    int status = session_truth(salvage->from, &truth, failure);
    if (status <= 0)
        return status;
    status = recorder_truth(salvage->to, &truth, failure);
    truth_free(&truth);
    return status;
}

static int copy_counters(struct salvage *salvage, struct failure *failure)
{
    struct session_counter counters[SESSION_COUNTERS_MAX];
    int count = session_counters(salvage->from, counters, failure);
    return count > 0 ? recorder_counters(salvage->to, counters, (size_t)count, failure) : count;
}

static int copy_maps(struct salvage *salvage, struct failure *failure)
{
    struct session_maps maps;
    int status = session_maps(salvage->from, NULL, &maps, failure);
    if (status <= 0)
        return status;
    status = recorder_maps(salvage->to, &maps, failure);
    session_maps_free(&maps);
    return status;
}

static int copy_all(struct salvage *salvage, struct failure *failure)
{
    int status = copy_counters(salvage, failure);
    if (status >= 0)
        status = copy_truth(salvage, failure);
    if (status >= 0)
        status = copy_frames(salvage, failure);
    if (status == STATUS_OK && salvage->recovery->frames)
        status = salvage_events(salvage->from, salvage->to, salvage->goes_on, salvage->recovery,
                                failure);
    if (status == STATUS_OK && salvage->recovery->frames)
        status = copy_maps(salvage, failure);
    return status == STATUS_OK ? recorder_sync(salvage->to, failure) : status;
}

static int check_origin(const struct session *session, struct failure *failure)
{
    if (!session->own)
        return failure_set(failure, STATUS_UNSUPPORTED,
                           "%s: was not recorded by rollscope; nothing is changed", session->path);
    if (H5Lexists(session->file, ANALYSIS_GROUP, H5P_DEFAULT) > 0)
        return failure_set(failure, STATUS_UNSUPPORTED,
                           "%s: holds later analyses; nothing is changed", session->path);
    return STATUS_OK;
}

static int start_copy(struct salvage *salvage, const struct recorder_options *options,
                      struct failure *failure)
{
    struct parameters parameters;
    int known = session_parameters(salvage->from, NULL, &parameters, failure);
    if (known < 0)
        return known;
    salvage->from->about.recovered = true;
    return recorder_open(&salvage->to, salvage->replacement.copy, &salvage->from->about,
                         known ? &parameters : NULL, options, failure);
}

static int differ(const struct salvage *salvage, uint64_t frame, struct failure *failure)
{
    return failure_set(failure, STATUS_FORMAT, "%s: frame %llu differs from %s",
                       salvage->replacement.copy, (unsigned long long)frame, salvage->from->path);
}

static uint32_t stored_checksum(const struct session *session)
{
    return session->checksums[session->next - 1 - session->first];
}

/* Everything but the cells. */
static int same_columns(struct salvage *salvage, struct session *copy, struct failure *failure)
{
    struct frame one, other;
    int status;
    salvage->from->skim = copy->skim = true;
    while ((status = session_read(salvage->from, &one, failure)) == 1) {
        status = session_read(copy, &other, failure);
        if (status < 0 && status != STATUS_END)
            return status;
        if (status == STATUS_END || one.time_us != other.time_us ||
            one.sequence != other.sequence || one.flags != other.flags ||
            (salvage->from->checksum_dataset > 0 &&
             stored_checksum(salvage->from) != stored_checksum(copy)))
            return differ(salvage, one.number, failure);
    }
    salvage->from->skim = copy->skim = false;
    return status == STATUS_END ? STATUS_OK : status;
}

/* The cells of the chunks that were copied as they are. @return status; `next` is set behind */
static int same_chunks(struct salvage *salvage, struct session *copy, uint64_t *next,
                       struct failure *failure)
{
    struct chunk_store *chunks = &salvage->from->cells.chunks;
    struct packed one, other;
    *next = 0;
    if (chunks->frames != copy->cells.chunks.frames || !chunks->frames)
        return STATUS_OK;
    for (; salvage->from->frames - *next >= chunks->frames; *next += chunks->frames)
        if (chunk_store_read(chunks, *next, &one) < 0 ||
            chunk_store_read(&copy->cells.chunks, *next, &other) < 0 || one.size != other.size ||
            one.mask != other.mask || memcmp(one.bytes, other.bytes, one.size) != 0)
            return differ(salvage, *next, failure);
    return STATUS_OK;
}

static int same_rest(struct salvage *salvage, struct session *copy, uint64_t next,
                     struct failure *failure)
{
    struct frame one, other;
    int status = session_seek(salvage->from, next, failure);
    if (status == STATUS_OK)
        status = session_seek(copy, next, failure);
    salvage->from->present = copy->present = 0;
    while (status >= 0 && (status = session_read(salvage->from, &one, failure)) == 1) {
        status = session_read(copy, &other, failure);
        if (status == STATUS_END || frame_checksum(&one) != frame_checksum(&other))
            status = differ(salvage, one.number, failure);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int same_frames(struct salvage *salvage, struct failure *failure)
{
    struct session *copy;
    uint64_t next;
    int status = session_open(&copy, salvage->replacement.copy, failure);
    if (status < 0)
        return status;
    copy->check = true;
    status = session_seek(salvage->from, 0, failure);
    salvage->from->present = 0;
    if (status == STATUS_OK)
        status = same_columns(salvage, copy, failure);
    if (status == STATUS_OK)
        status = same_chunks(salvage, copy, &next, failure);
    if (status == STATUS_OK)
        status = same_rest(salvage, copy, next, failure);
    session_close(copy);
    return status;
}

static int begin(struct salvage *salvage, const char *path, const struct recorder_options *options,
                 struct failure *failure)
{
    int status = session_open(&salvage->from, path, failure);
    if (status < 0)
        return status;
    salvage->from->check = salvage->from->from_origin = true;
    status = check_origin(salvage->from, failure);
    if (status < 0)
        return status;
    salvage->recovery->uncommitted = prove_rest(salvage->from);
    status = start_copy(salvage, options, failure);
    return status < 0 ? status : copy_all(salvage, failure);
}

static int finish(struct salvage *salvage, struct failure *failure)
{
    int status = recorder_close(salvage->to, failure);
    salvage->to = NULL;
    if (status == STATUS_OK)
        status = same_frames(salvage, failure);
    return status == STATUS_OK ? replacement_commit(&salvage->replacement, failure) : status;
}

static void end(struct salvage *salvage)
{
    recorder_close(salvage->to, NULL);
    session_close(salvage->from);
    replacement_end(&salvage->replacement);
}

static bool is_closed(const char *path)
{
    struct session *session;
    if (session_open(&session, path, NULL) < 0)
        return false;
    bool closed = session->about.closed;
    session_close(session);
    return closed;
}

int session_recover(const char *path, struct recovery *recovery, struct failure *failure)
{
    struct salvage salvage = {.recovery = recovery};
    *recovery = (struct recovery){.frames = 0};
    int status = replacement_begin(&salvage.replacement, path, failure);
    if (status == STATUS_OK && is_closed(path))
        recovery->was_closed = true;
    else if (status == STATUS_OK)
        status = begin(&salvage, path, NULL, failure);
    if (status == STATUS_OK && !recovery->was_closed)
        status = finish(&salvage, failure);
    end(&salvage);
    return status;
}

int recorder_reopen(struct recorder **recorder, const char *path,
                    const struct recorder_options *options, struct failure *failure)
{
    struct recovery recovery = {.frames = 0};
    struct salvage salvage = {.recovery = &recovery, .goes_on = true};
    *recorder = NULL;
    int status = replacement_begin(&salvage.replacement, path, failure);
    if (status == STATUS_OK)
        status = begin(&salvage, path, options, failure);
    if (status == STATUS_OK)
        status = replacement_commit(&salvage.replacement, failure);
    if (status == STATUS_OK) {
        recorder_set_path(salvage.to, path);
        *recorder = salvage.to;
        salvage.to = NULL;
    }
    end(&salvage);
    return status;
}
