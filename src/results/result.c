/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <csv.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cell.h"
#include "file.h"
#include "run_file.h"
#include "utf8.h"

/* clang-format off */
const struct column_info columns[COLUMN_COUNT] = {
    [COLUMN_RUN_ID] = {"run_id", "name of the run", COLUMN_TEXT, false, false},
    [COLUMN_BLOCK] = {"block", "randomised complete block, from 0", COLUMN_NUMBER, false, false},
    [COLUMN_SLOT] = {"slot", "place in the block's order, from 0", COLUMN_NUMBER, false, false},
    [COLUMN_CELL] = {"cell", "the cell's whole name", COLUMN_TEXT, false, false},
    [COLUMN_RUNTIME] = {"runtime", "native or cpython", COLUMN_TEXT, false, false},
    [COLUMN_FAMILY] = {"family", "cpu, io, create, ...", COLUMN_TEXT, false, false},
    [COLUMN_WORKLOAD] = {"workload", "what a task does", COLUMN_TEXT, false, false},
    [COLUMN_MODEL] = {"model", "how tasks are run", COLUMN_TEXT, false, false},
    [COLUMN_WORKERS] = {"workers", "threads, processes or loops", COLUMN_NUMBER, false, false},
    [COLUMN_CONC] = {"conc", "tasks in flight", COLUMN_NUMBER, false, false},
    [COLUMN_PARAMS] = {"params", "the workload's own keys", COLUMN_TEXT, false, false},
    [COLUMN_PLACE] = {"place", "placement policy", COLUMN_TEXT, false, false},
    [COLUMN_STATUS] = {"status", "ok, invalid, failed or skipped", COLUMN_TEXT, false, false},
    [COLUMN_REASON] = {"reason", "why it is not ok", COLUMN_TEXT, false, false},
    [COLUMN_ITEMS] = {"items", "work done in the timed part", COLUMN_NUMBER, false, false},
    [COLUMN_WALL_NS] = {"wall_ns", "from the barrier to the last completion", COLUMN_NUMBER, true, true},
    [COLUMN_ITEMS_PER_SECOND] = {"items_per_second", "items over wall time", COLUMN_NUMBER, true, false},
    [COLUMN_LATENCY_P50_NS] = {"latency_p50_ns", "median latency of an item", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P90_NS] = {"latency_p90_ns", "90th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P99_NS] = {"latency_p99_ns", "99th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P999_NS] = {"latency_p999_ns", "99.9th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_MAX_NS] = {"latency_max_ns", "the longest", COLUMN_NUMBER, true, true},
    [COLUMN_STARTUP_NS] = {"startup_ns", "making all workers, to the last one ready", COLUMN_NUMBER, true, true},
    [COLUMN_CPU_USER_NS] = {"cpu_user_ns", "user CPU time of the tree of workers", COLUMN_NUMBER, true, true},
    [COLUMN_CPU_SYSTEM_NS] = {"cpu_system_ns", "system CPU time", COLUMN_NUMBER, true, true},
    [COLUMN_SWITCHES_VOLUNTARY] = {"switches_voluntary", "context switches, voluntary", COLUMN_NUMBER, true, true},
    [COLUMN_SWITCHES_INVOLUNTARY] = {"switches_involuntary", "context switches, involuntary", COLUMN_NUMBER, true, true},
    [COLUMN_MIGRATIONS] = {"migrations", "moves between processing units, of lasting workers", COLUMN_NUMBER, true, true},
    [COLUMN_FAULTS_MINOR] = {"faults_minor", "page faults without I/O", COLUMN_NUMBER, true, true},
    [COLUMN_FAULTS_MAJOR] = {"faults_major", "page faults with I/O", COLUMN_NUMBER, true, true},
    [COLUMN_MEMORY_BYTES] = {"memory_bytes", "proportional set size of the tree of workers at peak load", COLUMN_NUMBER, true, true},
    [COLUMN_VALUE] = {"value", "a figure that is none of these", COLUMN_NUMBER, true, false},
    [COLUMN_VALUE_UNIT] = {"value_unit", "what value counts", COLUMN_TEXT, false, false},
    [COLUMN_CHECKSUM] = {"checksum", "proof of the work, hexadecimal", COLUMN_TEXT, false, false},
    [COLUMN_CPUS_REQUESTED] = {"cpus_requested", "processing units asked for, as the kernel numbers them", COLUMN_TEXT, false, false},
    [COLUMN_CPUS_OBSERVED] = {"cpus_observed", "processing units read back in the workers", COLUMN_TEXT, false, false},
    [COLUMN_STEAL_FRACTION] = {"steal_fraction", "CPU time stolen by the hypervisor, of capacity", COLUMN_NUMBER, false, false},
    [COLUMN_FOREIGN_CPU_FRACTION] = {"foreign_cpu_fraction", "CPU time of other processes, of capacity", COLUMN_NUMBER, false, false},
    [COLUMN_THROTTLED_NS] = {"throttled_ns", "time throttled by a cgroup quota", COLUMN_NUMBER, false, false},
};
/* clang-format on */

const char *const status_names[STATUS_COUNT] = {"ok", "invalid", "failed", "skipped"};

int column_find(const char *name)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (strcmp(columns[column].name, name) == 0)
            return column;
    return -1;
}

void row_reset(struct row_buffer *buffer)
{
    buffer->used = 0;
    for (int column = 0; column < COLUMN_COUNT; column++)
        buffer->row.text[column] = "";
}

void row_set(struct row_buffer *buffer, enum column column, const char *format, ...)
{
    size_t room = sizeof buffer->storage - buffer->used;
    if (room < 2)
        return;
    char *text = buffer->storage + buffer->used;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, room, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    utf8_repair(text);
    buffer->row.text[column] = text;
    buffer->used += length < 0 ? 1 : (size_t)length < room ? (size_t)length + 1 : room;
}

void row_set_number(struct row_buffer *buffer, enum column column, double value)
{
    if (!isfinite(value)) {
        buffer->row.text[column] = "";
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    row_set(buffer, column, "%s", text);
}

static int parse_number(const char *text, double *value)
{
    char *end;
    *value = NAN;
    if (!*text)
        return 0;
    *value = strtod(text, &end);
    return *end || !isfinite(*value) ? -1 : 0;
}

double row_number(const struct row *row, enum column column)
{
    double value;
    return parse_number(row->text[column], &value) ? (double)NAN : value;
}

static size_t append_field(char *text, size_t text_bytes, size_t used, const char *field, bool last)
{
    size_t length = strlen(field);
    bool padded =
        length && (strchr(" \t", field[0]) || strchr(" \t", field[length - 1])); /* libcsv would trim it */
    bool quote = padded || strpbrk(field, ",\"\n\r") != NULL;
    size_t needed = (quote ? csv_write(NULL, 0, field, length) : length) + 1;
    if (used + needed >= text_bytes)
        return text_bytes;
    if (quote)
        csv_write(text + used, text_bytes - used, field, length);
    else
        memcpy(text + used, field, length);
    text[used + needed - 1] = last ? '\n' : ',';
    text[used + needed] = '\0';
    return used + needed;
}

size_t result_format_header(char *text, size_t text_bytes)
{
    size_t used = 0;
    for (int column = 0; column < COLUMN_COUNT && used < text_bytes; column++)
        used = append_field(text, text_bytes, used, columns[column].name, column == COLUMN_COUNT - 1);
    return used < text_bytes ? used : 0;
}

size_t result_format_row(const struct row *row, char *text, size_t text_bytes)
{
    size_t used = 0;
    for (int column = 0; column < COLUMN_COUNT && used < text_bytes; column++)
        used = append_field(text, text_bytes, used, row->text[column], column == COLUMN_COUNT - 1);
    return used < text_bytes ? used : 0;
}

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
            snprintf(what, sizeof what, "no column '%s' in the header of a samples.csv",
                     columns[column].name);
        if (found > 1)
            snprintf(what, sizeof what, "column '%s' stands twice", columns[column].name);
        if (found != 1)
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
        row.text[column] = reader->bytes + reader->offsets[reader->field_of_column[column]];
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

/* Results in memory */

struct loader {
    struct results *results;
    size_t cell_room, sample_room;
    unsigned workers_max;
};

long results_find_cell(const struct results *results, const char *cell)
{
    for (size_t i = 0; i < results->cell_count; i++)
        if (strcmp(results->cells[i], cell) == 0)
            return (long)i;
    return -1;
}

static int intern_cell(struct loader *loader, const char *name, size_t *index, struct error *error)
{
    struct results *results = loader->results;
    long found = results_find_cell(results, name);
    if (found < 0) {
        if (results->cell_count == loader->cell_room) {
            loader->cell_room = loader->cell_room ? 2 * loader->cell_room : 64;
            char **cells = realloc(results->cells, loader->cell_room * sizeof *cells);
            if (!cells)
                return error_set(error, "out of memory");
            results->cells = cells;
        }
        char *copy = strdup(name);
        if (!copy)
            return error_set(error, "out of memory");
        found = (long)results->cell_count;
        results->cells[results->cell_count++] = copy;
    }
    *index = (size_t)found;
    return 0;
}

bool result_is_total(enum column metric)
{
    return metric == COLUMN_WALL_NS || (metric >= COLUMN_CPU_USER_NS && metric <= COLUMN_FAULTS_MAJOR);
}

int result_parse_whole(enum column column, const char *text, uint32_t *value, struct error *error)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number > UINT32_MAX)
        return error_set(error, "%s '%s' is no whole number from 0 up", columns[column].name, text);
    *value = (uint32_t)number;
    return 0;
}

static int parse_status(const char *text, enum status *status)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        if (strcmp(text, status_names[i]) == 0) {
            *status = (enum status)i;
            return 0;
        }
    return -1;
}

static int take_sample(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)line;
    struct loader *loader = context;
    struct results *results = loader->results;
    if (results->sample_count == loader->sample_room) {
        loader->sample_room = loader->sample_room ? 2 * loader->sample_room : 256;
        struct sample *samples = realloc(results->samples, loader->sample_room * sizeof *samples);
        if (!samples)
            return error_set(error, "out of memory");
        results->samples = samples;
    }
    struct sample *sample = &results->samples[results->sample_count];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        sample->number[column] = NAN;
        if (columns[column].type == COLUMN_NUMBER && parse_number(row->text[column], &sample->number[column]))
            return error_set(error, "%s: '%s' is no number", columns[column].name, row->text[column]);
    }
    if (result_parse_whole(COLUMN_BLOCK, row->text[COLUMN_BLOCK], &sample->block, error) ||
        result_parse_whole(COLUMN_SLOT, row->text[COLUMN_SLOT], &sample->slot, error))
        return -1;
    if (parse_status(row->text[COLUMN_STATUS], &sample->status))
        return error_set(error, "status '%s' is none of ok, invalid, failed, skipped",
                         row->text[COLUMN_STATUS]);
    snprintf(sample->reason, sizeof sample->reason, "%s", row->text[COLUMN_REASON]);
    utf8_repair(sample->reason); /* it may have been cut within a character */
    if (!*row->text[COLUMN_CELL])
        return error_set(error, "cell is empty");
    if (intern_cell(loader, row->text[COLUMN_CELL], &sample->cell, error))
        return -1;
    if (results->sample_count++ == 0)
        snprintf(results->run_id, sizeof results->run_id, "%s", row->text[COLUMN_RUN_ID]);
    /* one-core cells name more workers than there are units, and conc does not tell of units */
    struct cell cell;
    if (!cell_parse(row->text[COLUMN_CELL], NULL, &cell, NULL) && strcmp(cell.place, "one-core") != 0 &&
        cell.workers > loader->workers_max)
        loader->workers_max = cell.workers;
    return 0;
}

static int read_units_max(const char *folder, unsigned *units_max, struct error *error)
{
    json_t *run;
    if (run_file_load_if_any(folder, &run, error))
        return -1;
    double units = run_file_number(run, "machine.units_max", 0);
    *units_max = units >= 1 && units <= 1e6 ? (unsigned)units : 0;
    json_decref(run);
    return 0;
}

int results_load(const char *path, struct results *results, struct error *error)
{
    memset(results, 0, sizeof *results);
    struct stat stat_buffer;
    char file[4096];
    if (stat(path, &stat_buffer))
        return error_set(error, "%s: %s", path, strerror(errno));
    bool folder = S_ISDIR(stat_buffer.st_mode);
    snprintf(file, sizeof file, folder ? "%s/samples.csv" : "%s", path);
    struct loader loader = {.results = results};
    if (result_read(file, take_sample, &loader, NULL, error))
        return -1;
    if (folder && read_units_max(path, &results->units_max, error))
        return -1;
    if (results->units_max == 0)
        results->units_max = loader.workers_max > 1 ? loader.workers_max : 1;
    return 0;
}

void results_free(struct results *results)
{
    for (size_t i = 0; i < results->cell_count; i++)
        free(results->cells[i]);
    free(results->cells);
    free(results->samples);
    memset(results, 0, sizeof *results);
}
