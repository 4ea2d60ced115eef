/* SPDX-License-Identifier: MIT */
#include "gnuplot.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "utf8.h"
#include "wording.h"

/* Files */

char *gnuplot_read_script(const char *folder, const char *name, struct error *error)
{
    enum { SCRIPT_BYTES_MAX = 1 << 20 };
    char path[PATH_BYTES];
    size_t bytes;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *text = file_read(path, 0, SCRIPT_BYTES_MAX, &bytes, NULL, error);
    if (!text || bytes)
        return text;
    free(text);
    error_set(error, "%s: empty", path);
    return NULL;
}

int gnuplot_make_folder(const char *folder, struct error *error)
{
    char charts[PATH_BYTES];
    struct stat status;
    snprintf(charts, sizeof charts, "%s/charts", folder);
    if (mkdir(charts, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return error_set(error, "%s: %s", charts, strerror(errno));
    if (lstat(charts, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    return error_set(error, "%s is no folder%s; remove it", charts,
                     S_ISLNK(status.st_mode) ? " but a link, which is not followed" : "");
}

FILE *gnuplot_open(struct file_new *file, const char *folder, const char *id, const char *suffix,
                   struct error *error)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/charts/%s.%s", folder, id, suffix);
    return file_create(file, path, error);
}

int gnuplot_close(struct file_new *file, const char *id, struct error *error)
{
    return file_finish(file, error) ? error_prefix(error, "cannot write the chart %s", id) : 0;
}

/* Text and numbers */

/* One character of text, which is not at its end; returns its bytes. Control characters are left out. A
 * backtick would start a program. */
static size_t put_character(FILE *out, const char *text)
{
    size_t bytes = utf8_character(text, strnlen(text, 4));
    if (bytes == 0)
        putc('?', out);
    else if (*text == '`')
        putc('\'', out);
    else if ((unsigned char)*text >= ' ')
        fwrite(text, 1, bytes, out);
    return bytes ? bytes : 1;
}

/* In gnuplot's double quotes a backslash, a quote and a backtick are special. */
void gnuplot_put_string(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = \"", name);
    while (*text) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '"' || *text == '\\')
            putc('\\', out);
        text += put_character(out, text);
    }
    fputs("\"\n", out);
}

/* Line by line, as enhanced text ends with its line; its special characters are escaped. */
void gnuplot_put_bold(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = \"%s", name, *text ? "{/:Bold " : "");
    for (const char *c = text; *c; c += put_character(out, c)) {
        if (*c == '\n')
            fputs("}\\n{/:Bold ", out);
        else if (strchr("\\\"", *c))
            fputs(*c == '"' ? "\\" : "\\\\\\", out);
        else if (strchr("^_{}@&~", *c))
            fputs("\\\\", out);
    }
    fprintf(out, "%s\"\n", *text ? "}" : "");
}

void gnuplot_put_value(FILE *out, const char *name, double value)
{
    char text[40];
    word_number(isfinite(value) ? value : 0, text, sizeof text);
    fprintf(out, "%s = %s\n", name, text);
}

/* "95 %" and "n = 12" stay together. */
static bool may_break(const char *text, const char *space)
{
    return *space == ' ' && !strchr("%=", space[1]) && (space == text || space[-1] != '=');
}

void gnuplot_put_number(FILE *out, double value, char end)
{
    char text[40] = "";
    if (isfinite(value))
        word_number(value, text, sizeof text);
    fprintf(out, "%s%c", text, end);
}

void gnuplot_put_word(FILE *out, const char *text)
{
    for (; *text; text++)
        putc(isalnum((unsigned char)*text) || strchr("-_.:+@", *text) ? *text : '_', out);
}

int gnuplot_wrap(char *text, size_t width)
{
    int lines = 1;
    size_t column = 0;
    char *space = NULL;
    for (char *c = text; *c; c++) {
        column += ((unsigned char)*c & 0xc0) != 0x80;
        if (may_break(text, c))
            space = c;
        if (column > width && space) {
            *space = '\n';
            column = (size_t)(c - space);
            space = NULL;
            lines++;
        }
    }
    return lines;
}

/* Script */

void gnuplot_put_start(FILE *out, const char *id, const char *style, int height_px)
{
    fprintf(out,
            "# gnuplot %s.gp draws %s.svg and %s.png from %s.csv.\n"
            "DATA = '%s.csv'\n\n%s\n",
            id, id, id, id, id, style);
    fprintf(
        out,
        "do for [target in 'svg png'] {\n"
        "if (target eq 'svg') {\n"
        "    set terminal svg size %d, %d font 'sans-serif,13' enhanced background rgb 'white'\n"
        "} else {\n"
        "    set terminal pngcairo size %d, %d font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 "
        "enhanced background rgb 'white'\n"
        "}\n"
        "set output '%s.' . target\n",
        GNUPLOT_WIDTH, height_px, 2 * GNUPLOT_WIDTH, 2 * height_px, id);
}

void gnuplot_put_end(FILE *out)
{
    fputs("set output\n}\n", out);
}

int gnuplot_head_height(int lines)
{
    return 72 + 18 * lines;
}

void gnuplot_put_head(FILE *out, const struct gnuplot_head *head, int height_px)
{
    double height = height_px, left = (double)GNUPLOT_MARGIN / GNUPLOT_WIDTH;
    gnuplot_put_bold(out, "TITLE", head->title);
    gnuplot_put_string(out, "SUBTITLE", head->subtitle);
    gnuplot_put_bold(out, "FINDING", head->finding);
    gnuplot_put_string(out, "FINDING_WORD", head->finding_word);
    gnuplot_put_string(out, "FOOT", head->foot);
    fprintf(out, "set label 101 TITLE at screen %.5f, %.5f left font ',17' textcolor rgb cp_dark\n", left,
            1 - 26 / height);
    fprintf(out,
            "set label 102 SUBTITLE noenhanced at screen %.5f, %.5f left font ',12' textcolor rgb cp_grey\n",
            left, 1 - 50 / height);
    fprintf(out,
            "set label 103 FINDING at screen %.5f, %.5f left font ',12' textcolor rgb "
            "cp_verdict_colour(FINDING_WORD)\n",
            left, 1 - 73 / height);
    fprintf(out, "set label 104 FOOT noenhanced at screen %.5f, %.5f left font ',10' textcolor rgb cp_grey\n",
            left, 14 / height);
}
