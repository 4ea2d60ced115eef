/* SPDX-License-Identifier: MIT */
/* Folders of results, as series of sessions: a processor, kernel, build and length of launches each. */
#ifndef CROSSPOINT_TRACK_HISTORY_H
#define CROSSPOINT_TRACK_HISTORY_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "gate.h"
#include "track.h"
#include "track_session.h"

/* A rule that was decided one way, and then the other. */
struct track_flip {
    char rule[64], runtime[32];
    const char *from, *to;  /* "holds", "does not hold" */
    size_t session, before; /* that has it, and the last that was decided before */
    bool recent;            /* of the last confirm + 2 sessions, and the rule's last */
};

struct track_series {
    struct track_session *sessions; /* by time; of the history's */
    size_t count;
    bool current; /* one of the last sessions of its processor is of it: only then it decides anything */
    char **cells; /* of all sessions */
    size_t cell_count;
    double *logs[TRACK_METRICS_MAX]; /* as track_judge takes them */
    double *canaries;                /* the same */
    struct track tracks[TRACK_METRICS_MAX];
    struct track_flip *flips;
    size_t flip_count;
};

struct track_history {
    enum column metrics[TRACK_METRICS_MAX];
    size_t metric_count;
    struct track_options options;
    const struct gate *gate;        /* NULL: none */
    struct track_session *sessions; /* those that are left out last */
    size_t session_count, used;
    struct track_series *series; /* those that are current first, the longest first */
    size_t series_count;
};

/* paths: folders that hold results folders, at whatever depth. filter: cells whose name it finds; may be
 * NULL. 0, or -1 with error. Free with track_history_free also after an error. */
int track_history_load(const char *const *paths, size_t count, const regex_t *filter,
                       struct track_history *history, struct error *error);
void track_history_free(struct track_history *history);

/* Of a series whose sessions are set: cells and logs, tracks and flips. -1: out of memory. */
int track_series_judge(struct track_history *history, struct track_series *series, const regex_t *filter);

/* "(all cells)" for the suite's row. */
const char *track_cell_name(const struct track_series *series, size_t row);

/* Figures of people: back from the logarithm. */
double track_figure(enum column metric, double log_value);

#endif
