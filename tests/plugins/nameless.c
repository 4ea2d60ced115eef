/* SPDX-License-Identifier: MIT */
#include <crosspoint/workload.h>

CROSSPOINT_WORKLOAD = {.summary = "has no name"};
