/* SPDX-License-Identifier: MIT */
#include "verdicts_file.h"

#include <csv.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "file.h"

enum { FILE_BYTES_MAX = 16 << 20, ROWS_MAX = 10000 };

static const struct field {
    const char *name;
    size_t offset, room; /* room 0: a number */
    bool needed;
} fields[] = {
#define TEXT(name, member, needed)                                                                           \
    {                                                                                                        \
        name, offsetof(struct verdict_file_row, member), sizeof(((struct verdict_file_row *)NULL)->member),  \
            needed                                                                                           \
    }
#define NUMBER(member)                                                                                       \
    {                                                                                                        \
#member, offsetof(struct verdict_file_row, member), 0, false                                         \
    }
    TEXT("rule", rule, true),
    TEXT("runtime", runtime, true),
    TEXT("pair", pair, false),
    TEXT("kind", kind, false),
    TEXT("rule_verdict", rule_word, true),
    TEXT("verdict", word, false),
    TEXT("reason", reason, false),
    TEXT("better", better, false),
    TEXT("worse", worse, false),
    NUMBER(effect),
    NUMBER(n),
    NUMBER(ratio),
    {"ci_low", offsetof(struct verdict_file_row, low), 0, false},
    {"ci_high", offsetof(struct verdict_file_row, high), 0, false},
    NUMBER(crossing),
    NUMBER(crossing_low),
    NUMBER(crossing_high),
    NUMBER(value),
#undef TEXT
#undef NUMBER
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

struct reader {
    verdict_row_taker *take;
    void *context;
    struct error *error;
    size_t row, field, taken;
    size_t at[FIELD_COUNT]; /* field + 1 of what is read; 0: the header has it not */
    struct verdict_file_row line;
    bool failed;
};

static void clear(struct verdict_file_row *row)
{
    memset(row, 0, sizeof *row);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!fields[i].room)
            *(double *)((char *)row + fields[i].offset) = NAN;
}

static double parse_number(const char *text, size_t length)
{
    char copy[40], *end;
    snprintf(copy, sizeof copy, "%.*s", (int)(length < sizeof copy ? length : 0), text);
    double number = strtod(copy, &end);
    return end > copy && !*end && isfinite(number) ? number : NAN;
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct reader *reader = context;
    const char *text = bytes ? bytes : "";
    reader->field++;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char *to = (char *)&reader->line + fields[i].offset;
        if (reader->row == 0 && length == strlen(fields[i].name) && memcmp(text, fields[i].name, length) == 0)
            reader->at[i] = reader->field;
        else if (reader->row == 0 || reader->at[i] != reader->field)
            continue;
        else if (fields[i].room)
            snprintf(to, fields[i].room, "%.*s", (int)(length < fields[i].room ? length : fields[i].room),
                     text);
        else
            *(double *)to = parse_number(text, length);
    }
}

static void take_row(int end, void *context)
{
    (void)end;
    struct reader *reader = context;
    reader->field = 0;
    if (reader->row++ > 0 && *reader->line.rule && reader->taken++ < ROWS_MAX && !reader->failed)
        reader->failed = reader->take(reader->context, &reader->line, reader->error) != 0;
    clear(&reader->line);
}

int verdict_rows_read(const char *folder, verdict_row_taker *take, void *context, struct error *error)
{
    char path[PATH_BYTES];
    size_t bytes;
    bool missing;
    struct csv_parser parser;
    struct reader reader = {.take = take, .context = context, .error = error};
    snprintf(path, sizeof path, "%s/verdicts.csv", folder);
    char *text = file_read(path, FILE_NO_LINK, FILE_BYTES_MAX, &bytes, &missing, error);
    if (!text)
        return missing ? 0 : -1;
    clear(&reader.line);
    csv_init(&parser, 0);
    bool whole = csv_parse(&parser, text, bytes, take_field, take_row, &reader) == bytes &&
                 csv_fini(&parser, take_field, take_row, &reader) == 0;
    csv_free(&parser);
    free(text);
    if (reader.taken > ROWS_MAX)
        return error_set(error, "%s: more than %d rows", path, ROWS_MAX);
    if (reader.failed)
        return -1;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        whole = whole && (reader.at[i] || !fields[i].needed);
    return whole ? 0
                 : error_set(error, "%s: no verdicts.csv with the columns rule, runtime and rule_verdict",
                             path);
}

/* A rule has a row a pair; those of one runtime stand together. */
static int add_line(void *context, const struct verdict_file_row *row, struct error *error)
{
    struct verdict_lines *lines = context;
    struct verdict_line *last = lines->count ? &lines->lines[lines->count - 1] : NULL;
    if (last && strcmp(last->rule, row->rule) == 0 && strcmp(last->runtime, row->runtime) == 0)
        return 0;
    struct verdict_line *grown = array_room(lines->lines, lines->count, sizeof *grown);
    if (!grown)
        return error_set(error, "out of memory");
    lines->lines = grown;
    struct verdict_line *line = &lines->lines[lines->count++];
    memcpy(line->rule, row->rule, sizeof line->rule);
    memcpy(line->runtime, row->runtime, sizeof line->runtime);
    memcpy(line->word, row->rule_word, sizeof line->word);
    return 0;
}

int verdict_lines_load(const char *folder, struct verdict_lines *lines, struct error *error)
{
    *lines = (struct verdict_lines){.lines = NULL};
    return verdict_rows_read(folder, add_line, lines, error);
}

void verdict_lines_free(struct verdict_lines *lines)
{
    free(lines->lines);
    *lines = (struct verdict_lines){.lines = NULL};
}
