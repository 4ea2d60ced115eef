/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

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

int row_parse_number(const struct row *row, enum column column, double *value, struct error *error)
{
    if (parse_number(row->text[column], value))
        return error_set(error, "%s: '%s' is no number", columns[column].name, row->text[column]);
    return 0;
}

int row_parse_whole(const struct row *row, enum column column, uint32_t *value, struct error *error)
{
    const char *text = row->text[column];
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number > UINT32_MAX)
        return error_set(error, "%s '%s' is no whole number from 0 up", columns[column].name, text);
    *value = (uint32_t)number;
    return 0;
}

int row_parse_status(const struct row *row, enum status *status, struct error *error)
{
    const char *text = row->text[COLUMN_STATUS];
    for (int i = 0; i < STATUS_COUNT; i++)
        if (strcmp(text, status_names[i]) == 0) {
            *status = (enum status)i;
            return 0;
        }
    return error_set(error, "status '%s' is none of ok, invalid, failed, skipped", text);
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
