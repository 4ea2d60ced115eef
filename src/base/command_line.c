/* SPDX-License-Identifier: MIT */
#include "command_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX "{index}"
#define SHELL "/bin/sh"

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static int find_program(const char *name, char path[PATH_BYTES], struct error *error)
{
    const char *folders = getenv("PATH");
    char copy[8192], *rest = copy;
    if (strchr(name, '/')) {
        snprintf(path, PATH_BYTES, "%s", name);
        return is_program(path)           ? 0
               : access(path, F_OK) == -1 ? error_set(error, "%s: %s", name, strerror(errno))
                                          : error_set(error, "%s is no program", name);
    }
    snprintf(copy, sizeof copy, "%s", folders ? folders : "/usr/local/bin:/usr/bin:/bin");
    for (char *folder; (folder = strsep(&rest, ":"));) {
        snprintf(path, PATH_BYTES, "%s/%s", *folder ? folder : ".", name);
        if (is_program(path))
            return 0;
    }
    return error_set(error, "command '%s' not found in PATH", name);
}

/* One word from *text on, put down at *to without its quotes. 1; 0: it takes a shell; -1: an open quote. */
static int read_word(const char **text, char **to)
{
    char quote = '\0';
    const char *from = *text;
    for (; *from && (quote || !strchr(" \t", *from)); from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"') {
            quote = quote ? '\0' : *from;
            continue;
        }
        if (quote != '\'' && strchr("$`", *from))
            return 0;
        if (!quote && strchr("|&;<>()*?[]~#!\n", *from))
            return 0;
        if (*from == '\\' && quote != '\'' && from[1] && (!quote || strchr("\"\\$`", from[1])))
            from++;
        *(*to)++ = *from;
    }
    *(*to)++ = '\0';
    *text = from;
    return quote ? -1 : 1;
}

/* As read_word. */
static int read_words(const char *text, struct command_line *line)
{
    char *to = line->storage;
    int result = 1;
    line->count = 0;
    while (result == 1 && *(text += strspn(text, " \t"))) {
        if (line->count == COMMAND_LINE_WORDS_MAX)
            return 0;
        line->words[line->count++] = to;
        result = read_word(&text, &to);
    }
    bool sets_variable = line->count && strcspn(line->words[0], "=") < strcspn(line->words[0], "/");
    return result == 1 && sets_variable ? 0 : result;
}

int command_line_read(const char *text, struct command_line *line, struct error *error)
{
    if (strlen(text) + 16 >= sizeof line->storage)
        return error_set(error, "longer than %d characters", COMMAND_LINE_BYTES - 17);
    int result = read_words(text, line);
    if (result < 0)
        return error_set(error, "a quote is not closed: %.200s", text);
    if (result > 0 && line->count == 0)
        return error_set(error, "it is empty");
    if (result > 0)
        return find_program(line->words[0], line->program, error);
    snprintf(line->program, sizeof line->program, SHELL);
    snprintf(line->storage, sizeof line->storage, "%s", text);
    line->words[0] = SHELL;
    line->words[1] = "-c";
    line->words[2] = line->storage;
    line->count = 3;
    return 0;
}

int command_line_fill(const struct command_line *line, uint64_t index,
                      struct command_line_arguments *arguments)
{
    char *to = arguments->text, *end = to + sizeof arguments->text;
    for (size_t i = 0; i < line->count; i++) {
        const char *from = line->words[i];
        arguments->words[i] = to;
        for (const char *mark; (mark = strstr(from, INDEX)); from = mark + strlen(INDEX)) {
            int length = snprintf(to, (size_t)(end - to), "%.*s%" PRIu64, (int)(mark - from), from, index);
            if (length >= end - to)
                return -1;
            to += length;
        }
        int length = snprintf(to, (size_t)(end - to), "%s", from);
        if (length >= end - to)
            return -1;
        to += length + 1;
    }
    arguments->words[line->count] = NULL;
    return 0;
}
