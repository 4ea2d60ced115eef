/* SPDX-License-Identifier: MIT */
/* One rule on made-up results, judged on a machine of two units. All assert on failure. */
#ifndef CROSSPOINT_TESTS_SCENE_H
#define CROSSPOINT_TESTS_SCENE_H

#include "synthetic.h"
#include "verdict.h"

#define BETTER "native/cpu/sum-squares/thread-pool/workers:2"
#define WORSE  "native/cpu/sum-squares/serial"

struct scene {
    struct synthetic synthetic;
    struct samples samples;
    struct rules rules;
    struct verdicts verdicts;
    struct error error;
};

/* Rows are added to scene->synthetic between the two. scene_judge: the rule is of the kind, effect and what
 * else is asked for, on BETTER and WORSE by items_per_second unless told. Both give what verdicts_judge does.
 */
void scene_begin(struct scene *scene);
int scene_judge(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* With a rule file, or a folder of them. */
int scene_judge_file(struct scene *scene, const char *rules);
void scene_end(struct scene *scene);

void scene_expect(const struct scene *scene, size_t index, enum judgement judgement, const char *reason);

#endif
