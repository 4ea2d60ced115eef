/* SPDX-License-Identifier: MIT */
#include "print_table.h"

#include <unistd.h>

#include "exit_codes.h"
#include "progress.h"

int print_table(struct table *table)
{
    const struct table_style style = {.colour = progress_colour(STDOUT_FILENO),
                                      .width = (size_t)progress_width(STDOUT_FILENO)};
    struct error error;
    int failed = table_write(table, &style, stdout);
    table_free(table);
    if (!failed)
        return EXIT_FINE;
    error_set(&error, "cannot write to standard output");
    return error_tell(&error);
}
