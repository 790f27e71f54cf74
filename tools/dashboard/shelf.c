#include "shelf.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX     "index.html"
#define FILE_MOST ((off_t)1 << 20)

static const struct media {
    const char *ending, *type;
} medias[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof medias / sizeof medias[0]; i++)
        if (!strcmp(ending, medias[i].ending))
            return medias[i].type;
    return NULL;
}

static int bytes_read(struct shelf_file *file, const char *path, struct failure *failure)
{
    struct stat about;
    FILE *stream = fopen(path, "re");
    if (!stream || fstat(fileno(stream), &about)) {
        int status = failure_system(failure, errno, "%s", path);
        if (stream)
            fclose(stream);
        return status;
    }
    int status = STATUS_OK;
    file->bytes = about.st_size <= FILE_MOST ? malloc((size_t)about.st_size + 1) : NULL;
    if (!file->bytes)
        status = failure_set(failure, STATUS_MEMORY, "%s: too large", path);
    else
        file->size = fread(file->bytes, 1, (size_t)about.st_size, stream);
    fclose(stream);
    return status;
}

static int file_take(struct shelf *shelf, const char *folder, const char *name,
                     struct failure *failure)
{
    char path[PATH_MAX];
    struct shelf_file *file = &shelf->files[shelf->count];
    const char *type = type_of(name);
    if (!type || *name == '.' || shelf->count == SHELF_MOST ||
        strlen(name) + 2 > sizeof file->name ||
        snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return STATUS_OK;
    snprintf(file->name, sizeof file->name, "/%.*s", (int)sizeof file->name - 2,
             strcmp(name, INDEX) ? name : "");
    file->type = type;
    int status = bytes_read(file, path, failure);
    shelf->count += status == STATUS_OK;
    return status;
}

static int folder_take(struct shelf *shelf, DIR *folder, const char *path, struct failure *failure)
{
    struct dirent *entry;
    int status = STATUS_OK;
    while (!status && (entry = readdir(folder)))
        status = file_take(shelf, path, entry->d_name, failure);
    closedir(folder);
    return status;
}

int shelf_fill(struct shelf *shelf, struct failure *failure)
{
    static const char *const places[] = {"page", "../share/rollscope/page"};
    char program[PATH_MAX], path[2 * PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    memset(shelf, 0, sizeof *shelf);
    program[length > 0 ? length : 0] = 0;
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", program, places[i]);
        DIR *folder = opendir(path);
        if (folder)
            return folder_take(shelf, folder, path, failure);
    }
    return failure_set(failure, STATUS_NOT_FOUND, "the files of the page are not in %s/%s", program,
                       places[1]);
}

const struct shelf_file *shelf_find(const struct shelf *shelf, const char *name)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (!strcmp(shelf->files[i].name, name))
            return &shelf->files[i];
    return NULL;
}

void shelf_clear(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++)
        free(shelf->files[i].bytes);
    shelf->count = 0;
}
