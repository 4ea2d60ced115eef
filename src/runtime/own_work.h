/* SPDX-License-Identifier: MIT */
/* The user's own work, as a command line names it: cells like any others, under every model that can run
 * them. */
#ifndef CROSSPOINT_OWN_WORK_H
#define CROSSPOINT_OWN_WORK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "workload.h"

struct own_work {
    const char *plugin;  /* a shared object with a workload; NULL: none */
    const char *command; /* what a task starts; NULL: none */
    const char *python_task, *args,
        *path; /* MODULE:FUNCTION, its arguments as JSON, the module's folder; NULL: none */
};

bool own_work_given(const struct own_work *own);
/* Work for interpreters. */
bool own_work_is_python(const struct own_work *own);

/* That a callable is not asked for in C: 0, or -1 with error. kind: of runtimes; NULL: all. */
int own_work_check_runtime(const struct own_work *own, const char *kind, struct error *error);

/* Once a process, before any cell is looked at: its workloads are there from then on. -1 with error. */
int own_work_load(const struct own_work *own, struct error *error);

/* Is it one of the user's? */
bool own_work_has(const struct workload *workload);

/* That what was loaded is still what launches would load. 0, or -1 with error. */
int own_work_check(struct error *error);

/* What launches are told, so that they know the same cells; returns how many, at most OWN_WORK_ARGUMENTS_MAX.
 * They stay with what was loaded. other: NULL, or the plugin that stands in place of the one that was. */
enum { OWN_WORK_ARGUMENTS_MAX = 10 };
struct program;
size_t own_work_arguments(const struct program *other, char *arguments[OWN_WORK_ARGUMENTS_MAX]);

/* For run.json, which has no paths: a plugin by its file's name. NULL: there is none. */
json_t *own_work_json(const struct own_work *own);

#endif
