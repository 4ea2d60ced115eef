/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ini_file.h"
#include "filter.h"
#include "nearest.h"

enum { SECTIONS_MAX = 1000, DAY_S = 86400 };

const struct gate gate_default = {.fail_on = GATE_ON_REGRESSION | GATE_ON_TOO_LITTLE};

static const char *const kinds[] = {"cells", "rules", "exempt"};
static const char *const cell_directions[] = {"none", "slower", "faster", "either"};
static const char *const rule_directions[] = {"none", "lost", "gained", "either"};

struct reader {
    struct gate *gate;
    int64_t today;
};

/* Which of the names, or -1 with error. */
static int choose(const char *key, const char *text, const char *const *names, size_t count,
                  struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, text, strlen(text), "");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return (int)i;
        nearest_offer(&nearest, names[i]);
    }
    return error_set(error, "%s '%.60s': %s", key, text, nearest_tell(&nearest));
}

static int read_filter(struct gate_section *section, const char *value, struct error *error)
{
    if (section->filtered)
        return error_set(error, "filter stands twice");
    if (filter_compile(value, &section->filter, error))
        return -1;
    section->filtered = true;
    return 0;
}

static int read_effect(struct gate_section *section, const char *value, struct error *error)
{
    char *end;
    double percent = strtod(value, &end);
    if (end == value || strcmp(end + strspn(end, " "), "%") != 0 || !(percent >= 0 && percent <= 1000))
        return error_set(error, "effect '%.60s' is not a percentage from 0%% to 1000%%, such as 5%%", value);
    section->effect = percent / 100;
    return 0;
}

static int read_until(struct gate_section *section, const char *value, int64_t today, struct error *error)
{
    struct tm day = {0};
    const char *end = strlen(value) == 10 ? strptime(value, "%Y-%m-%d", &day) : NULL;
    if (!end || *end)
        return error_set(error, "until '%.60s' is no day such as 2027-01-31", value);
    section->expired = (int64_t)timegm(&day) / DAY_S < today;
    return ini_file_copy("until", value, section->until, sizeof section->until, error);
}

static int read_direction(struct gate_section *section, const char *value, struct error *error)
{
    section->direction =
        choose("direction", value, section->kind == GATE_RULES ? rule_directions : cell_directions, 4, error);
    return section->direction < 0 ? -1 : 0;
}

static int read_metric(struct gate_section *section, const char *value, struct error *error)
{
    section->metric = column_find(value);
    if (section->metric < 0 || !columns[section->metric].metric)
        return error_set(error, "no metric '%.60s'; `man crosspoint` and docs/results.md list the columns",
                         value);
    return 0;
}

static int read_key(const struct reader *reader, struct gate_section *section, const char *key,
                    const char *value, struct error *error)
{
    bool cells = section->kind == GATE_CELLS, exempt = section->kind == GATE_EXEMPT;
    if (strcmp(key, "filter") == 0)
        return read_filter(section, value, error);
    if (strcmp(key, "direction") == 0 && !exempt)
        return read_direction(section, value, error);
    if (strcmp(key, "metric") == 0 && cells)
        return read_metric(section, value, error);
    if (strcmp(key, "effect") == 0 && cells)
        return read_effect(section, value, error);
    if (strcmp(key, "reason") == 0 && exempt)
        return ini_file_copy(key, value, section->reason, sizeof section->reason, error);
    if (strcmp(key, "until") == 0 && exempt)
        return read_until(section, value, reader->today, error);
    return error_set(error, "[%s] has no key '%.60s'; known: %s", kinds[section->kind], key,
                     exempt  ? "filter, reason, until"
                     : cells ? "filter, metric, effect, direction"
                             : "filter, direction");
}

static struct gate_section *add_section(struct gate *gate, const struct gate_section *section,
                                        struct error *error)
{
    struct gate_section *grown = NULL;
    if (gate->count == SECTIONS_MAX) {
        error_set(error, "more than %d sections", SECTIONS_MAX);
        return NULL;
    }
    grown = realloc(gate->sections, (gate->count + 1) * sizeof *grown);
    if (!grown) {
        error_set(error, "out of memory");
        return NULL;
    }
    gate->sections = grown;
    gate->sections[gate->count] = *section;
    return &gate->sections[gate->count++];
}

/* The one that is being read, or a new one. NULL: error. */
static struct gate_section *section_of(struct gate *gate, const char *text, struct error *error)
{
    char kind[16] = "";
    struct gate_section section = {.metric = -1, .effect = NAN, .direction = -1};
    size_t length = strcspn(text, " ");
    snprintf(kind, sizeof kind, "%.*s", (int)(length < sizeof kind ? length : sizeof kind), text);
    int found = choose("section", kind, kinds, sizeof kinds / sizeof *kinds, error);
    if (found < 0 ||
        ini_file_copy("a section's name, as in [cells io],", text + length + strspn(text + length, " "),
                      section.name, sizeof section.name, error))
        return NULL;
    section.kind = found;
    struct gate_section *last = gate->count ? &gate->sections[gate->count - 1] : NULL;
    if (last && last->kind == section.kind && strcmp(last->name, section.name) == 0)
        return last;
    return add_section(gate, &section, error);
}

static int take_key(void *context, const char *section_text, const char *key, const char *value,
                    struct error *error)
{
    struct reader *reader = context;
    struct gate_section *section = section_of(reader->gate, section_text, error);
    return section ? read_key(reader, section, key, value, error) : -1;
}

static int check(const struct gate *gate, struct error *error)
{
    for (size_t i = 0; i < gate->count; i++) {
        const struct gate_section *section = &gate->sections[i];
        if (section->kind == GATE_EXEMPT && (!section->filtered || !*section->reason || !*section->until))
            return error_set(error, "[exempt %s] lacks %s", section->name,
                             !section->filtered  ? "filter"
                             : !*section->reason ? "reason"
                                                 : "until");
    }
    return 0;
}

int gate_load(const char *path, int64_t today, struct gate *gate, struct error *error)
{
    struct reader reader = {.gate = gate, .today = today};
    if (ini_file_read(path, take_key, &reader, error))
        return -1;
    return check(gate, error) ? error_prefix(error, "%s", path) : 0;
}

void gate_free(struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++)
        if (gate->sections[i].filtered)
            regfree(&gate->sections[i].filter);
    free(gate->sections);
    gate->sections = NULL;
    gate->count = 0;
}

int gate_parse_fail_on(const char *text, unsigned *fail_on, struct error *error)
{
    static const char *const names[] = {"regression", "flip", "too-little-data"};
    *fail_on = 0;
    for (const char *word = text;; word += strcspn(word, ",") + 1) {
        char name[32] = "";
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word, ",") < 31 ? (int)strcspn(word, ",") : 31,
                 word);
        int found = choose("--fail-on", name, names, 3, error);
        if (found < 0)
            return -1;
        *fail_on |= 1U << found;
        if (!word[strcspn(word, ",")])
            return 0;
    }
}

/* Asked of it */

static bool fits(const struct gate_section *section, const char *name)
{
    return !section->filtered || regexec(&section->filter, name, 0, NULL, 0) == 0;
}

static bool fits_cell(const struct gate_section *section, const char *cell, enum column metric)
{
    return section->kind == GATE_CELLS && (section->metric < 0 || section->metric == (int)metric) &&
           fits(section, cell);
}

double gate_effect(const struct gate *gate, const char *cell, enum column metric, double effect)
{
    for (size_t i = 0; gate && i < gate->count; i++)
        if (!isnan(gate->sections[i].effect) && fits_cell(&gate->sections[i], cell, metric))
            effect = gate->sections[i].effect;
    return effect;
}

static const struct gate_section *exemption_of(const struct gate *gate, const char *name)
{
    for (size_t i = 0; gate && i < gate->count; i++)
        if (gate->sections[i].kind == GATE_EXEMPT && !gate->sections[i].expired &&
            fits(&gate->sections[i], name))
            return &gate->sections[i];
    return NULL;
}

static bool decide(const struct gate *gate, const char *name, bool fails, const struct gate_section **exempt)
{
    const struct gate_section *exemption = fails ? exemption_of(gate, name) : NULL;
    if (exempt)
        *exempt = exemption;
    return fails && !exemption;
}

bool gate_fails_cell(const struct gate *gate, const char *cell, enum column metric, int direction,
                     const struct gate_section **exempt)
{
    int asked = GATE_SLOWER;
    for (size_t i = 0; gate && i < gate->count; i++)
        if (gate->sections[i].direction >= 0 && fits_cell(&gate->sections[i], cell, metric))
            asked = gate->sections[i].direction;
    return decide(gate, cell, asked & direction, exempt);
}

bool gate_fails_rule(const struct gate *gate, const char *rule, int direction,
                     const struct gate_section **exempt)
{
    int asked = GATE_EITHER;
    for (size_t i = 0; gate && i < gate->count; i++)
        if (gate->sections[i].kind == GATE_RULES && gate->sections[i].direction >= 0 &&
            fits(&gate->sections[i], rule))
            asked = gate->sections[i].direction;
    return decide(gate, rule, asked & direction, exempt);
}
