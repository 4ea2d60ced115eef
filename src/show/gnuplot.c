/* SPDX-License-Identifier: MIT */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "wording.h"

extern char **environ;

/* Files */

char *gnuplot_read_script(const char *folder, const char *name, struct error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t length = 0;
    if (!file || getdelim(&text, &length, '\0', file) < 0) {
        error_set(error, "%s: %s", path, file && feof(file) ? "empty" : strerror(errno));
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

int gnuplot_make_folder(const char *folder, struct error *error)
{
    char charts[4096];
    snprintf(charts, sizeof charts, "%s/charts", folder);
    if (mkdir(charts, 0777) && errno != EEXIST)
        return error_set(error, "%s: %s", charts, strerror(errno));
    return 0;
}

FILE *gnuplot_open(const char *folder, const char *id, const char *suffix, struct error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/charts/%s.%s", folder, id, suffix);
    FILE *file = fopen(path, "we");
    if (!file)
        error_set(error, "%s: %s", path, strerror(errno));
    return file;
}

int gnuplot_close(FILE *file, const char *id, struct error *error)
{
    bool failed = ferror(file);
    if (fclose(file) || failed)
        return error_set(error, "cannot write the chart %s: %s", id, strerror(errno));
    return 0;
}

/* Text and numbers */

/* In gnuplot's double quotes a backslash, a quote and a backtick are special. */
void gnuplot_put_string(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = \"", name);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '`')
            putc('\'', out);
        else if ((unsigned char)*text >= ' ') {
            if (*text == '"' || *text == '\\')
                putc('\\', out);
            putc(*text, out);
        }
    }
    fputs("\"\n", out);
}

/* Line by line, as enhanced text ends with its line; its special characters are escaped. */
void gnuplot_put_bold(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = \"%s", name, *text ? "{/:Bold " : "");
    for (const char *c = text; *c; c++) {
        if (*c == '\n') {
            fputs("}\\n{/:Bold ", out);
            continue;
        }
        if (strchr("\\\"", *c))
            fputs(*c == '"' ? "\\" : "\\\\\\", out);
        else if (strchr("^_{}@&~", *c))
            fputs("\\\\", out);
        if ((unsigned char)*c >= ' ')
            putc(*c == '`' ? '\'' : *c, out);
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
    fprintf(out, "set label 101 TITLE at screen %.5f, %.5f left font ',17' textcolor rgb dark\n", left,
            1 - 26 / height);
    fprintf(out,
            "set label 102 SUBTITLE noenhanced at screen %.5f, %.5f left font ',12' textcolor rgb grey\n",
            left, 1 - 50 / height);
    fprintf(out,
            "set label 103 FINDING at screen %.5f, %.5f left font ',12' textcolor rgb "
            "verdict_colour(FINDING_WORD)\n",
            left, 1 - 73 / height);
    fprintf(out, "set label 104 FOOT noenhanced at screen %.5f, %.5f left font ',10' textcolor rgb grey\n",
            left, 14 / height);
}

/* Running gnuplot */

struct drawing {
    pid_t process;
    const char *id;
    FILE *words; /* what gnuplot says */
};

static int start_gnuplot(const char *folder, const char *id, struct drawing *drawing, struct error *error)
{
    char charts[4096], script[GNUPLOT_ID_BYTES + 8];
    char *arguments[] = {"gnuplot", "-d", script, NULL};
    snprintf(charts, sizeof charts, "%s/charts", folder);
    snprintf(script, sizeof script, "./%s.gp", id);
    drawing->id = id;
    drawing->words = tmpfile();
    if (!drawing->words)
        return error_set(error, "a temporary file: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(drawing->words), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(drawing->words), STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, charts);
    int code = posix_spawnp(&drawing->process, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (!code)
        return 0;
    fclose(drawing->words);
    return code == ENOENT ? error_set(error, "gnuplot is not installed (Debian: gnuplot-nox)")
                          : error_set(error, "gnuplot: %s", strerror(code));
}

/* gnuplot's complaint: the last line of what it said. */
static void read_complaint(FILE *words, char *text, size_t text_bytes)
{
    char line[256];
    snprintf(text, text_bytes, "no reason given");
    rewind(words);
    while (fgets(line, sizeof line, words)) {
        line[strcspn(line, "\n")] = '\0';
        const char *start = line + strspn(line, " \t^");
        if (*start)
            snprintf(text, text_bytes, "%s", start);
    }
}

static int finish_gnuplot(struct drawing *drawing, struct error *error)
{
    int status = child_await(drawing->process), result = 0;
    if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char complaint[256];
        read_complaint(drawing->words, complaint, sizeof complaint);
        result = error_set(error, "gnuplot failed on charts/%s.gp: %s", drawing->id, complaint);
    }
    fclose(drawing->words);
    return result;
}

int gnuplot_draw(const char *folder, const char *const *ids, size_t count, unsigned jobs, struct error *error)
{
    struct drawing *drawings = calloc(count + 1, sizeof *drawings);
    size_t started = 0, at_once = jobs ? jobs : 1;
    int result = 0;
    if (!drawings)
        return error_set(error, "out of memory");
    for (size_t finished = 0; finished < started || (started < count && !result);) {
        if (!result && started < count && started - finished < at_once) {
            result = start_gnuplot(folder, ids[started], &drawings[started], error);
            started += !result;
        } else if (finish_gnuplot(&drawings[finished++], result ? NULL : error)) {
            result = -1;
        }
    }
    free(drawings);
    return result;
}
