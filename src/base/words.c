/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "utf8.h"

void word_number(double value, char *text, size_t text_bytes)
{
    if (text_bytes)
        text[0] = '\0';
    if (!isfinite(value))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, text_bytes, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

void word_figure_plain(double value, const char *suffix, char *text, size_t text_bytes)
{
    char digits[40];
    double magnitude = fabs(value);
    int decimals = magnitude > 0 ? 2 - (int)floor(log10(magnitude)) : 0;
    if (decimals > 0 && round(magnitude * pow(10, decimals)) >= 1000)
        decimals--; /* 9.996 is 10.0 */
    if (decimals < 0)
        decimals = 0;
    snprintf(digits, sizeof digits, "%.*f", decimals > 9 ? 9 : decimals, value);
    snprintf(text, text_bytes, "%s%s", digits, suffix);
}

void word_figure(double value, char *text, size_t text_bytes)
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T"};
    size_t power = 0;
    text[0] = '\0';
    if (!isfinite(value))
        return;
    while (power < 4 && fabs(value) >= (power ? 999.5 : 9999.5)) {
        value /= 1000;
        power++;
    }
    word_figure_plain(value, suffixes[power], text, text_bytes);
}

void word_ratio(double ratio, double low, double high, char *text, size_t text_bytes)
{
    char figure[3][24];
    text[0] = '\0';
    if (!isfinite(ratio))
        return;
    word_figure(ratio, figure[0], sizeof figure[0]);
    word_figure(low, figure[1], sizeof figure[1]);
    word_figure(high, figure[2], sizeof figure[2]);
    if (isfinite(low) && isfinite(high))
        snprintf(text, text_bytes, "%s× (%s–%s)", figure[0], figure[1], figure[2]);
    else
        snprintf(text, text_bytes, "%s×", figure[0]);
}

void word_effect(double effect, char *text, size_t text_bytes)
{
    char figure[24];
    word_figure(fabs(100 * effect), figure, sizeof figure);
    char *end = figure + strlen(figure);
    while (strchr(figure, '.') && (end[-1] == '0' || end[-1] == '.')) {
        bool point = end[-1] == '.';
        *--end = '\0';
        if (point)
            break;
    }
    snprintf(text, text_bytes, "%s%s %%", effect < 0 ? "−" : "", figure);
}

/* Bytes of the character at text; 0 if it is a control character (C0, DEL, C1) or none. */
static size_t plain_bytes_at(const char *text)
{
    size_t bytes = utf8_character(text, strnlen(text, 4));
    unsigned char first = (unsigned char)text[0], second = bytes > 1 ? (unsigned char)text[1] : 0;
    bool control = first < 0x20 || first == 0x7f || (first == 0xc2 && second < 0xa0);
    return control ? 0 : bytes;
}

bool word_is_plain(const char *text)
{
    for (size_t bytes; *text; text += bytes)
        if (!(bytes = plain_bytes_at(text)))
            return false;
    return true;
}

void word_plain(const char *text, char *plain, size_t plain_bytes)
{
    size_t used = 0;
    while (*text && used + WORD_PLAIN_GROWTH < plain_bytes) {
        size_t bytes = plain_bytes_at(text);
        if (bytes) {
            memcpy(plain + used, text, bytes);
            used += bytes;
            text += bytes;
        } else {
            used += (size_t)snprintf(plain + used, plain_bytes - used, "\\x%02x", (unsigned char)*text++);
        }
    }
    if (plain_bytes)
        plain[used] = '\0';
}

void word_print(FILE *out, const char *format, ...)
{
    char *text, plain[4096];
    va_list arguments;
    va_start(arguments, format);
    int bytes = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (bytes < 0)
        return;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        word_plain(line, plain, sizeof plain);
        fprintf(out, "%s%s", plain, rest ? "\n" : "");
    }
    free(text);
}

void word_tell(FILE *out, const char *format, ...)
{
    enum { INDENT = 2 };
    char *text, plain[4096];
    va_list arguments;
    va_start(arguments, format);
    int bytes = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (bytes < 0)
        return;
    word_plain(text, plain, sizeof plain);
    free(text);
    word_wrap(out, plain, 0, INDENT, (size_t)progress_width(fileno(out)));
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t word_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += starts_character(*text);
    return width;
}

void word_cut(const char *text, size_t width, char *cut, size_t cut_bytes)
{
    if (word_width(text) <= width) {
        snprintf(cut, cut_bytes, "%s", text);
        return;
    }
    size_t bytes = 0, seen = 0;
    while (text[bytes] && (!starts_character(text[bytes]) || ++seen < width))
        bytes++;
    while (bytes && text[bytes - 1] == ' ')
        bytes--;
    snprintf(cut, cut_bytes, "%.*s%s", (int)bytes, text, width ? "…" : "");
}

size_t word_line_bytes(const char *text, size_t width)
{
    size_t space = 0, slash = 0, hard = 0, seen = 0, i = 0;
    for (; text[i]; i++) {
        if (starts_character(text[i]) && seen == width)
            break;
        seen += starts_character(text[i]);
        if (text[i] == ' ' && i)
            space = i;
        else if (text[i] == '/' && text[i + 1])
            slash = i + 1;
        hard = i + 1;
    }
    while (((unsigned char)text[hard] & 0xc0) == 0x80)
        hard++;
    if (!text[i] || text[i] == ' ')
        return hard;
    return space ? space : slash ? slash : hard;
}

void word_wrap(FILE *out, const char *text, size_t first, size_t indent, size_t width)
{
    size_t before = first;
    text += strspn(text, " ");
    do {
        size_t room = !width ? SIZE_MAX : width > before ? width - before : 1;
        size_t bytes = word_line_bytes(text, room);
        fprintf(out, "%*s%.*s\n", (int)before, "", (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
        before = indent;
    } while (*text);
}
