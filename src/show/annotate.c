/* SPDX-License-Identifier: MIT */
#include "annotate.h"

#include <stdarg.h>
#include <string.h>

#include "words.h"

/* As @actions/core does: of a property : and , as well. What is no character of a text goes as "\x1b". */
static void put_escaped(FILE *out, const char *text, const char *special)
{
    for (; *text; text++)
        if (strchr(special, *text))
            fprintf(out, "%%%02X", (unsigned char)*text);
        else
            putc(*text, out);
}

void annotate(struct annotations *annotations, int level, const char *title, const char *format, ...)
{
    static const char *const levels[ANNOTATE_LEVELS] = {"error", "warning", "notice"};
    char text[1024], plain[WORD_PLAIN_GROWTH * sizeof text], plain_title[WORD_PLAIN_GROWTH * 256];
    va_list arguments;
    if (annotations->counts[level]++ >= ANNOTATE_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    word_plain(text, plain, sizeof plain);
    word_plain(title, plain_title, sizeof plain_title);
    fprintf(annotations->out, "::%s title=", levels[level]);
    put_escaped(annotations->out, plain_title, "%\r\n:,");
    fputs("::", annotations->out);
    put_escaped(annotations->out, plain, "%\r\n");
    putc('\n', annotations->out);
}
