/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_SCALING_FIT_H
#define CROSSPOINT_SCALING_FIT_H

#include <stddef.h>

enum { SCALING_FIT_COUNTS_MIN = 6 }; /* distinct worker counts */

/* Amdahl and the Universal Scalability Law (Gunther 2007): speedup(n) = n / (1 + sigma (n-1) + kappa n
 * (n-1)), sigma, kappa >= 0, least squares in n/speedup - 1 with weights (speedup/n)^2. Amdahl: kappa = 0. -1
 * if fewer than SCALING_FIT_COUNTS_MIN worker counts, a count below 1 or a speedup that is not positive. */
struct scaling_fit {
    double sigma, kappa;
    double peak; /* workers at which speedup is highest: sqrt((1 - sigma) / kappa); INFINITY if kappa = 0; 1
                  * if sigma >= 1 */
    double residual; /* root mean square of speedup - fitted */
};
int scaling_fit_usl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out);
int scaling_fit_amdahl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out);

/* What lies beyond the worker counts that were measured, by the law above. */
struct scaling_beyond {
    double gain, gain_low, gain_high; /* speedup(more) / speedup(most that was measured) */
    double peak_low, peak_high;       /* of scaling_fit's peak */
};
/* The speedups are over workers[0]'s, which is measured like the others. Intervals from fits to made-up
 * speedups around the fitted law, as far off it as the measured ones are (with Student's doubt about how far
 * that is); the same for the same figures. -1 as above, or level is not inside of (0, 1), or out of memory.
 */
int scaling_fit_beyond(const double *workers, const double *speedup, size_t n, double more, double level,
                       struct scaling_beyond *out);

#endif
