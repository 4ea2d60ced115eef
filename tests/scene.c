/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

void scene_begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    synthetic_open(&scene->synthetic);
}

int scene_judge_file(struct scene *scene, const char *rules)
{
    synthetic_close(&scene->synthetic);
    if (synthetic_load(&scene->synthetic, &scene->samples, &scene->error) ||
        rules_load(rules, &scene->rules, &scene->error))
        fail_msg("%s", scene->error.text);
    scene->samples.units_max = 2;
    return verdicts_judge(&scene->samples, &scene->rules, &scene->verdicts, &scene->error);
}

int scene_judge(struct scene *scene, const char *format, ...)
{
    char path[128], extra[512], text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(extra, sizeof extra, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "[rule]\nclaim = Threads beat serial\nruntimes = native\n%s%s%s%s\n",
             strstr(extra, "better") ? "" : "better = cpu/sum-squares/thread-pool/workers:2\n",
             strstr(extra, "worse") ? "" : "worse = cpu/sum-squares/serial\n",
             strstr(extra, "metric") ? "" : "metric = items_per_second\n", extra);
    snprintf(path, sizeof path, "%s/a-rule.ini", scene->synthetic.folder);
    synthetic_text(path, text);
    return scene_judge_file(scene, path);
}

void scene_end(struct scene *scene)
{
    verdicts_free(&scene->verdicts);
    rules_free(&scene->rules);
    samples_free(&scene->samples);
    synthetic_remove(&scene->synthetic);
}

void scene_expect(const struct scene *scene, size_t index, enum judgement judgement, const char *reason)
{
    assert_true(index < scene->verdicts.count);
    const struct verdict *verdict = &scene->verdicts.verdicts[index];
    if (verdict->judgement != judgement || strcmp(verdict->reason, reason) != 0)
        fail_msg("expected %s (%s), got %s (%s)", judgement_names[judgement], reason,
                 judgement_names[verdict->judgement], verdict->reason);
}
