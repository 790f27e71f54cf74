/**
 * @file json_line.h
 * One JSON object on one line: how every verb prints results for programs.
 */
#ifndef ROLLSCOPE_TOOLS_JSON_LINE_H
#define ROLLSCOPE_TOOLS_JSON_LINE_H

#include "mat/mat.h"

#include <stdio.h>

#include <jansson.h>

/**
 * Prints an object and a newline; doubles with 17 significant digits, keys in their order.
 * @param object is given up, also on failure; NULL (it could not be made): STATUS_FORMAT
 * @param about what the object is about, for the failure: a file, an address
 * @return STATUS_OK, STATUS_FORMAT (a text that is not UTF-8, no memory), STATUS_SYSTEM
 */
int json_line(FILE *stream, json_t *object, const char *about, struct failure *failure);

/** A number; null where it is none. */
json_t *json_number(double number);

#endif
