/* SPDX-License-Identifier: MIT */
#include "verdicts_file.h"

#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { FILE_BYTES_MAX = 16 << 20, LINES_MAX = 10000, FIELD_COUNT = 3 };

static const char *const names[FIELD_COUNT] = {"rule", "runtime", "rule_verdict"};

struct reader {
    struct verdict_lines *lines;
    size_t row, field, room;
    size_t at[FIELD_COUNT]; /* field + 1 of what is read; 0: the header has it not */
    struct verdict_line line;
    bool failed;
};

static void take_field(void *bytes, size_t length, void *context)
{
    struct reader *reader = context;
    char *const texts[] = {reader->line.rule, reader->line.runtime, reader->line.word};
    const size_t rooms[] = {sizeof reader->line.rule, sizeof reader->line.runtime, sizeof reader->line.word};
    const char *text = bytes ? bytes : "";
    reader->field++;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (reader->row == 0 && length == strlen(names[i]) && memcmp(text, names[i], length) == 0)
            reader->at[i] = reader->field;
        else if (reader->row > 0 && reader->at[i] == reader->field)
            snprintf(texts[i], rooms[i], "%.*s", (int)(length < rooms[i] ? length : rooms[i]), text);
    }
}

/* A rule has a row a pair; those of one runtime stand together. */
static bool is_known(const struct verdict_lines *lines, const struct verdict_line *line)
{
    const struct verdict_line *last = lines->count ? &lines->lines[lines->count - 1] : NULL;
    return last && strcmp(last->rule, line->rule) == 0 && strcmp(last->runtime, line->runtime) == 0;
}

static int add_line(struct reader *reader)
{
    struct verdict_lines *lines = reader->lines;
    if (lines->count == reader->room) {
        size_t room = reader->room ? 2 * reader->room : 64;
        struct verdict_line *grown = realloc(lines->lines, room * sizeof *grown);
        if (!grown)
            return -1;
        lines->lines = grown;
        reader->room = room;
    }
    lines->lines[lines->count++] = reader->line;
    return 0;
}

static void take_row(int end, void *context)
{
    (void)end;
    struct reader *reader = context;
    reader->field = 0;
    if (reader->row++ > 0 && *reader->line.rule && !is_known(reader->lines, &reader->line))
        reader->failed = add_line(reader) || reader->failed;
    memset(&reader->line, 0, sizeof reader->line);
}

int verdict_lines_load(const char *folder, struct verdict_lines *lines, struct error *error)
{
    char path[PATH_BYTES];
    size_t bytes;
    bool missing;
    struct csv_parser parser;
    struct reader reader = {.lines = lines};
    *lines = (struct verdict_lines){.lines = NULL};
    snprintf(path, sizeof path, "%s/verdicts.csv", folder);
    char *text = file_read(path, FILE_NO_LINK, FILE_BYTES_MAX, &bytes, &missing, error);
    if (!text)
        return missing ? 0 : -1;
    csv_init(&parser, 0);
    bool whole = csv_parse(&parser, text, bytes, take_field, take_row, &reader) == bytes &&
                 csv_fini(&parser, take_field, take_row, &reader) == 0;
    csv_free(&parser);
    free(text);
    if (lines->count > LINES_MAX)
        return error_set(error, "%s: more than %d rules", path, LINES_MAX);
    if (reader.failed)
        return error_set(error, "out of memory");
    if (!whole || !reader.at[0] || !reader.at[1] || !reader.at[2])
        return error_set(error, "%s: no verdicts.csv with the columns rule, runtime and rule_verdict", path);
    return 0;
}

void verdict_lines_free(struct verdict_lines *lines)
{
    free(lines->lines);
    *lines = (struct verdict_lines){.lines = NULL};
}
