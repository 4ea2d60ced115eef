/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_character(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (length == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    size_t count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || count > length)
        return 0;
    uint32_t code = bytes[0] & (0xffu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[count] || code > 0x10ffff || surrogate ? 0 : count;
}

bool utf8_valid(const char *text, size_t length)
{
    size_t count = 1;
    for (size_t at = 0; at < length && count; at += count)
        count = utf8_character(text + at, length - at);
    return length == 0 || count;
}

void utf8_repair(char *text)
{
    for (size_t count, left = strlen(text); left; text += count, left -= count) {
        count = utf8_character(text, left);
        if (!count) {
            *text = '?';
            count = 1;
        }
    }
}
