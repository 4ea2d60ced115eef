/* SPDX-License-Identifier: MIT */
/* A cell's name: what reads is written as it was read. */
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cell cell, again;
    struct error error;
    char text[2 * CELL_NAME_BYTES], name[CELL_NAME_BYTES], name_again[CELL_NAME_BYTES];
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (cell_parse(text, NULL, &cell, &error))
        return 0;
    cell_format(&cell, name);
    if (cell_parse(name, NULL, &again, &error))
        abort();
    cell_format(&again, name_again);
    if (strcmp(name, name_again) != 0)
        abort();
    return 0;
}
