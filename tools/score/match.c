#include "match.h"

#include "mat/mat.h"

#include <stdbool.h>
#include <stdlib.h>

static size_t list_pairs(const struct match *match, struct match_pair *pairs)
{
    size_t count = 0;
    for (size_t i = 0; i < match->truth_count; i++)
        for (size_t k = 0; k < match->found_count; k++) {
            double likeness = match->likeness(match->context, i, k);
            if (likeness < match->least || likeness <= 0)
                continue;
            if (pairs)
                pairs[count] = (struct match_pair){i, k, likeness};
            count++;
        }
    return count;
}

static int likest_first(const void *a, const void *b)
{
    const struct match_pair *x = a, *y = b;
    if (x->likeness != y->likeness)
        return x->likeness < y->likeness ? 1 : -1;
    if (x->truth != y->truth)
        return x->truth > y->truth ? 1 : -1;
    return x->found > y->found ? 1 : -1;
}

int match_find(struct match *match)
{
    size_t candidates = list_pairs(match, NULL);
    match->pairs = calloc(candidates + 1, sizeof *match->pairs);
    bool *taken = calloc(match->truth_count + match->found_count + 1, sizeof *taken);
    if (!match->pairs || !taken) {
        free(taken);
        return STATUS_MEMORY;
    }
    list_pairs(match, match->pairs);
    qsort(match->pairs, candidates, sizeof *match->pairs, likest_first);
    for (size_t i = 0; i < candidates; i++) {
        struct match_pair pair = match->pairs[i];
        bool *truth = &taken[pair.truth], *other = &taken[match->truth_count + pair.found];
        if (*truth || *other)
            continue;
        *truth = *other = true;
        match->pairs[match->count++] = pair;
    }
    free(taken);
    return STATUS_OK;
}

void match_clear(struct match *match)
{
    free(match->pairs);
    match->pairs = NULL;
    match->count = 0;
}
