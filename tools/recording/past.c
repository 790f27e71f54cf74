#include "past.h"

#include "record/record.h"
#include "recording.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOTE_NAME "recording"

static void note_path(char *path, size_t size, const char *folder, const char *suffix)
{
    snprintf(path, size, "%s/" NOTE_NAME "%s", folder, suffix);
}

/* The path from the root on; the file need not be there. */
static void whole_path(char whole[PATH_MAX], const char *path)
{
    char here[PATH_MAX];
    if (*path == '/' || !getcwd(here, sizeof here) ||
        snprintf(whole, PATH_MAX, "%s/%s", here, path) >= PATH_MAX)
        snprintf(whole, PATH_MAX, "%s", path);
}

int past_note(const char *folder, const char *session, const char *path, struct failure *failure)
{
    char whole[PATH_MAX], fresh[PATH_MAX], note[PATH_MAX];
    whole_path(whole, path);
    note_path(fresh, sizeof fresh, folder, ".new");
    note_path(note, sizeof note, folder, "");
    FILE *file = fopen(fresh, "we");
    if (!file)
        return failure_system(failure, errno, "%s", fresh);
    bool good = fprintf(file, "%s\n%s\n", session, whole) > 0;
    good = !fclose(file) && good && !rename(fresh, note);
    return good ? STATUS_OK : failure_system(failure, errno, "%s", note);
}

static int note_read(const char *folder, const char *session, char recorded[PATH_MAX],
                     struct failure *failure)
{
    char note[PATH_MAX], noted[64] = "";
    note_path(note, sizeof note, folder, "");
    FILE *file = fopen(note, "re");
    if (!file)
        return failure_system(failure, errno, "%s", note);
    bool good = fgets(noted, sizeof noted, file) && fgets(recorded, PATH_MAX, file);
    fclose(file);
    noted[strcspn(noted, "\n")] = recorded[good ? strcspn(recorded, "\n") : 0] = 0;
    if (!good || strcmp(noted, session))
        return failure_set(failure, STATUS_NOT_FOUND, "%s: names another session", note);
    return STATUS_OK;
}

bool past_noted(const char *folder, const char *session, const char *path)
{
    char whole[PATH_MAX], recorded[PATH_MAX] = "";
    whole_path(whole, path);
    return !note_read(folder, session, recorded, NULL) && !strcmp(whole, recorded);
}

/* Gives the frames of one file that are asked for. @return how many */
static uint64_t file_read(const struct past *past, struct session *session, uint64_t taken,
                          struct failure *failure)
{
    const struct session_about *about = session_about(session);
    uint64_t first = past->first + taken, before = taken;
    struct frame frame;
    if (strcmp(about->session_id, past->session) != 0 || first < about->first_frame ||
        first - about->first_frame >= session_frames(session) ||
        session_seek(session, first - about->first_frame, failure))
        return 0;
    while (taken < past->count && session_read(session, &frame, failure) == 1) {
        frame.number += about->first_frame;
        if (past->take(past->context, &frame, failure))
            break;
        taken++;
    }
    return taken - before;
}

uint64_t past_read(const struct past *past, struct failure *failure)
{
    char recorded[PATH_MAX] = "", path[PATH_MAX];
    struct session *session;
    uint64_t taken = 0;
    if (note_read(past->folder, past->session, recorded, failure))
        return 0;
    bool split = access(recorded, F_OK) != 0;
    snprintf(path, sizeof path, "%s", recorded);
    for (uint32_t part = 1; taken < past->count; part++) {
        if (split)
            recording_part(path, recorded, part);
        if (session_open(&session, path, failure))
            break;
        taken += file_read(past, session, taken, failure);
        session_close(session);
        if (!split)
            break;
    }
    return taken;
}
