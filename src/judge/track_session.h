/* SPDX-License-Identifier: MIT */
/* One results folder, as a session of a history. */
#ifndef CROSSPOINT_TRACK_SESSION_H
#define CROSSPOINT_TRACK_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "result.h"
#include "verdicts_file.h"

enum { TRACK_METRICS_MAX = 8, TRACK_CANARIES = 4 };

/* As run.json's blocks have them: canary_integer_ns, ... */
extern const char *const track_canary_names[TRACK_CANARIES]; /* "canary integer" */

struct track_session {
    char *path;
    char id[160]; /* session and run: two folders that share it are copies */
    char run_id[64], commit[48], time_text[24];
    int64_t time;
    char machine[256]; /* processor and topology: its series follow one another */
    char origin[512];  /* what must not differ within a series, in words */
    char **cells;      /* in samples_compare_names' order */
    double *medians;   /* [cell * metrics + metric], over its ok rows; NaN: no figure; INFINITY: all failed */
    size_t cell_count;
    double canaries[TRACK_CANARIES]; /* ns, medians over the run's blocks; NaN: not known */
    struct verdict_lines verdicts;
    char note[512]; /* why it is left out, or what is odd; "" */
    int left_out;
};

/* What is wrong with a folder is no error, but its note. path is taken over. 0, or -1: out of memory. Free
 * with track_session_free. */
int track_session_load(char *path, const enum column *metrics, size_t metric_count, int64_t now,
                       struct track_session *session);
void track_session_free(struct track_session *session);

#endif
