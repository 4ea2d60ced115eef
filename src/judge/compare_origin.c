/* SPDX-License-Identifier: MIT */
#include "compare_origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_file.h"

int compare_origin_load(const char *path, struct compare_origin *origin, struct error *error)
{
    json_t *run;
    *origin = (struct compare_origin){.fingerprint = NULL};
    if (run_file_load_if_any(path, &run, error))
        return -1;
    snprintf(origin->session, sizeof origin->session, "%s", run_file_text(run, "session", ""));
    json_t *fingerprint = run_file_value(run, "machine.fingerprint");
    if (json_is_object(fingerprint))
        origin->fingerprint = json_incref(fingerprint);
    json_decref(run);
    return 0;
}

void compare_origin_free(struct compare_origin *origin)
{
    json_decref(origin->fingerprint);
    origin->fingerprint = NULL;
}

enum compare_pairing compare_origin_pairing(const struct compare_origin *base,
                                            const struct compare_origin *new)
{
    return *base->session && strcmp(base->session, new->session) == 0 ? COMPARE_PAIRED : COMPARE_UNPAIRED;
}

struct text {
    char *text;
    size_t bytes, used;
};

static void append(struct text *text, const char *piece)
{
    if (text->used < text->bytes)
        text->used += (size_t)snprintf(text->text + text->used, text->bytes - text->used, "%s", piece);
}

static void append_value(struct text *text, const json_t *value)
{
    char *dumped =
        json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    append(text, value ? "'" : "nothing");
    append(text, json_is_string(value) ? json_string_value(value) : dumped ? dumped : "");
    append(text, value ? "'" : "");
    free(dumped);
}

static void append_difference(struct text *text, const char *key, const json_t *base, const json_t *new)
{
    if (base && new &&json_equal(base, new))
        return;
    append(text, text->used ? ", " : "measured on different machines: ");
    append(text, key);
    append(text, " ");
    append_value(text, base);
    append(text, " against ");
    append_value(text, new);
}

void compare_origin_warning(const struct compare_origin *base, const struct compare_origin *new, char *text,
                            size_t text_bytes)
{
    struct text warning = {text, text_bytes, 0};
    const char *key;
    json_t *value;
    *text = '\0';
    if (!base->fingerprint && !new->fingerprint)
        return;
    if (!base->fingerprint || !new->fingerprint) {
        snprintf(text, text_bytes, "%s does not tell which machine it was measured on",
                 base->fingerprint ? "NEW" : "BASE");
        return;
    }
    json_object_foreach(base->fingerprint, key, value)
        append_difference(&warning, key, value, json_object_get(new->fingerprint, key));
    json_object_foreach(new->fingerprint, key, value) if (!json_object_get(base->fingerprint, key))
        append_difference(&warning, key, NULL, value);
}
