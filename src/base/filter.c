/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS_MAX = 1000, DEPTH_MAX = 50 };

/* The size that glibc copies an expression out to: x{1,255} is 255 of x, x+ two, and so on within it. */
struct size {
    size_t closed, last; /* elements so far in this group; of the last one, which a repetition multiplies */
};

/* After "[": to behind its "]", which is none as the first of the list. */
static const char *skip_list(const char *text)
{
    text += *text == '^';
    text += *text == ']';
    while (*text && *text != ']') {
        char kind = text[1];
        if (*text == '[' && (kind == ':' || kind == '.' || kind == '=')) {
            const char end[] = {kind, ']', '\0'};
            const char *found = strstr(text + 2, end);
            text = found ? found + 1 : text;
        }
        text++;
    }
    return text + (*text == ']');
}

/* Behind a "{": as how many it is copied, and text behind its "}". */
static size_t read_count(const char **text)
{
    size_t count = 1;
    bool open_end = false;
    while (**text && **text != '}') {
        if (isdigit((unsigned char)**text)) {
            unsigned long number = strtoul(*text, (char **)text, 10);
            count = number > count ? number : count;
            open_end = false;
        } else {
            open_end = *(*text)++ == ',';
        }
    }
    *text += **text == '}';
    return count + open_end;
}

static void add(struct size *size, size_t elements)
{
    size->closed += size->last;
    size->last = elements;
}

static bool too_large(const char *text)
{
    struct size sizes[DEPTH_MAX] = {{0, 0}};
    size_t depth = 0;
    while (*text) {
        struct size *size = &sizes[depth];
        char c = *text++;
        if (c == '(') {
            if (++depth == DEPTH_MAX)
                return true;
            sizes[depth] = (struct size){0, 0};
        } else if (c == ')' && depth > 0) {
            depth--;
            add(&sizes[depth], size->closed + size->last + 1);
        } else if (c == '*' || c == '?') {
            size->last++;
        } else if (c == '{' || c == '+') {
            size_t count = c == '+' ? 2 : read_count(&text);
            size->last = size->last && count > ELEMENTS_MAX ? ELEMENTS_MAX + 1 : size->last * count;
        } else if (c == '[') {
            text = skip_list(text);
            add(size, 1);
        } else {
            text += c == '\\' && *text;
            add(size, 1);
        }
        if (sizes[depth].closed + sizes[depth].last > ELEMENTS_MAX)
            return true;
    }
    return false;
}

static bool has_reference(const char *text)
{
    for (; *text; text++)
        if (*text == '\\' && *++text && isdigit((unsigned char)*text))
            return true;
        else if (!*text)
            break;
    return false;
}

int filter_compile(const char *text, regex_t *regex, struct error *error)
{
    if (has_reference(text))
        return error_set(error, "filter '%.80s' has a back-reference, which none needs here", text);
    if (too_large(text))
        return error_set(
            error,
            "filter '%.80s' is too large: its repetitions multiply to more than %d elements, or it "
            "is nested deeper than %d",
            text, ELEMENTS_MAX, DEPTH_MAX);
    int problem = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
    if (!problem)
        return 0;
    char reason[128];
    regerror(problem, regex, reason, sizeof reason);
    return error_set(error, "filter '%.80s' is no extended regular expression: %s", text, reason);
}
