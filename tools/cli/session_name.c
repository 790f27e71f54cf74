#include "session_name.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "sessions"

void session_name(char *path, size_t size)
{
    struct stat about;
    const char *folder = !stat(FOLDER, &about) && S_ISDIR(about.st_mode) ? FOLDER "/" : "";
    time_t now = time(NULL);
    struct tm utc;
    char when[32];
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    snprintf(path, size, "%srollscope-%s.h5", folder, when);
    for (unsigned i = 2; !access(path, F_OK); i++)
        snprintf(path, size, "%srollscope-%s-%u.h5", folder, when, i);
}
