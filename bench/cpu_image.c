/* SPDX-License-Identifier: MIT */
/* A task blurs one image of a batch: a Gaussian of 5 x 5, row by row and then column by column, over pixels
 * of 8 bits, with borders that wrap around. Results have 16 bits and lose nothing, so that a blur is linear:
 * a weighted sum of what comes out is a sum of what goes in under blurred weights, which is the proof. */
#include <string.h>

#include "error.h"
#include "random.h"
#include "resource_limits.h"
#include "work.h"
#include "workload.h"

enum { BATCH = 16, REACH = 2, TAPS = 2 * REACH + 1, SIDE_MAX = 8192 };
static const uint16_t kernel[TAPS] = {1, 4, 6, 4, 1}; /* 255 * 16 * 16 fits into 16 bits */

static const struct workload_param params[] = {
    {.key = "size", .value_default = "256", .summary = "pixels a side", .value_min = TAPS},
    {0},
};

struct image_data {
    size_t side, pixels;
    uint32_t *row_weights, *column_weights; /* [side], of the proof */
    uint8_t *batch;                         /* [BATCH][pixels] */
    uint16_t *scratch;                      /* [workers][2 * pixels] */
};

static int possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error)
{
    uint64_t side = workload_key_number(cell, "size");
    (void)in_flight;
    if (side > SIDE_MAX)
        return error_set(error, "size:%llu is too large; at most %d", (unsigned long long)side, SIDE_MAX);
    return limits_check_memory(workers + BATCH / (2 * sizeof(uint16_t)), side * side * 2 * sizeof(uint16_t),
                               error);
}

static void fill(struct image_data *data)
{
    uint64_t state = 1;
    for (size_t i = 0; i < BATCH * data->pixels; i += sizeof state) {
        uint64_t bits = random_next(&state);
        size_t left = BATCH * data->pixels - i;
        memcpy(data->batch + i, &bits, left < sizeof bits ? left : sizeof bits);
    }
    for (size_t i = 0; i < data->side; i++) {
        data->row_weights[i] = (uint32_t)random_next(&state);
        data->column_weights[i] = (uint32_t)random_next(&state);
    }
}

static int prepare(struct run *run)
{
    size_t side = run_key_number(run, "size"), pixels = side * side;
    struct image_data *data = run_allocate(run, sizeof *data);
    if (!data)
        return -1;
    *data = (struct image_data){
        .side = side,
        .pixels = pixels,
        .row_weights = run_allocate(run, side * sizeof *data->row_weights),
        .column_weights = run_allocate(run, side * sizeof *data->column_weights),
        .batch = run_allocate(run, BATCH * pixels),
        .scratch = run_allocate(run, run_workers(run) * 2 * pixels * sizeof *data->scratch),
    };
    if (!data->row_weights || !data->column_weights || !data->batch || !data->scratch)
        return -1;
    fill(data);
    run_set_data(run, data);
    return 0;
}

static uint16_t *scratch_of(const struct image_data *data, unsigned worker)
{
    return data->scratch + 2 * data->pixels * worker;
}

static void settle(struct run *run, unsigned worker)
{
    const struct image_data *data = run_data(run);
    work_map_pages(data->batch, BATCH * data->pixels);
    memset(scratch_of(data, worker), 0, 2 * data->pixels * sizeof *data->scratch);
}

/* sum of kernel[tap] * from[tap][x], for every x */
static inline void add_up(const uint16_t *const from[TAPS], size_t side, uint16_t *restrict into)
{
    for (size_t x = 0; x < side; x++) {
        unsigned sum = 0;
        for (size_t tap = 0; tap < TAPS; tap++)
            sum += (unsigned)kernel[tap] * from[tap][x];
        into[x] = (uint16_t)sum;
    }
}

static void blur_row(const uint8_t *row, size_t side, uint16_t *into)
{
    uint16_t padded[SIDE_MAX + 2 * REACH];
    const uint16_t *from[TAPS];
    for (size_t x = 0; x < side; x++)
        padded[x + REACH] = row[x];
    for (size_t x = 0; x < REACH; x++) {
        padded[x] = row[side - REACH + x];
        padded[REACH + side + x] = row[x];
    }
    for (size_t tap = 0; tap < TAPS; tap++)
        from[tap] = padded + tap;
    add_up(from, side, into);
}

static void blur_column(const uint16_t *rows, size_t side, size_t y, uint16_t *into)
{
    const uint16_t *from[TAPS];
    for (size_t tap = 0; tap < TAPS; tap++)
        from[tap] = rows + (y + side + tap - REACH) % side * side;
    add_up(from, side, into);
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct image_data *data = run_data(run);
    const uint8_t *image = data->batch + task->index % BATCH * data->pixels;
    uint16_t *rows = scratch_of(data, task->worker), *blurred = rows + data->pixels;
    size_t side = data->side;
    uint64_t checksum = 0;
    for (size_t y = 0; y < side; y++)
        blur_row(image + y * side, side, rows + y * side);
    for (size_t y = 0; y < side; y++)
        blur_column(rows, side, y, blurred + y * side);
    for (size_t y = 0; y < side; y++) {
        uint64_t sum = 0;
        for (size_t x = 0; x < side; x++)
            sum += (uint64_t)data->column_weights[x] * blurred[y * side + x];
        checksum += data->row_weights[y] * sum;
    }
    return checksum;
}

/* The kernel is its own mirror image. */
static uint64_t blurred_weight(const uint32_t *weights, size_t side, size_t at)
{
    uint64_t sum = 0;
    for (size_t tap = 0; tap < TAPS; tap++)
        sum += (uint64_t)kernel[tap] * weights[(at + side + tap - REACH) % side];
    return sum;
}

static uint64_t expected(const struct image_data *data, size_t image, const uint64_t *columns)
{
    const uint8_t *pixel = data->batch + image * data->pixels;
    uint64_t checksum = 0;
    for (size_t y = 0; y < data->side; y++) {
        uint64_t sum = 0;
        for (size_t x = 0; x < data->side; x++)
            sum += columns[x] * *pixel++;
        checksum += blurred_weight(data->row_weights, data->side, y) * sum;
    }
    return checksum;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct image_data *data = run_data(run);
    uint64_t columns[SIDE_MAX];
    for (size_t x = 0; x < data->side; x++)
        columns[x] = blurred_weight(data->column_weights, data->side, x);
    for (uint64_t image = 0; image < BATCH && image < items; image++)
        account->checksum += ((items - image - 1) / BATCH + 1) * expected(data, image, columns);
}

const struct workload workload_cpu_image = {
    .family = "cpu",
    .name = "image",
    .summary = "a Gaussian blur of 5 x 5 over an image of a batch",
    .item = "image",
    .params = params,
    .computes = true,
    .possible = possible,
    .prepare = prepare,
    .settle = settle,
    .task = task,
    .account = account,
};
