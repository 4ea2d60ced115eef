/* SPDX-License-Identifier: MIT */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver_process.h"
#include "paths.h"
#include "runtime.h"

enum { PROTOCOL = 1, DESCRIBE_S_MAX = 30, MODELS_MAX = 32 };

struct driver {
    json_t *answer; /* the catalogue's text is its */
    int description;
    char interpreter[PATH_BYTES];
    char runtime[16];
    struct catalogue catalogue;
    struct workload *workloads;
    const struct workload **workload_list;
    struct model own_models[MODELS_MAX];
    const struct model *model_list[MODELS_MAX + 1];
};

/* Asking */

static int find_python(char path[PATH_BYTES], struct error *error)
{
    const char *folders = getenv("PATH");
    char copy[8192], *rest = copy;
    snprintf(copy, sizeof copy, "%s", folders ? folders : "");
    for (char *folder; (folder = strsep(&rest, ":"));) {
        snprintf(path, PATH_BYTES, "%s/python3", *folder ? folder : ".");
        if (access(path, X_OK) == 0)
            return 0;
    }
    return error_set(error,
                     "no python3 in PATH; install Python 3.9 or newer, or name one with --python PATH");
}

static int keep_answer(const char *answer, struct error *error)
{
    int file = memfd_create("description", MFD_CLOEXEC);
    size_t bytes = strlen(answer);
    if (file >= 0 && write(file, answer, bytes) == (ssize_t)bytes)
        return file;
    error_set(error, "what the interpreter says of itself: %s", strerror(errno));
    if (file >= 0)
        close(file);
    return -1;
}

int driver_describe(const char *interpreter, struct error *error)
{
    char path[PATH_BYTES];
    struct driver_process process;
    if (!interpreter && find_python(path, error))
        return -1;
    const char *asked = interpreter ? interpreter : path;
    int description = -1;
    if (driver_process_start(&process, asked, asked, NULL, "--describe", error) == 0) {
        process.timeout_s = DESCRIBE_S_MAX;
        char *answer = driver_process_hear(&process, error);
        description = answer ? keep_answer(answer, error) : -1;
        if (description >= 0 && driver_process_end(&process, error)) {
            close(description);
            description = -1;
        }
    }
    driver_process_free(&process);
    return description;
}

/* Reading the answer */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The first thing that is wrong with it: later ones keep silent. */
struct reader {
    struct driver *driver;
    struct error *error;
};

static int refuse(struct reader *reader, const char *what)
{
    return error_set(reader->error, "%s: its driver says of itself %s; docs/runtime.md has the protocol",
                     reader->driver->interpreter, what);
}

static int read_param(struct reader *reader, const json_t *said, struct workload_param *param)
{
    json_int_t least = json_integer_value(json_object_get(said, "min"));
    *param = (struct workload_param){
        .key = text_of(said, "key"),
        .value_default = text_of(said, "default"),
        .summary = text_of(said, "summary"),
        .choices = text_of(said, "choices"),
        .value_min = least > 0 ? (uint64_t)least : 0,
        .zero = json_is_integer(json_object_get(said, "min")) && least == 0,
    };
    if (!param->key || !param->value_default || !param->summary)
        return refuse(reader, "a key without key, default or summary");
    return 0;
}

static int read_params(struct reader *reader, const json_t *said, struct workload *workload)
{
    size_t index, count = json_array_size(said);
    json_t *value;
    if (count == 0)
        return 0;
    struct workload_param *params = calloc(count + 1, sizeof *params);
    if (!params)
        return error_set(reader->error, "out of memory");
    workload->params = params;
    json_array_foreach(said, index, value) if (read_param(reader, value, &params[index])) return -1;
    return 0;
}

/* workers, or tasks in flight, of a cell whose workload says what they add up from. */
static unsigned count_roles(const struct cell *cell)
{
    const struct runtime *runtime = runtime_of(cell);
    const struct workload *workload = catalogue_workload(runtime->catalogue, cell->family, cell->workload);
    size_t at = (size_t)(workload - runtime->driver->workloads), index;
    const json_t *said = json_array_get(json_object_get(runtime->driver->answer, "workloads"), at);
    json_t *role;
    unsigned long sum = 0;
    json_array_foreach(json_object_get(said, "roles"), index, role)
    {
        const char *key = json_string_value(role), *value = key ? cell_param(cell, key) : NULL;
        for (const struct workload_param *param = workload->params; key && !value && param && param->key;
             param++)
            value = strcmp(param->key, key) == 0 ? param->value_default : NULL;
        sum += key ? strtoul(value ? value : "1", NULL, 10) : (unsigned long)json_integer_value(role);
    }
    return sum > 0 ? (unsigned)sum : 1;
}

static int read_workload(struct reader *reader, const json_t *said, struct workload *workload)
{
    json_int_t items = json_integer_value(json_object_get(said, "items"));
    *workload = (struct workload){
        .family = text_of(said, "family"),
        .name = text_of(said, "name"),
        .summary = text_of(said, "summary"),
        .item = text_of(said, "item"),
        .value_unit = text_of(said, "value_unit"),
        .cell_default = text_of(said, "cell_default"),
        .items = items > 0 ? (uint64_t)items : 0,
        .computes = json_is_true(json_object_get(said, "computes")),
        .waits = json_is_true(json_object_get(said, "waits")),
        .roles = json_array_size(json_object_get(said, "roles")) ? count_roles : NULL,
    };
    if (!workload->family || !workload->name || !workload->summary)
        return refuse(reader, "a workload without family, name or summary");
    if (!json_array_size(json_object_get(said, "models")))
        return refuse(reader, "a workload without models");
    return read_params(reader, json_object_get(said, "params"), workload);
}

static int read_workloads(struct reader *reader)
{
    struct driver *driver = reader->driver;
    const json_t *said = json_object_get(driver->answer, "workloads");
    size_t count = json_array_size(said), index;
    json_t *value;
    if (count == 0)
        return refuse(reader, "no workloads");
    driver->workloads = calloc(count + 1, sizeof *driver->workloads);
    driver->workload_list = calloc(count + 1, sizeof *driver->workload_list);
    if (!driver->workloads || !driver->workload_list)
        return error_set(reader->error, "out of memory");
    json_array_foreach(said, index, value)
    {
        driver->workload_list[index] = &driver->workloads[index];
        if (read_workload(reader, value, &driver->workloads[index]))
            return -1;
    }
    return 0;
}

/* Counted as the one of ours that it is like. */
static int read_own_model(struct reader *reader, const json_t *said, struct model *model)
{
    const char *name = text_of(said, "name"), *like = text_of(said, "like"),
               *summary = text_of(said, "summary");
    const struct model *ours = like ? model_find(like) : NULL;
    if (!name || !summary || !ours)
        return refuse(reader, "a model without name or summary, or like none of ours");
    *model = *ours;
    model->name = name;
    model->summary = summary;
    return 0;
}

static int add_model(struct reader *reader, const char *name, size_t *count)
{
    struct driver *driver = reader->driver;
    const struct model *model = name ? model_find(name) : NULL;
    size_t index;
    json_t *said;
    if (name && catalogue_model(&driver->catalogue, name))
        return 0;
    if (*count == MODELS_MAX)
        return refuse(reader, "too many models");
    json_array_foreach(json_object_get(driver->answer, "models"), index, said)
    {
        const char *own = text_of(said, "name");
        if (model || !name || !own || strcmp(own, name) != 0)
            continue;
        if (read_own_model(reader, said, &driver->own_models[*count]))
            return -1;
        model = &driver->own_models[*count];
    }
    if (!model)
        return refuse(reader, "a model of which it tells nothing else");
    driver->model_list[(*count)++] = model;
    return 0;
}

static int read_models(struct reader *reader)
{
    size_t w, m, count = 0;
    json_t *workload, *name;
    json_array_foreach(json_object_get(reader->driver->answer, "workloads"), w, workload)
        json_array_foreach(json_object_get(workload, "models"), m,
                           name) if (add_model(reader, json_string_value(name), &count)) return -1;
    return 0;
}

static int fits(const struct catalogue *catalogue, const struct model *model, const struct workload *workload,
                char *text, size_t text_bytes)
{
    const struct driver *driver =
        (const struct driver *)((const char *)catalogue - offsetof(struct driver, catalogue));
    size_t at = (size_t)(workload - driver->workloads), index;
    json_t *said = json_array_get(json_object_get(driver->answer, "workloads"), at), *name;
    size_t used = (size_t)snprintf(text, text_bytes, "%s has it under", driver->runtime);
    json_array_foreach(json_object_get(said, "models"), index, name)
    {
        if (strcmp(json_string_value(name), model->name) == 0)
            return 0;
        if (used < text_bytes)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s %s", index ? "," : "",
                                     json_string_value(name));
    }
    return -1;
}

static int read_answer(struct reader *reader)
{
    struct driver *driver = reader->driver;
    const char *runtime = text_of(driver->answer, "runtime"),
               *executable = text_of(driver->answer, "executable");
    if (json_integer_value(json_object_get(driver->answer, "protocol")) != PROTOCOL)
        return refuse(reader, "another protocol than 1");
    if (!runtime || !*runtime || strlen(runtime) >= sizeof driver->runtime ||
        runtime[strspn(runtime, "abcdefghijklmnopqrstuvwxyz0123456789.-")] || strcmp(runtime, "native") == 0)
        return refuse(reader, "no runtime that can be a cell's first word");
    snprintf(driver->runtime, sizeof driver->runtime, "%s", runtime);
    if (executable && access(executable, X_OK) == 0)
        snprintf(driver->interpreter, sizeof driver->interpreter, "%s", executable);
    driver->catalogue = (struct catalogue){.models = driver->model_list, .fits = fits};
    if (read_workloads(reader))
        return -1;
    driver->catalogue.workloads = driver->workload_list;
    return read_models(reader);
}

static json_t *read_file(int file, json_error_t *problem)
{
    char *text = malloc(DRIVER_LINE_BYTES);
    ssize_t bytes = text ? pread(file, text, DRIVER_LINE_BYTES, 0) : -1;
    json_t *answer = bytes >= 0 ? json_loadb(text, (size_t)bytes, JSON_REJECT_DUPLICATES, problem) : NULL;
    free(text);
    return answer;
}

struct driver *driver_open(const char *interpreter, int description, struct error *error)
{
    char path[PATH_BYTES] = "";
    json_error_t problem = {.text = "cannot be read"};
    struct driver *driver = calloc(1, sizeof *driver);
    if (!driver || (!interpreter && find_python(path, error))) {
        close(description);
        free(driver);
        return NULL;
    }
    driver->description = description;
    snprintf(driver->interpreter, sizeof driver->interpreter, "%s", interpreter ? interpreter : path);
    driver->answer = read_file(description, &problem);
    if (!json_is_object(driver->answer))
        error_set(error, "%s: asked what it is it answers no JSON object: %s", driver->interpreter,
                  problem.text);
    else if (read_answer(&(struct reader){driver, error}) == 0)
        return driver;
    driver_free(driver);
    return NULL;
}

void driver_free(struct driver *driver)
{
    if (!driver)
        return;
    for (size_t i = 0; driver->workload_list && driver->workload_list[i]; i++)
        free((void *)driver->workload_list[i]->params);
    free(driver->workload_list);
    free(driver->workloads);
    json_decref(driver->answer);
    close(driver->description);
    free(driver);
}

const char *driver_runtime(const struct driver *driver)
{
    return driver->runtime;
}

const char *driver_interpreter(const struct driver *driver)
{
    return driver->interpreter;
}

void driver_options(const struct driver *driver, const struct cell *cell,
                    const char *options[DRIVER_ARGUMENTS_MAX + 1])
{
    const struct workload *workload = catalogue_workload(&driver->catalogue, cell->family, cell->workload);
    const json_t *said = json_array_get(json_object_get(driver->answer, "workloads"),
                                        (size_t)(workload - driver->workloads)),
                 *list = json_object_get(said, "options");
    size_t index, count = 0;
    json_t *option;
    json_array_foreach(list ? list : json_object_get(driver->answer, "options"), index, option)
    {
        if (count < DRIVER_ARGUMENTS_MAX && json_string_value(option))
            options[count++] = json_string_value(option);
    }
    options[count] = NULL;
}

int driver_description(const struct driver *driver)
{
    return driver->description;
}

const json_t *driver_answer(const struct driver *driver)
{
    return driver->answer;
}

const struct catalogue *driver_catalogue(const struct driver *driver)
{
    return &driver->catalogue;
}
