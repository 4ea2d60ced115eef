/* SPDX-License-Identifier: MIT */
/* A run: one plan measured into one results folder. */
#ifndef CROSSPOINT_SESSION_H
#define CROSSPOINT_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "busy.h"
#include "error.h"
#include "folder_lock.h"
#include "paths.h"
#include "plan.h"
#include "program.h"
#include "samples_file.h"
#include "topology.h"

/* One program and the folder its rows go to. */
struct session_build {
    const struct program *program; /* opened, by somebody who outlives the session */
    const struct program *plugin;  /* its own, opened likewise; NULL: what own_work_load has loaded */
    char folder[PATH_BYTES];
    struct folder_lock lock; /* zeroed: not held */
    struct samples_file samples;
};

struct session {
    struct plan plan;
    struct topology *topology;
    struct program own; /* what builds run if they are not told otherwise */
    int topology_file;  /* topology.xml of this machine, for launches */
    double launch_ms, timeout_s;
    struct error unbound; /* why workers cannot be bound to units here; empty: they can */
    double deadline_s;    /* a reading of clock_now_s() after which no block is begun; 0: none */
    bool gives_up;        /* when the first few blocks are all disturbed */
    bool gate;            /* disturbed blocks are repeated and do not count */
    struct session_build builds[2];
    size_t build_count;
    char folder[PATH_BYTES];     /* the results folder if it was made beforehand; else "" */
    size_t folder_before;        /* as of folder_make */
    char rules_path[PATH_BYTES]; /* the user's own rules; empty: those that come along */
    char run_id[96];
    json_t *run; /* what goes into run.json, but for the plan and the outcome */
    bool quiet;

    unsigned blocks_max;         /* with repeats */
    unsigned char *done;         /* [blocks_max * count]: rows there already, by block and slot */
    unsigned char *block_states; /* [blocks_max]: enum block_state */
    uint64_t launches, launches_done, launches_failed;
    unsigned blocks_disturbed; /* since this process began */
    char disturbed_by[128];    /* the last of them: which check, how much */
    bool throttled_expected;   /* there is a quota */
    struct busy busy;          /* when the last block began, until one counts */
    char busy_names[256];      /* what used the CPU besides us while it was disturbed */
    double measured_s, started_s;
};

/* How much work each group does: on its slowest member at least launch_ms; cells that cannot run here get
 * their skip reason. Prints progress. -1: interrupted. */
int session_calibrate(struct session *session);

/* Makes each build's folder (unless it is session->folder it must not exist) with run.json, topology.xml and
 * the header of samples.csv. */
int session_create(struct session *session, struct error *error);

/* Takes up a folder that an interrupted run left: reads plan and options from run.json, drops a last line
 * that is cut. One that was made with rules of one's own needs session->rules_path. */
int session_resume(struct session *session, struct error *error);

/* All launches that are not done yet; a row each, on disk as it ends, and each build's run.json with the
 * outcome
 * ("complete", "interrupted", "disturbed" or "failed"). 0, 1 when interrupted, 2 when the first few blocks
 * were all disturbed and it gave up, -1 with error. */
int session_measure(struct session *session, struct error *error);

/* One launch of a cell, its row to be kept by the caller. -1: interrupted. */
int session_launch(const struct session *session, const struct plan_cell *cell, uint64_t items, double rate,
                   size_t padding_bytes, struct row_buffer *row);

void session_close(struct session *session);

#endif
