/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FISHER_H
#define CROSSPOINT_FISHER_H

#include <stddef.h>

/* Two-sided p of Fisher's exact test (1935) that `hits` of `count` and `other_hits` of `other_count` are of
 * one rate: the chance, with all sums given, of a table that is no likelier than this. */
double fisher_exact(size_t hits, size_t count, size_t other_hits, size_t other_count);

#endif
