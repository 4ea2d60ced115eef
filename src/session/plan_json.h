/* SPDX-License-Identifier: MIT */
/* A plan as it stands in run.json. */
#ifndef CROSSPOINT_PLAN_JSON_H
#define CROSSPOINT_PLAN_JSON_H

#include <jansson.h>

#include "plan.h"

/* A new reference; NULL: out of memory. */
json_t *plan_to_json(const struct plan *plan);

/* Fills an empty plan. -1: the object holds no plan; the plan is then to be freed all the same. */
int plan_from_json(struct plan *plan, const json_t *object);

#endif
