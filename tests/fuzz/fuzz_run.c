/* SPDX-License-Identifier: MIT */
/* A run.json: as compare reads it, and the plan that --resume goes on with. */
#include <string.h>

#include "compare_origin.h"
#include "fuzz.h"
#include "plan_json.h"
#include "run_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *folder = fuzz_folder("run.json", data, size);
    struct compare_origin origin;
    struct error error;
    char warning[512];
    json_t *run = run_file_load(folder, &error);
    if (run) {
        struct plan plan = {.cells = NULL};
        plan_from_json(&plan, run_file_value(run, "plan"));
        plan_free(&plan);
        run_file_text(run, "machine.fingerprint.cpu_model", "");
        run_file_number(run, "machine.units_max", 1);
    }
    json_decref(run);
    if (compare_origin_load(folder, &origin, &error) == 0)
        compare_origin_warning(&origin, &origin, warning, sizeof warning);
    compare_origin_free(&origin);
    return 0;
}
