/**
 * @file mat.h
 * The vocabulary that every room shares: what a mat is, what a frame, a contact and an event are.
 * libc only. Include this header, never the ones below it, from outside `mat/`.
 */
#ifndef ROLLSCOPE_MAT_H
#define ROLLSCOPE_MAT_H

#include "column.h"
#include "contact.h"
#include "event.h"
#include "frame.h"
#include "geometry.h"
#include "metrics.h"
#include "parameters.h"
#include "pressure.h"
#include "rank.h"
#include "status.h"
#include "truth.h"

#endif
