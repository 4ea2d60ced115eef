/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "table_write.h"

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *cell_json(const struct table_cell *cell)
{
    switch (cell->kind) {
    case TABLE_ABSENT:
        break;
    case TABLE_WORDS:
        return json_string(cell->text);
    case TABLE_NUMBER:
        return json_real(cell->number[0]);
    case TABLE_COUNT:
        return json_integer((json_int_t)cell->number[0]);
    case TABLE_TRUTH:
        return json_boolean(cell->number[0] != 0);
    case TABLE_RANGE:
        return json_pack("[o, o]", number_or_null(cell->number[0]), number_or_null(cell->number[1]));
    case TABLE_NESTED:
        return table_json(cell->nested);
    }
    return json_null();
}

json_t *table_json_row(const struct table *table, const struct table_row *row)
{
    json_t *object = json_object();
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k) &&
            json_object_set_new(object, table->columns[k].key, cell_json(&row->cells[k]))) {
            json_decref(object);
            return NULL;
        }
    return object;
}

json_t *table_json(const struct table *table)
{
    json_t *array = json_array();
    for (size_t i = 0; i < table->count; i++)
        if (json_array_append_new(array, table_json_row(table, &table->rows[i]))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

/* A row at a time: a large table takes no memory. */
int table_write_json(const struct table *table, const struct table_style *style, FILE *out)
{
    (void)style;
    int failed = 0;
    putc('[', out);
    for (size_t i = 0; i < table->count && !failed; i++) {
        json_t *row = table_json_row(table, &table->rows[i]);
        fputs(i ? ",\n    " : "\n    ", out);
        failed = row ? json_dumpf(row, out, 0) : -1;
        json_decref(row);
    }
    fputs("\n  ]", out);
    return failed;
}
