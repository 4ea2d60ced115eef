/* SPDX-License-Identifier: MIT */
/* A run: one plan measured into one results folder. */
#ifndef CROSSPOINT_SESSION_H
#define CROSSPOINT_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "paths.h"
#include "plan.h"
#include "topology.h"

struct session {
    struct plan plan;
    const struct topology *topology;
    double launch_ms, timeout_s;
    char folder[PATH_BYTES], run_id[96];
    char program[PATH_BYTES], topology_xml[PATH_BYTES];
    json_t *run; /* what goes into run.json, but for the plan and the outcome */
    bool quiet;

    int samples;         /* descriptor of samples.csv */
    unsigned char *done; /* [blocks * count]: rows there already, by block and slot */
    uint64_t launches, launches_done, launches_failed;
    double measured_s, started_s;
};

/* How much work each group does: on its slowest member at least launch_ms; cells that cannot run here get
 * their skip reason. Prints progress. -1: interrupted. */
int session_calibrate(struct session *session);

/* Makes the folder (it must not exist) with run.json, topology.xml and the header of samples.csv. */
int session_create(struct session *session, struct error *error);

/* Takes up a folder that an interrupted run left: reads plan and options from run.json, drops a last line
 * that is cut. */
int session_resume(struct session *session, const char *folder, struct error *error);

/* All launches that are not done yet; a row each, on disk as it ends. 0, 1 when interrupted, -1 with error.
 */
int session_measure(struct session *session, struct error *error);

/* Writes run.json with the outcome ("complete" or "interrupted"). */
int session_write_run(const struct session *session, const char *outcome, struct error *error);

void session_close(struct session *session);

#endif
