#include "exports.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define QUOTE_MOST 40

int text_next(struct export_text *text, struct failure *failure)
{
    errno = 0;
    ssize_t length = getline(&text->line, &text->room, text->file);
    if (length < 0)
        return feof(text->file) ? STATUS_END : failure_system(failure, errno, "%s", text->path);
    text->number++;
    if (memchr(text->line, 0, (size_t)length))
        return text_wrong(text, failure, "a byte that is no text", "");
    while (length > 0 && (text->line[length - 1] == '\n' || text->line[length - 1] == '\r'))
        text->line[--length] = 0;
    return 1;
}

int text_need(struct export_text *text, const char *wanted, struct failure *failure)
{
    int status = text_next(text, failure);
    if (status == STATUS_END)
        return failure_set(failure, STATUS_FORMAT, "%s: ends after line %u, before %s", text->path,
                           text->number, wanted);
    return status;
}

struct export_place text_place(const struct export_text *text)
{
    return (struct export_place){ftell(text->file), text->number};
}

void text_return(struct export_text *text, struct export_place place)
{
    fseek(text->file, place.offset, SEEK_SET);
    text->number = place.number;
}

int text_wrong(const struct export_text *text, struct failure *failure, const char *words,
               const char *quoted)
{
    return failure_set(failure, STATUS_FORMAT, "%s:%u: %s%s%.*s%s", text->path, text->number, words,
                       *quoted ? " '" : "", QUOTE_MOST, quoted, *quoted ? "'" : "");
}

static unsigned decimals_of(const char *from, const char *to)
{
    const char *point = memchr(from, '.', (size_t)(to - from));
    return point ? (unsigned)(to - point - 1) : 0;
}

static bool is_end(char c, const struct fields *fields)
{
    return !c || c == fields->apart || c == ' ' || c == '\t';
}

/* One value; where it ends. @return NULL: it is none */
static const char *value_read(const char *at, const struct fields *fields, double *value,
                              unsigned *decimals)
{
    char *end;
    if (fields->none && *at == fields->none && is_end(at[1], fields)) {
        *value = 0;
        return at + 1;
    }
    *value = strtod(at, &end);
    if (end == at || !is_end(*end, fields) || !isfinite(*value) ||
        (*value < 0 && !fields->negative))
        return NULL;
    unsigned digits = decimals_of(at, end);
    *decimals = digits > *decimals ? digits : *decimals;
    return end;
}

int text_values(struct export_text *text, const char *from, const struct fields *fields,
                double *values, size_t count, struct failure *failure)
{
    const char *at = from;
    for (size_t i = 0; i < count; i++) {
        at += strspn(at, " \t");
        const char *end = value_read(at, fields, &values[i], &text->decimals);
        if (!end)
            return text_wrong(text, failure, *at ? "no value:" : "values are missing", at);
        at = end + strspn(end, " \t");
        at += fields->apart && *at == fields->apart && i + 1 < count;
    }
    char rest[] = {' ', '\t', fields->apart, 0};
    return at[strspn(at, rest)] ? text_wrong(text, failure, "more values than cells:", at)
                                : STATUS_OK;
}

char *text_behind(struct export_text *text, const char *name, char apart)
{
    size_t length = strlen(name);
    char skipped[] = {' ', '\t', apart, 0}, until[] = {apart, 0};
    if (strncmp(text->line, name, length) != 0)
        return NULL;
    char *word = text->line + length;
    if (*word && !strchr(skipped, *word))
        return NULL;
    word += strspn(word, skipped);
    word[apart ? strcspn(word, until) : strlen(word)] = 0;
    return word;
}

int text_number(const struct export_text *text, const char *word, double most, double *number,
                struct failure *failure)
{
    char *end;
    *number = strtod(word, &end);
    if (end == word || !(*number > 0 && *number <= most))
        return text_wrong(text, failure, "out of range or no number:", word);
    return STATUS_OK;
}
