/* SPDX-License-Identifier: MIT */
/* Where a run comes from, as its run.json tells: decides how two runs are compared and what to warn of. */
#ifndef CROSSPOINT_COMPARE_ORIGIN_H
#define CROSSPOINT_COMPARE_ORIGIN_H

#include <jansson.h>

#include "compare.h"
#include "error.h"

struct compare_origin {
    char session[96];    /* "session": runs that were interleaved share it; "" if there is none */
    json_t *fingerprint; /* "machine"."fingerprint"; NULL if there is none */
};

/* path: a results folder, or a samples.csv, which tells nothing, as does a folder without run.json. -1:
 * run.json is there and cannot be read. Free with compare_origin_free also after an error. */
int compare_origin_load(const char *path, struct compare_origin *origin, struct error *error);
void compare_origin_free(struct compare_origin *origin);

enum compare_pairing compare_origin_pairing(const struct compare_origin *base,
                                            const struct compare_origin *new);

/* "measured on different machines: cpu_model 'X' against 'Y', kernel …"; "" if the fingerprints agree or
 * neither run has one. Cut to what fits. */
void compare_origin_warning(const struct compare_origin *base, const struct compare_origin *new, char *text,
                            size_t text_bytes);

#endif
