/**
 * @file support_vectors.h
 * The reference vectors that make_vectors.py wrote.
 */
#ifndef ROLLSCOPE_TESTS_DSP_SUPPORT_VECTORS_H
#define ROLLSCOPE_TESTS_DSP_SUPPORT_VECTORS_H

#include <stddef.h>

/** Most values of a vector. */
#define VECTOR_MOST 2048

/** One vector. */
struct vector {
    float values[VECTOR_MOST];
    size_t count;
    float scale; /**< its largest magnitude */
};

/** Reads a vector; fails the test when it is not there. */
void vector_read(const char *name, struct vector *vector);

/** Fails the test unless every value is within 1e-5 of the vector's scale. */
void vector_matches(const struct vector *expected, const float *values, size_t count);

#endif
