#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>
#include <zmq.h>

#define OWN_NAME     "own.key"
#define OWN_FORMAT   "rollscope-key-1\npublic %64s\nsecret %64s\n"
#define ALLOWED_NAME "allowed"
#define Z85_SIZE     41
#define LINE_SIZE    256

static void path_of(char path[BUS_KEYS_PATH_SIZE], const char *folder, const char *name)
{
    if (snprintf(path, BUS_KEYS_PATH_SIZE, "%s/%s", folder, name) >= BUS_KEYS_PATH_SIZE)
        *path = 0;
}

/* What lies open is no secret. */
static int privacy_check(const char *path, const struct stat *about, struct failure *failure)
{
    if (about->st_uid != geteuid())
        return failure_set(failure, STATUS_ARGUMENT, "%s: belongs to another user", path);
    if (about->st_mode & (S_IRWXG | S_IRWXO))
        return failure_set(failure, STATUS_ARGUMENT,
                           "%s: others may use it (mode %04o): chmod go= it, and if it was so for "
                           "long, make new keys",
                           path, (unsigned)(about->st_mode & 07777));
    return STATUS_OK;
}

static int folder_check(const char *folder, struct failure *failure)
{
    struct stat about;
    if (lstat(folder, &about))
        return failure_system(failure, errno, "%s", folder);
    if (!S_ISDIR(about.st_mode))
        return failure_set(failure, STATUS_ARGUMENT, "%s: is not a folder", folder);
    return privacy_check(folder, &about, failure);
}

static int folders_make(const char *folder, struct failure *failure)
{
    char path[BUS_KEYS_PATH_SIZE];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0700) && errno != EEXIST)
            return failure_system(failure, errno, "%s: cannot be made", path);
        *slash = '/';
    }
    if (mkdir(path, 0700) && errno != EEXIST)
        return failure_system(failure, errno, "%s: cannot be made", path);
    return folder_check(folder, failure);
}

int bus_keys_folder(char folder[BUS_KEYS_PATH_SIZE], struct failure *failure)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    bool given = config && *config;
    int length = snprintf(folder, BUS_KEYS_PATH_SIZE, "%s%s/rollscope/keys",
                          given  ? config
                          : home ? home
                                 : "",
                          given ? "" : "/.config");
    if (!given && !home)
        return failure_set(failure, STATUS_ARGUMENT, "keys: HOME is not set");
    if (length < 0 || length >= BUS_KEYS_PATH_SIZE)
        return failure_set(failure, STATUS_ARGUMENT, "keys: the path of the folder is too long");
    return STATUS_OK;
}

/* Opens a file of the folder for reading, after looking at who may use it. */
static int private_open(FILE **file, const char *folder, const char *name, struct failure *failure)
{
    char path[BUS_KEYS_PATH_SIZE];
    struct stat about;
    path_of(path, folder, name);
    int status = folder_check(folder, failure);
    if (status)
        return status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return failure_system(failure, errno, "%s", path);
    if (fstat(descriptor, &about))
        status = failure_system(failure, errno, "%s", path);
    else if (!S_ISREG(about.st_mode))
        status = failure_set(failure, STATUS_ARGUMENT, "%s: is not a file", path);
    else
        status = privacy_check(path, &about, failure);
    *file = status ? NULL : fdopen(descriptor, "r");
    if (!*file)
        close(descriptor);
    return *file || status ? status : failure_set(failure, STATUS_MEMORY, "%s: no memory", path);
}

/* Puts a file in the place of another at once, readable by nobody else. */
static int private_write(const char *folder, const char *name, const char *text,
                         struct failure *failure)
{
    char path[BUS_KEYS_PATH_SIZE], fresh[BUS_KEYS_PATH_SIZE];
    path_of(path, folder, name);
    path_of(fresh, folder, ".new");
    unlink(fresh);
    int descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return failure_system(failure, errno, "%s", fresh);
    size_t length = strlen(text);
    bool good = write(descriptor, text, length) == (ssize_t)length && !fsync(descriptor);
    good = !close(descriptor) && good && !rename(fresh, path);
    return good ? STATUS_OK : failure_system(failure, errno, "%s: cannot be written", path);
}

int key_decode(uint8_t key[KEY_BYTES], const char *text, struct failure *failure)
{
    size_t length = 0;
    const char *end;
    if (strlen(text) != BUS_KEY_SIZE - 1 ||
        sodium_hex2bin(key, KEY_BYTES, text, BUS_KEY_SIZE - 1, NULL, &length, &end) ||
        length != KEY_BYTES)
        return failure_set(failure, STATUS_ARGUMENT,
                           "'%.80s' is no key: a key is 64 hexadecimal digits", text);
    return STATUS_OK;
}

static void key_encode(char text[BUS_KEY_SIZE], const uint8_t key[KEY_BYTES])
{
    sodium_bin2hex(text, BUS_KEY_SIZE, key, KEY_BYTES);
}

void key_pair_forget(struct key_pair *pair)
{
    sodium_memzero(pair, sizeof *pair);
}

int key_pair_read(struct key_pair *pair, const char *folder, struct failure *failure)
{
    FILE *file;
    char public_key[BUS_KEY_SIZE] = "", secret_key[BUS_KEY_SIZE] = "";
    int status = private_open(&file, folder, OWN_NAME, failure);
    if (status == STATUS_NOT_FOUND)
        return failure_set(failure, status, "%s: there are no keys yet: rollscope keys --make",
                           folder);
    if (status)
        return status;
    bool good = fscanf(file, OWN_FORMAT, public_key, secret_key) == 2;
    fclose(file);
    if (!good || key_decode(pair->public_key, public_key, NULL) ||
        key_decode(pair->secret_key, secret_key, NULL))
        status = failure_set(failure, STATUS_FORMAT, "%s/" OWN_NAME ": is not a key file", folder);
    sodium_memzero(secret_key, sizeof secret_key);
    return status;
}

int bus_key_own(const char *folder, char key[BUS_KEY_SIZE], struct failure *failure)
{
    struct key_pair pair;
    int status = key_pair_read(&pair, folder, failure);
    if (!status)
        key_encode(key, pair.public_key);
    key_pair_forget(&pair);
    return status;
}

int bus_key_make(const char *folder, char key[BUS_KEY_SIZE], struct failure *failure)
{
    char path[BUS_KEYS_PATH_SIZE], secret[BUS_KEY_SIZE], text[LINE_SIZE];
    char public_z85[Z85_SIZE], secret_z85[Z85_SIZE];
    struct key_pair pair;
    int status = folders_make(folder, failure);
    path_of(path, folder, OWN_NAME);
    if (status)
        return status;
    if (!access(path, F_OK))
        return failure_set(failure, STATUS_BUSY, "%s: there already; remove it to make new ones",
                           path);
    if (zmq_curve_keypair(public_z85, secret_z85) || !zmq_z85_decode(pair.public_key, public_z85) ||
        !zmq_z85_decode(pair.secret_key, secret_z85))
        return failure_set(failure, STATUS_UNSUPPORTED, "keys: this ZeroMQ has no CURVE");
    key_encode(key, pair.public_key);
    key_encode(secret, pair.secret_key);
    snprintf(text, sizeof text, "rollscope-key-1\npublic %s\nsecret %s\n", key, secret);
    status = private_write(folder, OWN_NAME, text, failure);
    sodium_memzero(text, sizeof text);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(secret_z85, sizeof secret_z85);
    key_pair_forget(&pair);
    return status;
}

static bool name_good(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.@";
    return *name && strlen(name) < BUS_KEY_NAME_SIZE && !name[strspn(name, letters)];
}

int bus_keys_allowed(const char *folder, struct bus_key keys[BUS_KEYS_MOST],
                     struct failure *failure)
{
    FILE *file;
    int status = private_open(&file, folder, ALLOWED_NAME, failure), count = 0;
    if (status)
        return status == STATUS_NOT_FOUND ? 0 : status;
    char line[LINE_SIZE];
    uint8_t ignored[KEY_BYTES];
    while (!status && fgets(line, sizeof line, file)) {
        struct bus_key key;
        bool good = sscanf(line, "%64s %31s", key.key, key.name) == 2 && name_good(key.name) &&
                    !key_decode(ignored, key.key, NULL);
        if (!good || count == BUS_KEYS_MOST)
            status = failure_set(failure, good ? STATUS_FULL : STATUS_FORMAT,
                                 "%s/" ALLOWED_NAME ": line %d: %s", folder, count + 1,
                                 good ? "too many keys" : "is not 'KEY NAME'");
        else
            keys[count++] = key;
    }
    fclose(file);
    return status ? status : count;
}

static int allowed_write(const char *folder, const struct bus_key *keys, int count,
                         struct failure *failure)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return failure_set(failure, STATUS_MEMORY, "keys: out of memory");
    for (int i = 0; i < count; i++)
        fprintf(stream, "%s %s\n", keys[i].key, keys[i].name);
    int status = fclose(stream) ? failure_set(failure, STATUS_MEMORY, "keys: out of memory")
                                : private_write(folder, ALLOWED_NAME, text, failure);
    free(text);
    return status;
}

/* Takes the key of that name out. @return how many are left */
static int name_remove(struct bus_key *keys, int count, const char *name)
{
    int left = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(keys[i].name, name) != 0)
            keys[left++] = keys[i];
    return left;
}

int bus_key_allow(const char *folder, const struct bus_key *key, struct failure *failure)
{
    uint8_t bytes[KEY_BYTES];
    struct bus_key keys[BUS_KEYS_MOST + 1];
    int status = key_decode(bytes, key->key, failure);
    if (!status && !name_good(key->name))
        status = failure_set(failure, STATUS_ARGUMENT,
                             "'%s': a name has up to %d letters, digits, '-', '_', '.' and '@'",
                             key->name, BUS_KEY_NAME_SIZE - 1);
    if (!status)
        status = folders_make(folder, failure);
    int count = status ? status : bus_keys_allowed(folder, keys, failure);
    if (count < 0)
        return count;
    count = name_remove(keys, count, key->name);
    if (count == BUS_KEYS_MOST)
        return failure_set(failure, STATUS_FULL, "%s: %d keys are the most", folder, count);
    keys[count] = *key;
    key_encode(keys[count].key, bytes);
    return allowed_write(folder, keys, count + 1, failure);
}

int bus_key_forget(const char *folder, const char *name, struct failure *failure)
{
    struct bus_key keys[BUS_KEYS_MOST];
    int count = bus_keys_allowed(folder, keys, failure);
    if (count < 0)
        return count;
    int left = name_remove(keys, count, name);
    if (left == count)
        return failure_set(failure, STATUS_NOT_FOUND, "no key is called '%s'", name);
    return allowed_write(folder, keys, left, failure);
}

bool key_allowed(const char *folder, const uint8_t key[KEY_BYTES])
{
    struct bus_key keys[BUS_KEYS_MOST];
    char text[BUS_KEY_SIZE];
    int count = bus_keys_allowed(folder, keys, NULL);
    key_encode(text, key);
    for (int i = 0; i < count; i++)
        if (!sodium_memcmp(keys[i].key, text, BUS_KEY_SIZE))
            return true;
    return false;
}
