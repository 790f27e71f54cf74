#include "past.h"

#include "record/record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_NAME "recording"

static void note_path(char *path, size_t size, const char *folder, const char *suffix)
{
    snprintf(path, size, "%s/" NOTE_NAME "%s", folder, suffix);
}

int past_note(const char *folder, const char *session, const char *path, struct failure *failure)
{
    char whole[PATH_MAX], fresh[PATH_MAX], note[PATH_MAX];
    note_path(fresh, sizeof fresh, folder, ".new");
    note_path(note, sizeof note, folder, "");
    FILE *file = realpath(path, whole) ? fopen(fresh, "we") : NULL;
    if (!file)
        return failure_system(failure, errno, "%s", fresh);
    bool good = fprintf(file, "%s\n%s\n", session, whole) > 0;
    good = !fclose(file) && good && !rename(fresh, note);
    return good ? STATUS_OK : failure_system(failure, errno, "%s", note);
}

static int note_read(const struct past *past, char recorded[PATH_MAX], struct failure *failure)
{
    char note[PATH_MAX], session[64] = "";
    note_path(note, sizeof note, past->folder, "");
    FILE *file = fopen(note, "re");
    if (!file)
        return failure_system(failure, errno, "%s", note);
    bool good = fgets(session, sizeof session, file) && fgets(recorded, PATH_MAX, file);
    fclose(file);
    session[strcspn(session, "\n")] = recorded[good ? strcspn(recorded, "\n") : 0] = 0;
    if (!good || strcmp(session, past->session))
        return failure_set(failure, STATUS_NOT_FOUND, "%s: names another session", note);
    return STATUS_OK;
}

uint64_t past_read(const struct past *past, struct failure *failure)
{
    char recorded[PATH_MAX] = "";
    struct session *session;
    struct frame frame;
    uint64_t taken = 0;
    if (note_read(past, recorded, failure) || session_open(&session, recorded, failure))
        return 0;
    if (!strcmp(session_about(session)->session_id, past->session) &&
        !session_seek(session, past->first, failure))
        while (taken < past->count && session_read(session, &frame, failure) == 1 &&
               !past->take(past->context, &frame, failure))
            taken++;
    session_close(session);
    return taken;
}
