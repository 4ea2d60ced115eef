/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice_write.h"
#include "judge.h"
#include "quiet.h"
#include "scaling_fit.h"

static const double growth_told = 1.3; /* of the processor time of a task */

static const struct advice_candidate *at(const struct advice *advice, size_t index)
{
    return index == SIZE_MAX ? NULL : &advice->candidates[index];
}

/* Of one model with so many workers, from the first look. */
static const struct advice_candidate *find_level(const struct advice *advice, const char *model,
                                                 unsigned workers)
{
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        if (candidate->in_flight == workers && strcmp(candidate->cell.model, model) == 0 &&
            candidate->rate > 0)
            return candidate;
    }
    return NULL;
}

static void measure_growth(struct advice *advice)
{
    const struct advice_candidate *serial = at(advice, advice->serial);
    double least = NAN;
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        double growth = candidate->cpu_ns_per_item / serial->cpu_ns_per_item;
        if (i != advice->serial && advice->units > 1 && candidate->in_flight == advice->units && growth > 0)
            least = least < growth ? least : growth; /* NaN at first */
    }
    advice->class.cpu_growth = least;
    if (least > growth_told && advice->class.computing >= 0.5)
        advice_note_change(
            advice,
            "memory or a shared unit: with a worker a unit a task takes %.2f times the processor time of "
            "one alone; less data a task, or fewer workers, may gain",
            least);
}

/* With W workers that share a lock for a part s of their computing the rate is at most W / (1 + s (W - 1))
 * times that of one (Amdahl); what processes gain is what there was to be had. */
static void measure_lock(struct advice *advice)
{
    const struct advice_candidate *serial = at(advice, advice->serial),
                                  *threads = find_level(advice, "thread-pool", advice->units),
                                  *processes = find_level(advice, "process-pool", advice->units);
    if (isnan(advice->import_s) || advice->units < 2 || advice->class.computing < 0.2 || !threads ||
        !processes)
        return;
    double had = fmax(processes->rate, threads->rate) / serial->rate, gained = threads->rate / serial->rate;
    if (had > 1.1) /* else nothing is to be had, with a lock or without */
        advice->class.lock = fmin(fmax((had / gained - 1) / (had - 1), 0), 1);
    if (advice->class.lock > 0.3)
        advice_note_change(
            advice, "an interpreter without the lock (free-threaded), or code that releases it: threads "
                    "would gain what processes do, without pickling");
}

/* Twice the units, as the law has it that fits those that there are. */
static void tell_beyond(struct advice *advice, const double *workers, const double *speedups, size_t n)
{
    struct scaling_fit fit;
    struct scaling_beyond beyond;
    double most = advice->units, more = 2 * most;
    char peak[96];
    if (scaling_fit_usl(workers, speedups, n, &fit) ||
        scaling_fit_beyond(workers, speedups, n, more, judge_level, &beyond))
        return;
    if (!isfinite(beyond.peak_low))
        snprintf(peak, sizeof peak, "no end of it shows");
    else if (!isfinite(fit.peak) || !isfinite(beyond.peak_high))
        snprintf(peak, sizeof peak, "an end of it does not show below %.0f", beyond.peak_low);
    else
        snprintf(peak, sizeof peak, "it is fastest with %.0f (%.0f to %.0f)", fit.peak, beyond.peak_low,
                 beyond.peak_high);
    advice_note_change(advice,
                       "more cores: fitted to %zu worker counts, %.0f would do %.2f times the work of %.0f "
                       "(%.2f to %.2f); %s",
                       n, more, beyond.gain, most, beyond.gain_low, beyond.gain_high, peak);
}

static void tell_scaling(struct advice *advice)
{
    const struct advice_candidate *chosen = at(advice, advice->chosen);
    double workers[ADVICE_CANDIDATES_MAX], speedups[ADVICE_CANDIDATES_MAX];
    size_t n = 0;
    const struct advice_candidate *one = find_level(advice, chosen->cell.model, 1),
                                  *all = find_level(advice, chosen->cell.model, advice->units);
    if (advice->class.waiting > 0.5 || !one || !all || advice->units < 2)
        return;
    for (unsigned level = 1; level <= advice->units; level++) {
        const struct advice_candidate *candidate = find_level(advice, chosen->cell.model, level);
        if (candidate) {
            workers[n] = level;
            speedups[n++] = candidate->rate / one->rate;
        }
    }
    if (n >= SCALING_FIT_COUNTS_MIN)
        tell_beyond(advice, workers, speedups, n);
    else
        advice_note_change(
            advice,
            "more cores: from 1 to %u workers it gains %.2f times; a fit of how far that goes needs %d "
            "worker counts, there are %zu",
            advice->units, all->rate / one->rate, SCALING_FIT_COUNTS_MIN, n);
}

static void tell_in_flight(struct advice *advice)
{
    const struct advice_candidate *chosen = at(advice, advice->chosen);
    unsigned most = 0;
    for (size_t i = 0; i < advice->count; i++)
        if (advice->candidates[i].rate > 0 && advice->candidates[i].in_flight > most)
            most = advice->candidates[i].in_flight;
    if (advice->class.waiting < 0.2)
        return;
    if (most == 1)
        advice_note_untold(advice, "what more at once would gain: one at a time is all that was measured");
    else if (chosen->in_flight == most)
        advice_note_change(advice,
                           "more at once: %u in flight is the most that was tried, and no fewer did as well; "
                           "--conc tries more",
                           most);
    else
        advice_note_change(advice, "more at once: nothing, up to the %u in flight that were tried", most);
}

static void tell_doubts(struct advice *advice)
{
    const struct advice_candidate *second = at(advice, advice->second);
    const struct quiet_threshold *foreign = &quiet_thresholds[QUIET_FOREIGN_CPU],
                                 *steal = &quiet_thresholds[QUIET_STEAL];
    if (advice->blocks < advice->blocks_needed)
        advice_note_untold(advice,
                           "anything for sure: %u block%s decide%s nothing, %u do; --seconds takes more",
                           advice->blocks, advice->blocks == 1 ? "" : "s", advice->blocks == 1 ? "s" : "",
                           advice->blocks_needed);
    else if (second && !(second->p < judge_alpha))
        advice_note_untold(advice, "whether it is ahead of %s: not shown by %u blocks; --seconds takes more",
                           second->label, advice->blocks);
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        if (candidate->problem[0])
            advice_note_untold(advice, "%s: %.180s", candidate->label, candidate->problem);
    }
    if (advice->foreign_cpu > foreign->repeat)
        advice_note_untold(advice,
                           "what a quiet machine would say: others used %.0f %% of the processors meanwhile",
                           100 * advice->foreign_cpu);
    if (advice->stolen > steal->repeat)
        advice_note_untold(advice,
                           "what a quiet machine would say: %.0f %% of the time was stolen by its host",
                           100 * advice->stolen);
}

void advice_conclude(struct advice *advice)
{
    measure_growth(advice);
    measure_lock(advice);
    tell_scaling(advice);
    tell_in_flight(advice);
    tell_doubts(advice);
}
