#include "support_vectors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void vector_read(const char *name, struct vector *vector)
{
    char path[4096], word[64];
    const char *source = getenv("ROLLSCOPE_SOURCE");
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/tests/dsp/vectors.txt", source);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *vector = (struct vector){0};
    size_t count;
    while (fscanf(file, "%63s %zu", word, &count) == 2) {
        bool wanted = !strcmp(word, name);
        assert_true(count <= VECTOR_MOST);
        for (size_t i = 0; i < count; i++) {
            float value;
            assert_int_equal(fscanf(file, "%f", &value), 1);
            vector->values[i] = wanted ? value : vector->values[i];
        }
        if (wanted) {
            vector->count = count;
            break;
        }
    }
    fclose(file);
    assert_true(vector->count > 0);
    for (size_t i = 0; i < vector->count; i++)
        vector->scale = fmaxf(vector->scale, fabsf(vector->values[i]));
}

void vector_matches(const struct vector *expected, const float *values, size_t count)
{
    assert_true(count <= expected->count);
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(values[i] - expected->values[i]) <= 1e-5F * expected->scale))
            fail_msg("value %zu is %g, expected %g", i, (double)values[i],
                     (double)expected->values[i]);
}
