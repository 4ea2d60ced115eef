/* SPDX-License-Identifier: MIT */
/* What the sessions of a series say together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "track_history.h"

const char *track_cell_name(const struct track_series *series, size_t row)
{
    return row < series->cell_count ? series->cells[row] : "(all cells)";
}

double track_figure(enum column metric, double log_value)
{
    return exp(columns[metric].lower_better ? -log_value : log_value);
}

/* Cells */

/* Both are in the same order, and mostly alike. names: room for all of both; what is taken over is NULL then.
 */
static size_t merge(char **known, size_t known_count, struct track_session *session, const regex_t *filter,
                    char **names)
{
    size_t count = 0;
    for (size_t i = 0, k = 0; i < known_count || k < session->cell_count;) {
        int order = i == known_count           ? 1
                    : k == session->cell_count ? -1
                                               : samples_compare_names(known[i], session->cells[k]);
        if (order <= 0) {
            names[count++] = known[i++];
            k += order == 0;
        } else if (!filter || regexec(filter, session->cells[k], 0, NULL, 0) == 0) {
            names[count] = strdup(session->cells[k++]);
            if (!names[count++])
                return SIZE_MAX;
        } else {
            k++;
        }
    }
    return count;
}

static int collect_cells(struct track_series *series, const regex_t *filter)
{
    for (size_t i = 0; i < series->count; i++) {
        struct track_session *session = &series->sessions[i];
        char **names = calloc(series->cell_count + session->cell_count + 1, sizeof *names);
        if (!names)
            return -1;
        size_t count = merge(series->cells, series->cell_count, session, filter, names);
        free(series->cells);
        series->cells = names;
        series->cell_count = 0;
        if (count == SIZE_MAX) {
            while (names[series->cell_count])
                series->cell_count++;
            return -1;
        }
        series->cell_count = count;
    }
    return 0;
}

static void fill_logs(const struct track_history *history, struct track_series *series, size_t number)
{
    const struct track_session *session = &series->sessions[number];
    for (size_t cell = 0, k = 0; cell < series->cell_count; cell++) {
        while (k < session->cell_count && samples_compare_names(session->cells[k], series->cells[cell]) < 0)
            k++;
        bool has = k < session->cell_count && strcmp(session->cells[k], series->cells[cell]) == 0;
        for (size_t i = 0; i < history->metric_count; i++) {
            double median = has ? session->medians[k * history->metric_count + i] : NAN;
            double sign = columns[history->metrics[i]].lower_better ? -1 : 1;
            series->logs[i][cell * series->count + number] = isfinite(median) ? sign * log(median) : median;
        }
    }
}

/* The gate may ask for another effect of each. */
static int judge_metric(const struct track_history *history, struct track_series *series, size_t metric)
{
    struct track_options options = history->options;
    double *effects = malloc((series->cell_count + 1) * sizeof *effects);
    for (size_t cell = 0; effects && cell < series->cell_count; cell++)
        effects[cell] =
            gate_effect(history->gate, series->cells[cell], history->metrics[metric], options.effect);
    options.alpha /= (double)history->metric_count;
    options.effects = effects;
    options.canaries = (struct track_canaries){series->canaries, TRACK_CANARIES, series->count};
    int result = effects ? track_judge(series->logs[metric], series->cell_count, series->count, &options,
                                       &series->tracks[metric])
                         : -1;
    series->tracks[metric].options.effects = NULL;
    series->tracks[metric].options.canaries = (struct track_canaries){.count = 0};
    free(effects);
    return result;
}

static void fill_canaries(struct track_series *series)
{
    for (size_t number = 0; number < series->count; number++)
        for (size_t i = 0; i < TRACK_CANARIES; i++)
            series->canaries[i * series->count + number] = -log(series->sessions[number].canaries[i]);
}

static int judge_cells(const struct track_history *history, struct track_series *series)
{
    series->canaries = malloc((TRACK_CANARIES * series->count + 1) * sizeof *series->canaries);
    if (!series->canaries)
        return -1;
    fill_canaries(series);
    for (size_t i = 0; i < history->metric_count; i++) {
        series->logs[i] = malloc((series->cell_count * series->count + 1) * sizeof *series->logs[i]);
        if (!series->logs[i])
            return -1;
    }
    for (size_t number = 0; number < series->count; number++)
        fill_logs(history, series, number);
    for (size_t i = 0; i < history->metric_count; i++)
        if (judge_metric(history, series, i))
            return -1;
    return 0;
}

/* Verdicts */

struct decided {
    const struct verdict_line *line;
    size_t session;
};

static const char *word_of(const struct verdict_line *line)
{
    static const char *const words[] = {"holds", "does not hold"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(line->word, words[i]) == 0)
            return words[i];
    return NULL;
}

static int by_rule(const void *a, const void *b)
{
    const struct decided *left = a, *right = b;
    int order = strcmp(left->line->rule, right->line->rule);
    order = order ? order : strcmp(left->line->runtime, right->line->runtime);
    return order ? order : (left->session > right->session) - (left->session < right->session);
}

static bool is_same_rule(const struct decided *a, const struct decided *b)
{
    return strcmp(a->line->rule, b->line->rule) == 0 && strcmp(a->line->runtime, b->line->runtime) == 0;
}

static struct decided *list_decided(const struct track_series *series, size_t *count)
{
    size_t room = 1;
    *count = 0;
    for (size_t i = 0; i < series->count; i++)
        room += series->sessions[i].verdicts.count;
    struct decided *decided = malloc(room * sizeof *decided);
    for (size_t i = 0; i < series->count && decided; i++)
        for (size_t k = 0; k < series->sessions[i].verdicts.count; k++)
            if (word_of(&series->sessions[i].verdicts.lines[k]))
                decided[(*count)++] = (struct decided){&series->sessions[i].verdicts.lines[k], i};
    if (decided)
        qsort(decided, *count, sizeof *decided, by_rule);
    return decided;
}

static int find_flips(const struct track_history *history, struct track_series *series)
{
    size_t count, recent = history->options.confirm + TRACK_WINDOWS - 1;
    struct decided *decided = list_decided(series, &count);
    series->flips = calloc(count + 1, sizeof *series->flips);
    for (size_t i = 1; decided && series->flips && i < count; i++) {
        const struct decided *before = &decided[i - 1], *now = &decided[i];
        if (!is_same_rule(before, now) || word_of(before->line) == word_of(now->line))
            continue;
        struct track_flip *flip = &series->flips[series->flip_count++];
        bool last = true; /* and no way back */
        for (size_t k = i + 1; k < count && last && is_same_rule(now, &decided[k]); k++)
            last = word_of(decided[k].line) == word_of(now->line);
        *flip = (struct track_flip){.from = word_of(before->line),
                                    .to = word_of(now->line),
                                    .session = now->session,
                                    .before = before->session,
                                    .recent = last && now->session + recent >= series->count};
        memcpy(flip->rule, now->line->rule, sizeof flip->rule);
        memcpy(flip->runtime, now->line->runtime, sizeof flip->runtime);
    }
    int result = decided && series->flips ? 0 : -1;
    free(decided);
    return result;
}

int track_series_judge(struct track_history *history, struct track_series *series, const regex_t *filter)
{
    return collect_cells(series, filter) || judge_cells(history, series) || find_flips(history, series) ? -1
                                                                                                        : 0;
}
