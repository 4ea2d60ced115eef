/* SPDX-License-Identifier: MIT */
/* How the program ends: a contract, told in README.md. */
#ifndef CROSSPOINT_EXIT_CODES_H
#define CROSSPOINT_EXIT_CODES_H

enum {
    EXIT_FINE = 0,
    EXIT_REGRESSION = 1,
    EXIT_USAGE = 2,
    EXIT_NOTHING_COMPARABLE = 3,
    EXIT_TOO_LITTLE_DATA = 4,
    EXIT_INTERRUPTED = 130,
};

#endif
