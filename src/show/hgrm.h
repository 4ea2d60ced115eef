/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_HGRM_H
#define CROSSPOINT_HGRM_H

#include <stdio.h>

#include "histogram.h"

/* A histogram in milliseconds, as HdrHistogram's hdr_percentiles_print() writes one in its classic format,
 * with 5 ticks each half distance: what its plotter and others read. 0, or -1 if the file cannot be written.
 */
int hgrm_write(const struct histogram *histogram, FILE *out);

#endif
