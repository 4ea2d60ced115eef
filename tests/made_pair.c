/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_pair.h"

void pair_add_row(struct samples *samples, struct samples_input *input, double value)
{
    struct error error;
    double figures[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++)
        figures[column] = value;
    input->by_column = figures;
    input->generator_busy = NAN;
    input->line = samples->row_count;
    assert_int_equal(samples_add(samples, input, &error), 0);
}

void pair_add(struct samples *samples, const char *cell, unsigned block, double value)
{
    struct samples_input input = {.cell = cell, .reason = "", .block = block, .items = NAN};
    pair_add_row(samples, &input, value);
}

void pair_add_status(struct samples *samples, const char *cell, unsigned block, enum status status,
                     const char *reason)
{
    struct samples_input input = {
        .cell = cell, .reason = reason, .block = block, .status = status, .items = NAN};
    pair_add_row(samples, &input, NAN);
}

void pair_open(struct pair *pair, enum column metric)
{
    pair->metric = metric;
    samples_init(&pair->base, &metric, 1);
    samples_init(&pair->new, &metric, 1);
    memset(&pair->compared, 0, sizeof pair->compared);
}

void pair_close(struct pair *pair)
{
    compared_free(&pair->compared);
    samples_free(&pair->base);
    samples_free(&pair->new);
}

/* Cell number i, `factor` times the value in the second run. */
void pair_fill(struct pair *pair, unsigned i, unsigned n, scatter *draw, double factor,
               struct synthetic *random)
{
    char cell[64];
    snprintf(cell, sizeof cell, "native/null/empty/serial/number:%u", i);
    for (unsigned block = 0; block < n; block++) {
        pair_add(&pair->base, cell, block, 1000 * exp(draw(random)));
        pair_add(&pair->new, cell, block, factor * 1000 * exp(draw(random)));
    }
}

void pair_fill_failed(struct pair *pair, const char *cell, unsigned failed_base, unsigned failed_new)
{
    for (unsigned block = 0; block < 14; block++) {
        if (block < 14 - failed_base)
            pair_add(&pair->base, cell, block, 100);
        else
            pair_add_status(&pair->base, cell, block, STATUS_FAILED, "timeout");
        if (block < 14 - failed_new)
            pair_add(&pair->new, cell, block, 100);
        else
            pair_add_status(&pair->new, cell, block, STATUS_FAILED, "killed by signal 11");
    }
}

const struct compare_row *pair_compare(struct pair *pair, enum compare_pairing pairing, double effect)
{
    struct compare_options options = {.effect = effect, .pairing = pairing};
    struct error error;
    assert_int_equal(samples_finish(&pair->base, &error), 0);
    assert_int_equal(samples_finish(&pair->new, &error), 0);
    assert_int_equal(compare_tables(&pair->base, &pair->new, pair->metric, &options, &pair->compared, &error),
                     0);
    return pair->compared.rows;
}

char *pair_write(const struct compared *compared, const char *format)
{
    char *text;
    size_t bytes;
    struct error error;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(compared_write(compared, format, 0, 0, out, &error), 0);
    fclose(out);
    return text;
}
