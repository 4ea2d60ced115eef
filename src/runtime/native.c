/* SPDX-License-Identifier: MIT */
/* Compiled C, in a launch of this very program. */
#include "cell_run.h"
#include "runtime.h"

const struct runtime runtime_native = {
    .name = "native",
    .summary = "compiled C",
    .complete = cell_complete,
    .counts = cell_counts,
    .items = cell_items,
    .runnable = cell_runnable,
};
