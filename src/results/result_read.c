/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "utf8.h"

/* One row as libcsv hands it over field by field: the fields lie one after another, each with its end. */
enum { FIELDS_MAX = 128, SAMPLES_BYTES_MAX = 1 << 30 };
struct reader {
    const char *path;
    result_take *take;
    void *context;
    struct error *error;
    size_t line;
    int field_of_column[COLUMN_COUNT];
    size_t field_count_header;
    char *bytes;
    size_t bytes_used, bytes_room;
    size_t offsets[FIELDS_MAX];
    size_t field_count;
    bool stopped;
};

static void stop(struct reader *reader, const char *what)
{
    if (what)
        error_set(reader->error, "%s: line %zu: %s", reader->path, reader->line, what);
    reader->stopped = true;
}

/* In a row whose end is not reached: it is not counted yet. */
static void stop_within(struct reader *reader, const char *what)
{
    reader->line++;
    stop(reader, what);
}

/* Room for `bytes` more in this row. */
static bool reserve(struct reader *reader, size_t bytes)
{
    if (reader->bytes_used + bytes <= reader->bytes_room)
        return true;
    size_t room = 2 * (reader->bytes_used + bytes);
    char *grown = realloc(reader->bytes, room);
    if (!grown) {
        stop_within(reader, "out of memory");
        return false;
    }
    reader->bytes = grown;
    reader->bytes_room = room;
    return true;
}

static bool add_field(struct reader *reader, size_t offset)
{
    if (reader->field_count == FIELDS_MAX) {
        stop_within(reader, "too many fields");
        return false;
    }
    reader->offsets[reader->field_count++] = offset;
    return true;
}

static void take_field(void *field, size_t length, void *context)
{
    struct reader *reader = context;
    if (reader->stopped || !add_field(reader, reader->bytes_used) || !reserve(reader, length + 1))
        return;
    memcpy(reader->bytes + reader->bytes_used, field, length);
    reader->bytes[reader->bytes_used + length] = '\0';
    reader->bytes_used += length + 1;
}

static void take_header(struct reader *reader)
{
    char what[96];
    reader->field_count_header = reader->field_count;
    for (int column = 0; column < COLUMN_COUNT && !reader->stopped; column++) {
        size_t found = 0;
        for (size_t field = 0; field < reader->field_count; field++)
            if (strcmp(reader->bytes + reader->offsets[field], columns[column].name) == 0) {
                reader->field_of_column[column] = (int)field;
                found++;
            }
        if (found == 0)
            reader->field_of_column[column] = -1;
        if (found == 0 && column < COLUMN_REQUIRED_COUNT)
            snprintf(what, sizeof what, "no column '%s' in the header of a samples.csv",
                     columns[column].name);
        if (found > 1)
            snprintf(what, sizeof what, "column '%s' stands twice", columns[column].name);
        if (found > 1 || (found == 0 && column < COLUMN_REQUIRED_COUNT))
            stop(reader, what);
    }
}

static void take_row(struct reader *reader)
{
    if (reader->field_count != reader->field_count_header) {
        char what[96];
        snprintf(what, sizeof what, "%zu fields where the header has %zu", reader->field_count,
                 reader->field_count_header);
        stop(reader, what);
        return;
    }
    struct row row;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int field = reader->field_of_column[column];
        row.text[column] = field < 0 ? "" : reader->bytes + reader->offsets[field];
        if (!utf8_valid(row.text[column], strlen(row.text[column]))) {
            char what[64];
            snprintf(what, sizeof what, "%s is not in UTF-8", columns[column].name);
            stop(reader, what);
            return;
        }
    }
    if (reader->take(reader->context, &row, reader->line, reader->error)) {
        error_prefix(reader->error, "%s: line %zu", reader->path, reader->line);
        reader->stopped = true;
    }
}

static void take_line(int end, void *context)
{
    (void)end;
    struct reader *reader = context;
    reader->line++;
    if (!reader->stopped) {
        if (reader->line == 1)
            take_header(reader);
        else
            take_row(reader);
    }
    reader->field_count = 0;
    reader->bytes_used = 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* It would end its field early. */
static bool holds_nul(struct reader *reader, const char *bytes, size_t length)
{
    if (!memchr(bytes, '\0', length))
        return false;
    stop_within(reader, "a NUL byte, which no text has");
    return true;
}

/* A line without quotes needs no parser, and few rows have any: it is copied whole and cut at its commas. As
 * libcsv does, spaces round a field are dropped and blank lines passed over. */
static void take_plain_line(struct reader *reader, const char *line, size_t length)
{
    while (length && is_space(*line)) {
        line++;
        length--;
    }
    if (length == 0 || holds_nul(reader, line, length) || !reserve(reader, length + 1))
        return;
    char *bytes = reader->bytes;
    memcpy(bytes, line, length);
    bytes[length] = ',';
    for (size_t first = 0, comma = 0; comma <= length; comma++) {
        if (bytes[comma] != ',')
            continue;
        size_t end = comma;
        while (first < end && is_space(bytes[first]))
            first++;
        while (first < end && is_space(bytes[end - 1]))
            end--;
        bytes[end] = '\0';
        if (!add_field(reader, first))
            return;
        first = comma + 1;
    }
    take_line('\n', reader);
}

/* Lines from one with a quote on, to the end of its row: the quotes may hold newlines. After a carriage
 * return, which ends a row too, a line's end need not be a row's: libcsv takes all the rest. */
static const char *take_quoted_row(struct reader *reader, struct csv_parser *parser, const char *line,
                                   const char *end)
{
    size_t before = reader->line;
    bool returns = false;
    while (line < end && (returns || reader->line == before) && !reader->stopped) {
        const char *next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
        size_t bytes = (size_t)(next - line);
        returns = returns || memchr(line, '\r', bytes);
        if (!holds_nul(reader, line, bytes) &&
            csv_parse(parser, line, bytes, take_field, take_line, reader) != bytes && !reader->stopped)
            stop_within(reader, csv_strerror(csv_error(parser)));
        line = next;
    }
    return line;
}

/* text ends with a newline; a byte order mark in front of it is none of it. Pages that were read are given
 * back: a large file takes no memory. */
static void read_lines(char *text, size_t length, struct csv_parser *parser, struct reader *reader)
{
    enum { GIVE_BACK_BYTES = 1 << 22 };
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    bool marked = length > sizeof mark && memcmp(text, mark, sizeof mark) == 0;
    const char *line = text + (marked ? sizeof mark : 0), *end = text + length;
    for (char *given_back = text; line < end && !reader->stopped;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t bytes = (size_t)(newline - line);
        if (memchr(line, '"', bytes) || memchr(line, '\r', bytes)) {
            line = take_quoted_row(reader, parser, line, end);
        } else {
            take_plain_line(reader, line, bytes);
            line = newline + 1;
        }
        if (line - given_back > 2 * GIVE_BACK_BYTES) {
            madvise(given_back, GIVE_BACK_BYTES, MADV_DONTNEED);
            given_back += GIVE_BACK_BYTES;
        }
    }
}

static int read_text(char *text, size_t length, struct reader *reader)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI))
        return error_set(reader->error, "out of memory");
    read_lines(text, length, &parser, reader);
    if (!reader->stopped && csv_fini(&parser, take_field, take_line, reader))
        stop_within(reader, "a quoted field does not end");
    csv_free(&parser);
    free(reader->bytes);
    if (!reader->stopped && reader->line == 0)
        stop_within(reader, "empty: no header");
    return reader->stopped ? -1 : 0;
}

int result_read(const char *path, result_take *take, void *context, size_t *cut_bytes, struct error *error)
{
    if (cut_bytes)
        *cut_bytes = 0;
    const char *slash = strrchr(path, '/');
    bool ours = strcmp(slash ? slash + 1 : path, "samples.csv") == 0;
    size_t length;
    int file = file_open(path, ours ? FILE_NO_LINK : 0, SAMPLES_BYTES_MAX, &length, NULL, error);
    if (file < 0)
        return -1;
    struct reader reader = {.path = path, .take = take, .context = context, .error = error};
    if (length == 0) {
        close(file);
        return error_set(error, "%s: line 1: empty: no header", path);
    }
    char *text = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (text == MAP_FAILED)
        return error_set(error, "%s: %s", path, strerror(errno));
    const char *last = memrchr(text, '\n', length);
    size_t whole = last ? (size_t)(last - text) + 1 : 0;
    if (cut_bytes)
        *cut_bytes = length - whole;
    int result = read_text(text, whole, &reader);
    munmap(text, length);
    return result;
}
