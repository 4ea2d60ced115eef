/* SPDX-License-Identifier: MIT */
#include "session_gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"
#include "progress.h"
#include "quiet.h"
#include "words.h"

enum { HOPELESS = 3 }; /* blocks disturbed and none that counts */

const char *const session_block_states[] = {"open", "accepted", "invalid", "interrupted"};

unsigned session_repeats_max(const struct session *session)
{
    return session->gate ? quiet_repeats_max(session->plan.blocks) : 0;
}

static json_t *canaries_to_json(const double canaries_ns[CANARY_COUNT])
{
    json_t *object = json_object();
    for (int canary = 0; canary < CANARY_COUNT; canary++)
        json_object_set_new(object,
                            canary < CANARY_GATED ? quiet_thresholds[QUIET_CANARY_INTEGER + canary].key
                                                  : "canary_throughput_ns",
                            json_real(canaries_ns[canary]));
    return object;
}

static void set_figure(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

/* values are what is judged; the rest of the disturbance is recorded. */
static json_t *block_to_json(unsigned block, const double values[QUIET_CHECK_COUNT],
                             const struct disturbance *disturbance, const double canaries_ns[CANARY_COUNT],
                             const char *decision, const char *reason)
{
    json_t *object =
        json_pack("{s:i, s:s, s:s}", "block", (int)block, "decision", decision, "reason", reason);
    for (int check = 0; check < QUIET_CANARY_INTEGER; check++)
        set_figure(object, quiet_thresholds[check].key, values[check]);
    set_figure(object, "major_faults", disturbance->major_faults);
    set_figure(object, "memory_available_bytes", disturbance->memory_available_bytes);
    json_t *canaries = canaries_to_json(canaries_ns);
    json_object_update(object, canaries);
    json_decref(canaries);
    return object;
}

unsigned session_blocks_in_state(const struct session *session, enum block_state state)
{
    unsigned count = 0;
    for (unsigned block = 0; block < session->blocks_max; block++)
        count += session->block_states[block] == state;
    return count;
}

static void measure_canaries(const struct session *session, double canaries_ns[CANARY_COUNT])
{
    size_t unit_count;
    canaries_measure(topology_units(session->topology, &unit_count)[0].os_index, canaries_ns);
}

/* So that the first blocks have something to be held against. */
static void measure_first_canaries(const struct session *session)
{
    enum { READINGS = 3 };
    double canaries_ns[CANARY_COUNT];
    if (!session->gate || json_object_get(session->run, "canaries_before"))
        return;
    json_t *readings = json_array();
    for (int i = 0; i < READINGS && !launch_interrupted(); i++) {
        measure_canaries(session, canaries_ns);
        json_array_append_new(readings, canaries_to_json(canaries_ns));
    }
    json_object_set_new(session->run, "canaries_before", readings);
}

/* Appends the readings of a canary. */
static size_t list_readings(const json_t *from, enum canary canary, double *readings)
{
    size_t index, count = 0;
    json_t *entry;
    json_array_foreach(from, index, entry) readings[count++] =
        json_number_value(json_object_get(entry, quiet_thresholds[QUIET_CANARY_INTEGER + canary].key));
    return count;
}

/* What the canary sang before and in earlier blocks, this one last. */
static double drift_of(const struct session *session, enum canary canary, double last_ns)
{
    const json_t *before = json_object_get(session->run, "canaries_before"),
                 *blocks = json_object_get(session->run, "blocks");
    double *readings = calloc(json_array_size(before) + json_array_size(blocks) + 1, sizeof *readings);
    if (!readings)
        return NAN;
    size_t count = list_readings(before, canary, readings);
    count += list_readings(blocks, canary, readings + count);
    readings[count++] = last_ns;
    double drift = quiet_drift(readings, count);
    free(readings);
    return drift;
}

/* Of a check that sees nothing every block passes: not in silence. Canaries need some readings to begin with.
 */
static void note_unknown(struct session *session, const double values[QUIET_CHECK_COUNT])
{
    json_t *blind = json_object_get(session->run, "gate_blind");
    for (int check = 0; session->gate && check < QUIET_CANARY_INTEGER; check++) {
        bool told = false;
        size_t index;
        json_t *entry;
        json_array_foreach(blind, index, entry) told |=
            strcmp(json_string_value(json_object_get(entry, "check")), quiet_thresholds[check].key) == 0;
        if (!isnan(values[check]) || told || (check == QUIET_THROTTLED && !session->throttled_expected))
            continue;
        word_tell(stderr, "crosspoint: the gate no longer sees %s: nothing in %s",
                  quiet_thresholds[check].name, quiet_thresholds[check].source);
        json_array_append_new(blind, json_pack("{s:s, s:s}", "check", quiet_thresholds[check].key, "why",
                                               "could not be read during the run"));
    }
}

int session_gate_judge(struct session *session, unsigned block, const struct environment *before,
                       struct error *error)
{
    struct environment after;
    double values[QUIET_CHECK_COUNT], canaries_ns[CANARY_COUNT];
    char reason[128];
    environment_read("", &after);
    struct disturbance disturbance = environment_between(before, &after);
    measure_canaries(session, canaries_ns);
    values[QUIET_STEAL] = disturbance.steal_fraction;
    values[QUIET_FOREIGN_CPU] = disturbance.foreign_cpu_fraction;
    values[QUIET_THROTTLED] = disturbance.throttled_ns;
    values[QUIET_SWAP] = disturbance.swapped_pages;
    values[QUIET_CLOCK] = disturbance.clock_jump_ns;
    for (int canary = 0; canary < CANARY_GATED; canary++)
        values[QUIET_CANARY_INTEGER + canary] = drift_of(session, (enum canary)canary, canaries_ns[canary]);
    note_unknown(session, values);
    enum quiet quiet = quiet_judge(values, reason, sizeof reason);
    unsigned disturbed = session_blocks_in_state(session, BLOCK_INVALID);
    bool repeat_left = disturbed < session_repeats_max(session);
    bool accept = !session->gate || quiet == QUIET_YES || (quiet == QUIET_REPEAT && !repeat_left);
    enum block_state state = accept ? BLOCK_ACCEPTED : BLOCK_INVALID;
    session->block_states[block] = (unsigned char)state;
    json_array_append_new(
        json_object_get(session->run, "blocks"),
        block_to_json(block, values, &disturbance, canaries_ns, session_block_states[state], reason));
    if (accept)
        return 0;
    session->blocks_disturbed++;
    snprintf(session->disturbed_by, sizeof session->disturbed_by, "%s", reason);
    if (session->blocks_disturbed == 1) /* the others are told at the end */
        progress_disturbed(session->quiet, block, reason, repeat_left);
    session->launches += repeat_left ? session->plan.count : 0;
    for (size_t build = 0; build < session->build_count; build++)
        if (samples_file_invalidate(&session->builds[build].samples, block, reason, error))
            return -1;
    return 0;
}

/* What the gate cannot see here, before anything is measured. */
static json_t *list_blind(struct session *session)
{
    struct environment now;
    struct blind blind[BLIND_MAX];
    json_t *list = json_array();
    environment_read("", &now);
    session->throttled_expected = topology_quota(session->topology) > 0;
    size_t count = environment_blind(&now, session->throttled_expected, blind);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "check", blind[i].check, "why", blind[i].why));
    return list;
}

void session_gate_tell_blind(struct session *session, FILE *out)
{
    size_t index;
    json_t *entry, *blind = list_blind(session);
    json_array_foreach(blind, index, entry)
        word_tell(out, "the gate cannot see %s: %s", json_string_value(json_object_get(entry, "check")),
                  json_string_value(json_object_get(entry, "why")));
    json_decref(blind);
}

void session_gate_open(struct session *session)
{
    session->throttled_expected = topology_quota(session->topology) > 0;
    if (session->gate && !json_object_get(session->run, "gate_blind"))
        json_object_set_new(session->run, "gate_blind", list_blind(session));
    measure_first_canaries(session);
}

void session_gate_begin(struct session *session)
{
    if (session->gate && session->gives_up && session_blocks_in_state(session, BLOCK_ACCEPTED) == 0)
        busy_read("", &session->busy);
}

bool session_gate_hopeless(struct session *session)
{
    if (!session->gate || !session->gives_up || session_blocks_in_state(session, BLOCK_ACCEPTED) > 0 ||
        session->blocks_disturbed < HOPELESS)
        return false;
    struct busy now = {.count = 0};
    busy_read("", &now);
    busy_describe(&session->busy, &now, session->busy_names, sizeof session->busy_names);
    busy_free(&now);
    return true;
}
