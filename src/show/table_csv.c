/* SPDX-License-Identifier: MIT */
/* RFC 4180. */
#include <csv.h>
#include <string.h>

#include "table_write.h"

static void put_field(FILE *out, const char *text, bool first)
{
    if (!first)
        putc(',', out);
    if (strpbrk(text, ",\"\r\n"))
        csv_fwrite(out, text, strlen(text));
    else
        fputs(text, out);
}

int table_write_csv(const struct table *table, const struct table_style *style, FILE *out)
{
    (void)style;
    bool first = true;
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k)) {
            put_field(out, table->columns[k].key, first);
            first = false;
        }
    putc('\n', out);
    for (size_t i = 0; i < table->count; i++) {
        first = true;
        for (size_t k = 0; k < table->column_count; k++)
            if (table_shows(table, k)) {
                const char *text = table->rows[i].cells[k].text;
                put_field(out, text ? text : "", first);
                first = false;
            }
        putc('\n', out);
    }
    return 0;
}
