#include "acquire.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char every_mat[] = "protocol variant rows cols pitch_mm rate_hz full_scale "
                                "full_scale_kpa bits flip transpose row_order col_order head tail "
                                "before after cell calibration";

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Copies text[length] without its %XX; false: too long, or a broken or zero %XX. */
static bool part_copy(char *out, size_t size, const char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char letter = text[i];
        if (letter == '%') {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return false;
            letter = (char)(high << 4 | low);
            i += 2;
        }
        if (used + 1 >= size)
            return false;
        out[used++] = letter;
    }
    out[used] = 0;
    return true;
}

static int parameter_parse(struct address *address, const char *text, size_t length,
                           struct failure *failure)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length;
    if (!equals || name_length == 0)
        return failure_set(failure, STATUS_ARGUMENT, "'%.*s' is not name=value", (int)length, text);
    if (address->count == ADDRESS_PARAMETERS_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "more than %d parameters",
                           ADDRESS_PARAMETERS_MAX);
    char *name = address->parameters[address->count].name;
    char *value = address->parameters[address->count].value;
    if (!part_copy(name, sizeof address->parameters[0].name, text, name_length) ||
        !part_copy(value, sizeof address->parameters[0].value, equals + 1,
                   length - name_length - 1))
        return failure_set(failure, STATUS_ARGUMENT, "'%.*s' is too long or has a broken %%XX",
                           (int)length, text);
    address->count++;
    return STATUS_OK;
}

int address_parse(struct address *address, const char *text, struct failure *failure)
{
    *address = (struct address){.count = 0};
    size_t scheme_length = strcspn(text, ":");
    if (!text[scheme_length] || scheme_length == 0 || scheme_length >= sizeof address->scheme)
        return failure_set(
            failure, STATUS_ARGUMENT,
            "address '%.200s' does not begin with serial:, pty:, tcp:, file: or such", text);
    memcpy(address->scheme, text, scheme_length);
    const char *target = text + scheme_length + 1;
    if (!strncmp(target, "//", 2) && strcmp(address->scheme, "tcp") == 0)
        target += 2;
    size_t target_length = strcspn(target, "?");
    if (target_length == 0 ||
        !part_copy(address->target, sizeof address->target, target, target_length))
        return failure_set(failure, STATUS_ARGUMENT,
                           "nothing, too much or a broken %%XX after '%s:' in address '%.200s'",
                           address->scheme, text);
    const char *rest = target + target_length;
    while (*rest) {
        rest++;
        size_t length = strcspn(rest, "&");
        struct failure why;
        if (parameter_parse(address, rest, length, &why))
            return failure_set(failure, STATUS_ARGUMENT, "address '%.200s': %s", text, why.text);
        rest += length;
    }
    return STATUS_OK;
}

const char *address_get(const struct address *address, const char *name, const char *otherwise)
{
    for (size_t i = 0; i < address->count; i++)
        if (!strcmp(address->parameters[i].name, name))
            return address->parameters[i].value;
    return otherwise;
}

int address_number(const struct address *address, const char *name, double least, double most,
                   double *value, struct failure *failure)
{
    const char *text = address_get(address, name, NULL);
    if (!text)
        return STATUS_OK;
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number < least || number > most)
        return failure_set(failure, STATUS_ARGUMENT, "%s:%s: %s=%s is not a number from %g to %g",
                           address->scheme, address->target, name, text, least, most);
    *value = number;
    return STATUS_OK;
}

static bool name_in(const char *name, const char *names)
{
    size_t length = strlen(name);
    for (const char *at = names; at && *at;) {
        at += strspn(at, " ");
        size_t word = strcspn(at, " ");
        if (word == length && word > 0 && !memcmp(at, name, length))
            return true;
        at += word;
    }
    return false;
}

int address_check(const struct address *address, const char *own, struct failure *failure)
{
    for (size_t i = 0; i < address->count; i++) {
        const char *name = address->parameters[i].name;
        if (!name_in(name, every_mat) && !name_in(name, own))
            return failure_set(failure, STATUS_ARGUMENT,
                               "%s:%s: unknown parameter '%s' (known: %s %s)", address->scheme,
                               address->target, name, every_mat, own ? own : "");
        if (address_get(address, name, NULL) != address->parameters[i].value)
            return failure_set(failure, STATUS_ARGUMENT, "%s:%s: parameter '%s' is given twice",
                               address->scheme, address->target, name);
    }
    return STATUS_OK;
}
