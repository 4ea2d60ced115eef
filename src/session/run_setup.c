/* SPDX-License-Identifier: MIT */
#include "run_setup.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "driver.h"
#include "folder.h"
#include "launch.h"
#include "measure.h"
#include "metadata.h"
#include "paths.h"
#include "probe.h"
#include "quiet.h"
#include "run_file.h"
#include "runtime.h"
#include "utf8.h"
#include "words.h"

/* For launches: in memory, so that nothing is left however we end. */
static int export_topology(struct session *session, struct error *error)
{
    session->topology_file = memfd_create("topology.xml", MFD_CLOEXEC);
    if (session->topology_file < 0)
        return error_set(error, "memfd_create: %s", strerror(errno));
    return topology_export_to(session->topology, session->topology_file, error);
}

int run_setup_open(struct session *session, struct error *error)
{
    memset(session, 0, sizeof *session);
    session->started_s = clock_now_s();
    session->build_count = 1;
    session->topology_file = -1;
    session->own.file = -1;
    session->topology = topology_open(NULL, error);
    if (!session->topology || program_open(&session->own, NULL, error) || export_topology(session, error))
        return -1;
    if (topology_warning(session->topology)[0])
        word_tell(stderr, "crosspoint: %s", topology_warning(session->topology));
    if (probe_launches(session->topology, &session->unbound, error))
        return -1;
    if (session->unbound.text[0])
        word_tell(stderr, "crosspoint: %s; only cells with place:none are measured", session->unbound.text);
    session->builds[0].program = &session->own;
    launch_set_up();
    return 0;
}

void run_setup_close(struct session *session)
{
    session_close(session);
    runtimes_forget();
    if (*session->folder)
        folder_unmake(session->folder, session->folder_before); /* if nothing went into it */
    if (session->topology_file >= 0)
        close(session->topology_file);
    program_close(&session->own);
    topology_close(session->topology);
}

static const char *results_parent(void)
{
    const char *parent = getenv("CROSSPOINT_RESULTS");
    return parent && *parent ? parent : "results";
}

/* Of letters that a name and a path may have. */
static void name_host(char host[64])
{
    snprintf(host, 64, "localhost");
    gethostname(host, 63);
    host[63] = '\0';
    for (char *c = host; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-._", *c))
            *c = '-';
}

/* results/20261121T101500Z-myhost; with a number behind it if another run had the same thought. */
static int make_default_folder(struct session *session, const char *suffix, struct error *error)
{
    enum { TRIES = 1000 };
    char host[64], stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    bool exists = true;
    name_host(host);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    for (int i = 1, made = -1; made && i <= TRIES && exists; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        snprintf(session->run_id, sizeof session->run_id, "%s-%s%s%s", stamp, host, suffix, number);
        snprintf(session->folder, sizeof session->folder, "%s/%s", results_parent(), session->run_id);
        made = folder_make(session->folder, &session->folder_before, &exists, error);
        if (made == 0)
            return 0;
    }
    return -1;
}

static int make_named_folder(struct session *session, const char *out, struct error *error)
{
    char *folder = session->folder;
    snprintf(folder, sizeof session->folder, "%s", out);
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        folder[--length] = '\0';
    const char *slash = strrchr(folder, '/');
    snprintf(session->run_id, sizeof session->run_id, "%s", slash ? slash + 1 : folder);
    utf8_repair(session->run_id);
    return folder_make(folder, &session->folder_before, NULL, error);
}

static void warn_latest(const char *link, const char *reason)
{
    word_tell(stderr, "crosspoint: warning: %s: %s; it will not lead to this run", link, reason);
}

static bool latest_is_taken(const char *link)
{
    struct stat status;
    return lstat(link, &status) == 0 && !S_ISLNK(status.st_mode);
}

/* Of samples.csv, and of all else. */
static uint64_t bytes_expected(const struct session *session)
{
    enum { ROW_BYTES = 500, REST_BYTES = 2 << 20 };
    return (uint64_t)session->plan.blocks * session->plan.count * ROW_BYTES + REST_BYTES;
}

int run_setup_folder(struct session *session, const char *out, const char *suffix, struct error *error)
{
    char link[PATH_BYTES];
    snprintf(link, sizeof link, "%s/latest", results_parent());
    if (!out && latest_is_taken(link))
        warn_latest(link, "no link");
    if (out ? make_named_folder(session, out, error) : make_default_folder(session, suffix, error)) {
        session->folder[0] = '\0';
        return -1;
    }
    if (folder_check_room(session->folder, bytes_expected(session), error)) {
        folder_unmake(session->folder, session->folder_before);
        session->folder[0] = '\0';
        return -1;
    }
    snprintf(session->builds[0].folder, sizeof session->builds[0].folder, "%s", session->folder);
    return 0;
}

void run_setup_link_latest(const struct session *session, const struct run_options *options)
{
    char link[PATH_BYTES], temporary[PATH_BYTES];
    snprintf(link, sizeof link, "%s/latest", results_parent());
    if (options->out || latest_is_taken(link))
        return;
    snprintf(temporary, sizeof temporary, "%s/latest.%d", results_parent(), (int)getpid());
    if (symlink(session->run_id, temporary) || rename(temporary, link)) {
        warn_latest(link, strerror(errno));
        unlink(temporary);
    }
}

static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return seed >> 16; /* short enough to be typed, and exact in JSON */
}

uint64_t run_setup_seed(const struct run_options *options)
{
    return options->seed_given ? options->seed : random_seed();
}

/* Cells that both plans have do the work that they did there. */
static int take_items(struct plan *plan, const char *folder, bool quiet, struct error *error)
{
    json_t *cell, *run = run_file_load(folder, error);
    size_t index, taken = 0;
    if (!run)
        return -1;
    json_array_foreach(json_object_get(json_object_get(run, "plan"), "cells"), index, cell)
    {
        const char *name = json_string_value(json_object_get(cell, "cell"));
        json_int_t items = json_integer_value(json_object_get(cell, "items"));
        long found = name ? plan_find(plan, name, 0) : -1;
        if (found >= 0 && items > 0) {
            plan->cells[found].items = (uint64_t)items;
            plan->cells[found].rate = json_number_value(json_object_get(cell, "rate"));
            taken++;
        }
    }
    json_decref(run);
    if (taken && taken < plan->count && !quiet)
        word_tell(stderr, "--like: %zu of %zu cells are not in %s; they are calibrated", plan->count - taken,
                  plan->count, folder);
    return taken ? 0 : error_set(error, "%s/run.json: no cell of this plan in it", folder);
}

/* The whole path, for run.json: it says where they were, wherever it is read. */
int run_setup_rules(struct session *session, const char *path, struct rules *rules, struct error *error)
{
    char found[PATH_BYTES];
    if (!path)
        return paths_data("rules", found, error) || rules_load(found, rules, error) ? -1 : 0;
    if (!realpath(path, found))
        return error_set(error, "--rules %s: %s", path, strerror(errno));
    memcpy(session->rules_path, found, sizeof session->rules_path);
    return rules_load(found, rules, error);
}

int run_setup_pythons(const struct run_options *options, struct error *error)
{
    size_t count;
    for (size_t i = 0; i < options->python_count || i == 0; i++)
        if (runtimes_add_python(options->python_count ? options->pythons[i] : NULL, error))
            return -1;
    if (own_work_is_python(&options->own) && runtimes_check_own(error))
        return error_prefix(error, "--python-task");
    const struct runtime *const *runtimes = runtimes_all(&count);
    for (size_t i = 0; i < count && !options->quiet; i++)
        if (runtimes[i]->absent.text[0])
            word_tell(stderr, "crosspoint: cells of %s are skipped: %s", runtimes[i]->name,
                      runtimes[i]->absent.text);
    return 0;
}

int run_setup_pythons_again(const char *folder, const struct run_options *options, struct error *error)
{
    json_t *run = run_file_load(folder, NULL); /* whoever goes on with it says what is wrong with it */
    bool had = json_array_size(json_object_get(run, "runtimes")) > 1;
    json_decref(run);
    return had ? run_setup_pythons(options, error) : 0;
}

int run_setup_own_again(const char *folder, const struct run_options *options, struct error *error)
{
    json_t *run = run_file_load(folder, NULL), *given = own_work_json(&options->own);
    const json_t *had = json_object_get(json_object_get(run, "options"), "own");
    bool same = !had == !given && (!had || json_equal(had, given));
    char *text = had ? json_dumps(had, JSON_COMPACT) : NULL;
    if (!same && text)
        error_set(error, "%.200s was made with one's own work (%.200s); name it again, as it was", folder,
                  text);
    else if (!same)
        error_set(error, "%.200s was made without work of one's own; name none", folder);
    free(text);
    json_decref(given);
    json_decref(run);
    return same ? own_work_load(&options->own, error) : -1;
}

/* An interpreter is not even asked where nothing is wanted of it. */
static bool wants_pythons(const struct run_options *options, const struct selection *selection)
{
    bool wanted = options->python_count > 0 || own_work_is_python(&options->own);
    if (selection->runtime_kind)
        return strcmp(selection->runtime_kind, "native") != 0;
    if (selection->own_work && !selection->own_rules && selection->rule_count == 0)
        return wanted;
    for (size_t i = 0; i < selection->rules->count; i++) {
        const struct rule *rule = &selection->rules->rules[i];
        bool chosen = selection->rule_count == 0;
        for (size_t k = 0; k < selection->rule_count; k++)
            chosen |= strcmp(selection->rule_ids[k], rule->id) == 0;
        for (size_t k = 0; chosen && k < rule->runtimes.count; k++)
            wanted |= strcmp(rule->runtimes.words[k], "native") != 0;
    }
    return wanted;
}

int run_setup_plan(struct session *session, const struct run_options *options, struct error *error)
{
    struct rules rules = {0};
    struct selection selection = options->selection;
    const struct profile *profile = selection.profile;
    session->quiet = options->quiet;
    session->gate = profile->gate;
    bool ab = selection.ab_metric != NULL;
    double launch_ms = ab ? profile->ab_launch_ms : profile->launch_ms;
    session->plan.blocks = options->blocks ? options->blocks : ab ? profile->ab_blocks : profile->blocks;
    session->plan.seed = run_setup_seed(options);
    session->launch_ms = options->launch_ms > 0 ? options->launch_ms : launch_ms;
    session->timeout_s = options->timeout_s > 0 ? options->timeout_s : profile->timeout_s;
    selection.rules = &rules;
    selection.own_work = own_work_given(&options->own);
    selection.own_rules = options->rules != NULL;
    if (ab && !selection.runtime_kind &&
        !own_work_is_python(&options->own)) /* an interpreter is none of the two builds */
        selection.runtime_kind = "native";
    int failed =
        own_work_check_runtime(&options->own, selection.runtime_kind, error) ||
        own_work_load(&options->own, error) || run_setup_rules(session, options->rules, &rules, error) ||
        (wants_pythons(options, &selection) && run_setup_pythons(options, error)) ||
        selection_build(&selection, (unsigned)topology_max(session->topology), &session->plan, error);
    rules_free(&rules);
    return failed || (options->like && take_items(&session->plan, options->like, options->quiet, error)) ? -1
                                                                                                         : 0;
}

static json_t *thresholds_to_json(void)
{
    json_t *thresholds = json_array();
    for (int check = 0; check < QUIET_CHECK_COUNT; check++)
        json_array_append_new(
            thresholds, json_pack("{s:s, s:s, s:f, s:f}", "check", quiet_thresholds[check].key, "source",
                                  quiet_thresholds[check].source, "repeat", quiet_thresholds[check].repeat,
                                  "invalid", quiet_thresholds[check].invalid));
    return thresholds;
}

static json_t *texts_to_json(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

static json_t *options_to_json(const struct run_options *options, const struct session *session)
{
    const struct selection *selection = &options->selection;
    json_t *object =
        json_pack("{s:s, s:f, s:f, s:i, s:I, s:b, s:i}", "profile", selection->profile->name, "launch_ms",
                  session->launch_ms, "timeout_s", session->timeout_s, "blocks", (int)session->plan.blocks,
                  "seed", (json_int_t)session->plan.seed, "gate", (int)session->gate, "repeats_max",
                  (int)quiet_repeats_max(session->plan.blocks));
    if (selection->filter)
        json_object_set_new(object, "filter", json_string(selection->filter));
    if (selection->runtime_kind)
        json_object_set_new(object, "runtime", json_string(selection->runtime_kind));
    if (options->like)
        json_object_set_new(object, "like", json_string(options->like));
    if (session->rules_path[0])
        json_object_set_new(object, "rules_path", json_string(session->rules_path));
    if (own_work_given(&options->own))
        json_object_set_new(object, "own", own_work_json(&options->own));
    json_object_set_new(object, "rules", texts_to_json(selection->rule_ids, selection->rule_count));
    json_t *axes = json_object();
    for (size_t i = 0; i < selection->axis_count; i++)
        json_object_set_new(axes, selection->axes[i].key,
                            texts_to_json(selection->axes[i].values, selection->axes[i].count));
    json_object_set_new(object, "axes", axes);
    return object;
}

/* What each says of itself, but for its cells, and for where it lies: a results folder is given away. */
static json_t *runtimes_to_json(void)
{
    size_t count;
    const struct runtime *const *runtimes = runtimes_all(&count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct driver *driver = runtimes[i]->driver;
        json_t *object = driver ? json_copy((json_t *)driver_answer(driver)) : json_object();
        json_object_del(object, "workloads");
        json_object_del(object, "models");
        json_object_del(object, "executable");
        json_object_set_new(object, "runtime", json_string(runtimes[i]->name));
        json_object_set_new(object, "kind", json_string(runtimes[i]->kind));
        if (runtimes[i]->absent.text[0])
            json_object_set_new(object, "absent", json_string(runtimes[i]->absent.text));
        json_array_append_new(array, object);
    }
    return array;
}

/* Only what was measured in one session is paired: two runs may have the same folder name and seed. */
static uint64_t random_bits(void)
{
    uint64_t bits;
    return getrandom(&bits, sizeof bits, 0) == sizeof bits ? bits : clock_now_ns();
}

void run_setup_describe(struct session *session, const struct run_options *options)
{
    char session_id[160];
    snprintf(session_id, sizeof session_id, "%s-%016" PRIx64, session->run_id, random_bits());
    session->run = metadata_collect(session->topology);
    json_object_set_new(session->run, "run_id", json_string(session->run_id));
    json_object_set_new(session->run, "session", json_string(session_id));
    json_object_set_new(session->run, "options", options_to_json(options, session));
    json_object_set_new(session->run, "runtimes", runtimes_to_json());
    json_object_set_new(session->run, "thresholds", thresholds_to_json());
}
