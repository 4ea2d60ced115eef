/* SPDX-License-Identifier: MIT */
#include "html.h"

void html_put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            putc(*text, out);
        }
}

void html_put_element(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out);
    html_put_text(out, text);
    fputs(close, out);
}
