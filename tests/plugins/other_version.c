/* SPDX-License-Identifier: MIT */
/* As if compiled with a header that is to come. */
#include <crosspoint/workload.h>

const unsigned crosspoint_workload_version[2] = {CROSSPOINT_WORKLOAD_VERSION + 1, 8};
const struct workload crosspoint_workload = {.name = "other"};
