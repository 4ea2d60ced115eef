/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit_codes.h"
#include "words.h"

int error_set(struct error *error, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    if (error) {
        struct error inner = *error;
        va_list arguments;
        va_start(arguments, format);
        int used = vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        if (used >= 0 && (size_t)used < sizeof error->text)
            snprintf(error->text + used, sizeof error->text - (size_t)used, ": %s", inner.text);
    }
    return -1;
}

int error_tell(const struct error *error)
{
    word_tell(stderr, "crosspoint: %s", error->text);
    return EXIT_USAGE;
}
