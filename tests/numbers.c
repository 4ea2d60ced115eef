/* SPDX-License-Identifier: MIT */
#include "numbers.h"

void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", actual, expected, tolerance);
}

double random_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t mixed = (*state ^ *state >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return ((double)(mixed >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

double random_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(random_uniform(state)));
    return radius * cos(2 * M_PI * random_uniform(state));
}

FILE *fixture_open(const char *name)
{
    const char *directory = getenv("CROSSPOINT_FIXTURES");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory ? directory : "tests/fixtures", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    char heading[LINE_BYTES_MAX];
    assert_non_null(fgets(heading, sizeof heading, file));
    return file;
}

size_t fixture_fields(FILE *file, char line[LINE_BYTES_MAX], const char *fields[FIELDS_MAX])
{
    if (!fgets(line, LINE_BYTES_MAX, file))
        return 0;
    size_t count = 0;
    for (char *rest = line, *field; count < FIELDS_MAX && (field = strsep(&rest, ",")) != NULL;)
        fields[count++] = field;
    return count;
}

size_t parse_values(const char *text, double values[VALUES_MAX])
{
    size_t count = 0;
    char *end;
    for (double value = strtod(text, &end); end != text; value = strtod(text, &end)) {
        assert_true(count < VALUES_MAX);
        values[count++] = value;
        text = end;
    }
    return count;
}
