/* SPDX-License-Identifier: MIT */
#include "plan_json.h"

#include <stdio.h>

#include "runtime.h"

json_t *plan_to_json(const struct plan *plan)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        json_t *object =
            json_pack("{s:s, s:I, s:I, s:f}", "cell", cell->name, "group", (json_int_t)cell->group, "items",
                      (json_int_t)cell->items, "launch_s", cell->launch_s);
        if (cell->rate > 0)
            json_object_set_new(object, "rate", json_real(cell->rate));
        if (cell->skip[0])
            json_object_set_new(object, "skipped", json_string(cell->skip));
        json_array_append_new(cells, object);
    }
    return json_pack("{s:i, s:I, s:o}", "blocks", (int)plan->blocks, "seed", (json_int_t)plan->seed, "cells",
                     cells);
}

int plan_from_json(struct plan *plan, const json_t *object)
{
    size_t index;
    json_t *value;
    plan->blocks = (unsigned)json_integer_value(json_object_get(object, "blocks"));
    plan->seed = (uint64_t)json_integer_value(json_object_get(object, "seed"));
    json_array_foreach(json_object_get(object, "cells"), index, value)
    {
        struct cell cell;
        const char *name = json_string_value(json_object_get(value, "cell"));
        const char *skip = json_string_value(json_object_get(value, "skipped"));
        /* names in a plan are complete: workers:max no longer stands there */
        if (!name || cell_parse(name, NULL, &cell, NULL) || runtime_complete_named(&cell, 1, NULL))
            return -1;
        long added = plan_add(plan, &cell);
        if (added != (long)index)
            return -1;
        struct plan_cell *planned = &plan->cells[added];
        planned->group = (size_t)json_integer_value(json_object_get(value, "group"));
        planned->items = (uint64_t)json_integer_value(json_object_get(value, "items"));
        planned->rate = json_number_value(json_object_get(value, "rate"));
        planned->launch_s = json_number_value(json_object_get(value, "launch_s"));
        snprintf(planned->skip, sizeof planned->skip, "%s", skip ? skip : "");
    }
    return plan->count > 0 && plan->blocks > 0 ? 0 : -1;
}
