/* SPDX-License-Identifier: MIT */
#include "selftest_cells.h"

/* Short waits and few connections: what is asked is whether the same is found to be the same, not how fast it
 * is. */
const struct selftest_cells selftest_cells = {
    .families = {{"null/empty", "", "", true},
                 {"cpu/sum-squares", "/terms:20000", "/terms:20000", true},
                 {"io/sleep", "/conc:4/wait-ms:4", "/wait-ms:4", false},
                 {"io/echo", "/conc:4/place:split", "/place:split", true},
                 {"create/empty", "", "", false}},
    .busy = "native/cpu/sum-squares/thread-pool/workers:max/place:compact",
    .busy_key = "terms",
    .waiting = "native/io/sleep",
    .waiting_key = "wait-ms",
    .connecting = "native/io/echo/event-loop/conc:1000/place:none",
    .stoppable = "native/io/sleep/process-pool/conc:2/wait-ms:100",
};
