/* SPDX-License-Identifier: MIT */
#include "array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_room(void *array, size_t count, size_t element_bytes)
{
    if (array && (count & (count - 1)))
        return array;
    size_t room = count ? 2 * count : 1;
    return room > SIZE_MAX / element_bytes ? NULL : realloc(array, room * element_bytes);
}
