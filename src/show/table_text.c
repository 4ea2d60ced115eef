/* SPDX-License-Identifier: MIT */
#include "table_text.h"

#include <csv.h>
#include <string.h>

#include "words.h"

void put_csv_field(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n"))
        csv_fwrite(out, text, strlen(text));
    else
        fputs(text, out);
}

void put_csv_number(FILE *out, double value)
{
    char text[40];
    word_number(value, text, sizeof text);
    fputs(text, out);
}

void put_markdown(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("|\\<*_`", *text))
            putc('\\', out);
        putc(*text, out);
    }
}
