#include "calibrations.h"

#include "../cli/configuration.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_MOST (16 << 20)
#define SUFFIX    ".json"

void calibrations_folder(char *path, size_t size)
{
    configuration_folder(path, size);
    size_t length = strlen(path);
    snprintf(path + length, size - length, "/calibrations");
}

const char *calibration_words(const struct mat_info *mat)
{
    if (*mat->calibration)
        return "";
    bool counts = mat->geometry.scale_kpa >= 1 && mat->geometry.scale_kpa <= 1;
    return counts ? "not calibrated: 1 kPa stands for one count"
                  : "not calibrated: kPa are counts times a nominal scale";
}

static int folders_make(const char *path, struct failure *failure)
{
    char partial[PATH_MAX];
    snprintf(partial, sizeof partial, "%s", path);
    for (char *at = partial + 1; *at; at++)
        if (*at == '/') {
            *at = 0;
            mkdir(partial, 0755);
            *at = '/';
        }
    return mkdir(partial, 0755) && errno != EEXIST
               ? failure_system(failure, errno, "%s cannot be made", path)
               : STATUS_OK;
}

int calibration_save(const struct calibration *calibration, const char *path,
                     struct failure *failure)
{
    char fresh[PATH_MAX];
    char *text = calibration_text(calibration);
    if (!text)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "we");
    bool written = file && fprintf(file, "%s\n", text) > 0;
    int error = errno;
    bool closed = file && fclose(file) == 0;
    free(text);
    if (written && closed && rename(fresh, path) == 0)
        return STATUS_OK;
    error = written ? errno : error;
    if (file)
        unlink(fresh);
    return failure_system(failure, error, "%s cannot be written", path);
}

int calibration_keep(const struct calibration *calibration, const char *folder,
                     struct failure *failure)
{
    char path[PATH_MAX];
    int status = folders_make(folder, failure);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/%s" SUFFIX, folder, calibration_about(calibration)->id);
    return access(path, F_OK) ? calibration_save(calibration, path, failure) : STATUS_OK;
}

static int file_read(FILE *file, char **text, size_t *size)
{
    struct stat about;
    *text = NULL;
    if (fstat(fileno(file), &about) || !S_ISREG(about.st_mode) || about.st_size > SIZE_MOST)
        return STATUS_FORMAT;
    *text = malloc((size_t)about.st_size + 1);
    if (!*text)
        return STATUS_MEMORY;
    *size = fread(*text, 1, (size_t)about.st_size, file);
    return STATUS_OK;
}

int calibration_load(struct calibration **calibration, const char *path, struct failure *failure)
{
    char *text;
    size_t size = 0;
    struct failure reason = {0};
    *calibration = NULL;
    FILE *file = fopen(path, "re");
    if (!file)
        return failure_system(failure, errno, "%s", path);
    int status = file_read(file, &text, &size);
    fclose(file);
    if (status)
        return failure_set(failure, status, "%s is no calibration", path);
    status = calibration_read(calibration, text, size, &reason);
    free(text);
    return status ? failure_set(failure, status, "%s: %s", path, reason.text) : STATUS_OK;
}

static bool is_for(const struct calibration *calibration, const struct mat_info *mat)
{
    const struct calibration_about *about = calibration_about(calibration);
    return *mat->serial && !strcmp(about->serial, mat->serial) &&
           !strcmp(about->device, mat->device) &&
           calibration_check(calibration, &mat->geometry, NULL) == STATUS_OK;
}

/* The newest one kept for this very mat; NULL: there is none. */
static struct calibration *newest_find(const struct mat_info *mat)
{
    char folder[PATH_MAX], path[PATH_MAX];
    struct calibration *newest = NULL, *read;
    calibrations_folder(folder, sizeof folder);
    DIR *listing = *mat->serial ? opendir(folder) : NULL;
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);
        if (length <= suffix || strcmp(entry->d_name + length - suffix, SUFFIX) != 0 ||
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path ||
            calibration_load(&read, path, NULL))
            continue;
        bool better =
            is_for(read, mat) && (!newest || strcmp(calibration_about(read)->created,
                                                    calibration_about(newest)->created) > 0);
        calibration_destroy(better ? newest : read);
        newest = better ? read : newest;
    }
    if (listing)
        closedir(listing);
    return newest;
}

int calibration_named(struct calibration **calibration, const char *choice, struct failure *failure)
{
    char folder[PATH_MAX], path[PATH_MAX];
    calibrations_folder(folder, sizeof folder);
    bool kept = !strchr(choice, '/') && access(choice, F_OK) != 0 &&
                snprintf(path, sizeof path, "%s/%s" SUFFIX, folder, choice) < (int)sizeof path;
    return calibration_load(calibration, kept ? path : choice, failure);
}

int calibration_choose(struct calibration **calibration, const struct source *source,
                       const char *choice, struct failure *failure)
{
    const struct mat_info *mat = source_info(source);
    const char *own = source_calibration(source);
    int status = STATUS_OK;
    *calibration = NULL;
    if (!strcmp(choice, "none"))
        return STATUS_OK;
    if (strcmp(choice, "auto") != 0)
        status = calibration_named(calibration, choice, failure);
    else if (own)
        status = calibration_read(calibration, own, strlen(own), failure);
    else if (!*mat->calibration)
        *calibration = newest_find(mat);
    if (!status && *calibration)
        status = calibration_check(*calibration, &mat->geometry, failure);
    if (status) {
        calibration_destroy(*calibration);
        *calibration = NULL;
    }
    return status;
}

int calibration_of_session(struct calibration **calibration, const struct session *session,
                           struct failure *failure)
{
    const struct session_about *about = session_about(session);
    const char *text = about->calibration_text;
    *calibration = NULL;
    int status = text ? calibration_read(calibration, text, strlen(text), failure) : STATUS_OK;
    if (!status && *calibration)
        status = calibration_check(*calibration, &about->mat.geometry, failure);
    if (status) {
        calibration_destroy(*calibration);
        *calibration = NULL;
    }
    return status;
}

int calibration_on_bus(struct calibration **calibration, const char *folder,
                       const struct mat_info *mat, struct failure *failure)
{
    char path[PATH_MAX];
    *calibration = NULL;
    if (strncmp(mat->calibration, CALIBRATION_PREFIX, strlen(CALIBRATION_PREFIX)) != 0)
        return STATUS_OK;
    snprintf(path, sizeof path, "%s/%s" SUFFIX, folder, mat->calibration);
    return calibration_load(calibration, path, failure);
}
