/* SPDX-License-Identifier: MIT */
#include "map_draw.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "map_text.h"
#include "wording.h"

enum {
    LEFT = 96,
    RIGHT = 26,
    ABOVE = 10,
    BELOW = 58,
    TITLE = 26,
    KEY = 56,
    SMALL_TICS_MAX = 6,
    LABEL_FIRST = 200 /* labels of tiles; those before are the style's */
};

/* Where a tile stands, counted from the lower left corner. */
struct grid {
    size_t columns, rows;
    const char *x[2 * RULE_SWEEP_MAX], *y[2 * RULE_SWEEP_MAX];
};

static const struct comparison *place_of(const struct panel *panel, const struct verdict_tile *tile)
{
    return &panel->points[tile->first].comparison;
}

static size_t find(const char *const *values, size_t count, const char *value)
{
    size_t i = 0;
    while (i < count && strcmp(values[i], value) != 0)
        i++;
    return i;
}

/* Puts a value where it belongs among those that rise. */
static void add(const char **values, size_t *count, const char *value)
{
    if (find(values, *count, value) < *count || *count == (size_t)(2 * RULE_SWEEP_MAX))
        return;
    size_t at = (*count)++;
    for (; at > 0 && strtod(values[at - 1], NULL) > strtod(value, NULL); at--)
        values[at] = values[at - 1];
    values[at] = value;
}

static struct grid grid_of(const struct panel *panel)
{
    struct grid grid = {0};
    for (size_t i = 0; i < panel->verdict->tile_count; i++) {
        const struct comparison *place = place_of(panel, &panel->verdict->tiles[i]);
        add(grid.x, &grid.columns, place->sweep_value);
        add(grid.y, &grid.rows, place->sweep_y_value);
    }
    return grid;
}

static const struct verdict_tile *tile_at(const struct panel *panel, const struct grid *grid, size_t column,
                                          size_t row)
{
    for (size_t i = 0; i < panel->verdict->tile_count; i++) {
        const struct comparison *place = place_of(panel, &panel->verdict->tiles[i]);
        if (strcmp(place->sweep_value, grid->x[column]) == 0 &&
            strcmp(place->sweep_y_value, grid->y[row]) == 0)
            return &panel->verdict->tiles[i];
    }
    return NULL;
}

void map_list_panels(struct chart *chart)
{
    for (size_t i = 0; i < chart->count && chart->panel_count < PANELS_MAX; i++) {
        const struct verdict *verdict = &chart->first[i];
        chart->several_runtimes |= strcmp(verdict->runtime, chart->first->runtime) != 0;
        bool any = false;
        for (size_t k = 0; k < verdict->tile_count; k++)
            any |= verdict->tiles[k].best != NULL;
        if (any)
            chart->panels[chart->panel_count++] =
                (struct panel){.verdict = verdict,
                               .points = &chart->verdicts->points[verdict->point_first],
                               .count = verdict->point_count};
    }
}

/* Data */

static const char *model_name(const struct panel *panel, const struct verdict_tile *tile,
                              const struct rule_model *model)
{
    for (size_t i = tile->first; model && i < tile->first + tile->count; i++) {
        if (panel->points[i].comparison.rival == model)
            return panel->points[i].comparison.better.model;
        if (model == tile->pick)
            return panel->points[i].comparison.worse.model;
    }
    return "";
}

/* Whose colour the tile has: where all tie nobody's. */
static const char *best_model(const struct panel *panel, const struct verdict_tile *tile)
{
    return map_is_tie_of_all(tile) ? "none" : model_name(panel, tile, tile->best);
}

/* The first that ties with the best and is of another model: its colour hatches the tile. */
static const char *tied_model(const struct panel *panel, const struct verdict_tile *tile)
{
    if (map_is_tie_of_all(tile))
        return "none";
    const struct rule *rule = panel->verdict->rule;
    const char *best = model_name(panel, tile, tile->best), *other = "";
    for (size_t i = 0; i < rule->model_count && !*other; i++)
        if (tile->tied & 1U << i && strcmp(model_name(panel, tile, &rule->models[i]), best) != 0)
            other = model_name(panel, tile, &rule->models[i]);
    return other;
}

/* gnuplot knows no quote inside of quotes. */
static void put_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++)
        putc(*text == '"' ? '\'' : *text, out);
    fputs("\",", out);
}

void map_put_data(FILE *out, const struct chart *chart)
{
    static const char *const words[] = {"right", "wrong", "open"};
    const struct rule_pair *pair = chart->first->pair;
    fprintf(out, "panel,column,row,%s,%s,best,tied,best_model,tied_model,tree,tree_model,regret,tree_is\n",
            pair->sweep.key, pair->sweep_y.key);
    for (size_t i = 0; i < chart->panel_count; i++) {
        const struct panel *panel = &chart->panels[i];
        struct grid grid = grid_of(panel);
        for (size_t k = 0; k < panel->verdict->tile_count; k++) {
            const struct verdict_tile *tile = &panel->verdict->tiles[k];
            const struct comparison *place = place_of(panel, tile);
            char tied[200], regret[40];
            map_word_best(panel->verdict, tile, RULE_MODELS_MAX, tied, sizeof tied);
            word_number(tile->regret, regret, sizeof regret);
            fprintf(out, "%zu,%zu,%zu,%s,%s,", i + 1, find(grid.x, grid.columns, place->sweep_value),
                    find(grid.y, grid.rows, place->sweep_y_value), place->sweep_value, place->sweep_y_value);
            put_quoted(out, tile->best ? tile->best->label : "");
            put_quoted(out, tied);
            fprintf(out, "%s,%s,", best_model(panel, tile), tied_model(panel, tile));
            put_quoted(out, tile->pick->label);
            fprintf(out, "%s,%s,%s\n", model_name(panel, tile, tile->pick), regret,
                    tile->best ? words[tile->judgement] : "left out");
        }
    }
}

/* Script */

static int tile_height(const struct grid *grid)
{
    return grid->rows <= 4 ? 92 : 84;
}

static void lay_out(struct chart *chart, int subtitle_lines)
{
    int top = gnuplot_head_height(subtitle_lines) + KEY;
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct grid grid = grid_of(&chart->panels[i]);
        struct panel *panel = &chart->panels[i];
        panel->left = LEFT;
        panel->right = GNUPLOT_WIDTH - RIGHT;
        panel->top = top + ABOVE + (chart->several_runtimes ? TITLE : 0);
        panel->bottom = panel->top + (int)grid.rows * tile_height(&grid);
        top = panel->bottom + BELOW;
    }
    chart->head = gnuplot_head_height(subtitle_lines);
    chart->height = top + FOOT;
}

static void put_head(FILE *out, const struct chart *chart, const char *finding)
{
    const struct rule *rule = chart->first->rule;
    char claim[200], foot[320], effect[24];
    size_t n_min = SIZE_MAX, n_max = 0;
    for (size_t i = 0; i < chart->panel_count; i++)
        word_span_blocks(chart->panels[i].points, chart->panels[i].count, &n_min, &n_max);
    word_effect(chart->first->pair->effect, effect, sizeof effect);
    int used = snprintf(foot, sizeof foot, "best: by the ratios of %zu", n_min);
    if (n_max > n_min)
        used += snprintf(foot + used, sizeof foot - (size_t)used, " to %zu", n_max);
    snprintf(foot + used, sizeof foot - (size_t)used,
             " blocks; =: not shown to be worse than the best by %s   ·   %s/%s, %s, %s", effect,
             chart->panels->points->comparison.better.family,
             chart->panels->points->comparison.better.workload, word_metric_name(chart->first->pair->metric),
             chart->several_runtimes ? "all runtimes" : chart->first->runtime);
    snprintf(claim, sizeof claim, "“%s”", rule->claim);
    struct gnuplot_head head = {.title = rule->chart_title,
                                .subtitle = claim,
                                .finding = finding,
                                .finding_word = judgement_names[chart->first->rule_judgement],
                                .foot = foot};
    gnuplot_put_head(out, &head, chart->height);
}

/* The models that a tile shows, each once; KEY_AT: where in pixels each begins. */
static void put_key(FILE *out, const struct chart *chart)
{
    const char *names[RULE_MODELS_MAX + 1];
    size_t count = 0;
    int at = LEFT;
    for (size_t i = 0; i < chart->panel_count; i++) {
        const struct panel *panel = &chart->panels[i];
        for (size_t k = 0; k < panel->verdict->tile_count; k++) {
            const struct verdict_tile *tile = &panel->verdict->tiles[k];
            const char *shown[] = {best_model(panel, tile), tied_model(panel, tile)};
            for (int m = 0; m < 2; m++)
                if (*shown[m] && count <= RULE_MODELS_MAX && find(names, count, shown[m]) == count)
                    names[count++] = shown[m];
        }
    }
    fputs("MODELS = '", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? " " : "", names[i]);
    fputs("'\nKEY_AT = '", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s%d", i ? " " : "", at);
        at += 42 + (int)(7.2 * (double)strlen(strcmp(names[i], "none") == 0 ? "no clear best" : names[i]));
    }
    fprintf(out, "'\nKEY_TOP = %.5f\nSIDE = %d\n", 1 - (chart->head + 12) / (double)chart->height, LEFT);
}

/* At most so many, at even distances. */
static void put_tics(FILE *out, const char *axis, const char *const *values, size_t count, size_t count_max)
{
    size_t step = (count + count_max - 1) / count_max;
    fprintf(out, "set %stics scale 0 (", axis);
    for (size_t i = 0; i < count; i += step)
        fprintf(out, "%s'%s' %zu", i ? ", " : "", values[i], i);
    fputs(")\n", out);
}

/* A thick line wherever the tree picks another model on the other side. */
static void put_boundary(FILE *out, const struct panel *panel, const struct grid *grid)
{
    for (size_t x = 0; x < grid->columns; x++)
        for (size_t y = 0; y < grid->rows; y++) {
            const struct verdict_tile *tile = tile_at(panel, grid, x, y),
                                      *right = x + 1 < grid->columns ? tile_at(panel, grid, x + 1, y) : NULL,
                                      *above = y + 1 < grid->rows ? tile_at(panel, grid, x, y + 1) : NULL;
            if (tile && right && tile->pick != right->pick)
                fprintf(out, "eval cp_boundary(%zu.5, %zu - 0.5, %zu.5, %zu.5)\n", x, y, x, y);
            if (tile && above && tile->pick != above->pick)
                fprintf(out, "eval cp_boundary(%zu - 0.5, %zu.5, %zu.5, %zu.5)\n", x, y, x, y);
        }
}

/* Breaks "a = b = c" so that each line has at most so many columns and no name is torn; returns how many. */
static int wrap_tied(char *text, size_t width)
{
    int lines = 1;
    char *line = text, *last = NULL;
    for (char *at = text; (at = strstr(at, " = ")); at += 3) {
        if (last && (size_t)(at - line) > width) {
            *last = '\n';
            line = last + 1;
            lines++;
        }
        last = at;
    }
    if (last && strlen(line) > width) {
        *last = '\n';
        lines++;
    }
    return lines;
}

/* Who is best, and below it what the tree picks, as broad as the tile; gnuplot places the first line of each.
 */
static void put_tile_words(FILE *out, const struct panel *panel, const struct grid *grid,
                           const struct verdict_tile *tile, int label)
{
    enum { BEST_LINE = 18, TREE_LINE = 15, GAP = 5, BEST_COLUMN = 9, TREE_COLUMN = 7, LINES_MAX = 2 };
    const struct comparison *place = place_of(panel, tile);
    bool wrong = tile->judgement == JUDGEMENT_DOES_NOT_HOLD;
    size_t width = (size_t)((GNUPLOT_WIDTH - LEFT - RIGHT) / (int)grid->columns - 12),
           x = find(grid->x, grid->columns, place->sweep_value),
           y = find(grid->y, grid->rows, place->sweep_y_value);
    char best[200], tree[120];
    map_word_best(panel->verdict, tile, 3, best, sizeof best);
    map_word_tree(tile, tree, sizeof tree);
    int lines = wrap_tied(best, width / BEST_COLUMN);
    if (lines > LINES_MAX) {
        map_word_best(panel->verdict, tile, 1, best, sizeof best);
        lines = wrap_tied(best, width / BEST_COLUMN);
    }
    int best_height = BEST_LINE * lines, tree_height = TREE_LINE * gnuplot_wrap(tree, width / TREE_COLUMN);
    double height = tile_height(grid), top = (best_height + GAP + tree_height) / 2.0,
           tree_at = top - best_height - GAP - TREE_LINE / 2.0;
    gnuplot_put_bold(out, "WORDS", best);
    fprintf(out, "set label %d WORDS at %zu, %zu + %.3f center front %s font ',14' textcolor rgb cp_dark\n",
            label, x, y, (top - BEST_LINE / 2.0) / height, *tied_model(panel, tile) ? "boxed" : "");
    if (!tile->best)
        return;
    if (wrong)
        gnuplot_put_bold(out, "WORDS", tree);
    else
        gnuplot_put_string(out, "WORDS", tree);
    fprintf(out,
            "set label %d WORDS %s at %zu, %zu + %.3f center front boxed font ',11' textcolor rgb cp_dark\n",
            label + 1, wrong ? "" : "noenhanced", x, y, tree_at / height);
}

/* Everything but what stands in the tiles; left to bottom: of the tiles, in pixels. One of several a row has
 * no room for its axes' words: it has their keys. */
static void put_frame(FILE *out, const struct chart *chart, const struct panel *panel,
                      const struct grid *grid, size_t number, const char *title)
{
    const struct rule *rule = panel->verdict->rule;
    const struct rule_pair *pair = panel->verdict->pair;
    bool small = panel->right - panel->left < GNUPLOT_WIDTH / 2;
    size_t tics_max = small ? SMALL_TICS_MAX : grid->columns + grid->rows;
    double height = chart->height;
    fprintf(out, "\n# Panel %zu\nPANEL = %zu\neval cp_clean\n", number, number);
    gnuplot_put_bold(out, "PANEL_TITLE", title);
    fprintf(out, "LEFT = %.5f\nRIGHT = %.5f\nTOP = %.5f\nBOTTOM = %.5f\n",
            (double)panel->left / GNUPLOT_WIDTH, (double)panel->right / GNUPLOT_WIDTH,
            1 - panel->top / height, 1 - panel->bottom / height);
    fprintf(out, "PIXEL = %.6f\nCOLUMNS = %zu\nROWS = %zu\nY_LABEL_AT = %d\n", 1 / height, grid->columns,
            grid->rows, small ? 60 : 72);
    gnuplot_put_string(out, "X_LABEL", small ? pair->sweep.key : rule->chart_axis);
    gnuplot_put_string(out, "Y_LABEL", small ? pair->sweep_y.key : rule->chart_axis_y);
    put_tics(out, "x", grid->x, grid->columns, tics_max);
    put_tics(out, "y", grid->y, grid->rows, tics_max);
    fputs("cp_boundary(a, b, c, d) = sprintf('set arrow from %g, %g to %g, %g nohead front lw 5 lc rgb "
          "\"black\"', "
          "a, b, c, d)\n",
          out);
    put_boundary(out, panel, grid);
}

static void put_panel(FILE *out, const struct chart *chart, const struct panel *panel, size_t number,
                      const char *script)
{
    struct grid grid = grid_of(panel);
    char title[128];
    snprintf(title, sizeof title, "%s: %s", panel->verdict->runtime,
             judgement_names[panel->verdict->judgement]);
    put_frame(out, chart, panel, &grid, number, chart->several_runtimes ? title : "");
    for (size_t i = 0; i < panel->verdict->tile_count; i++)
        put_tile_words(out, panel, &grid, &panel->verdict->tiles[i], LABEL_FIRST + 2 * (int)i);
    fputs(script, out);
    fprintf(out, "do for [i = %d:%d] { set label i ''; unset label i }\n", LABEL_FIRST,
            LABEL_FIRST + 2 * (int)panel->verdict->tile_count);
}

void map_put_script(FILE *out, struct chart *chart, const char *style, const char *script)
{
    char finding[1024];
    chart_describe(chart, finding, sizeof finding);
    lay_out(chart, gnuplot_wrap(finding, GNUPLOT_HEAD_COLUMNS));
    gnuplot_put_start(out, chart->first->rule->id, style, chart->height);
    put_head(out, chart, finding);
    put_key(out, chart);
    fputs("set multiplot\n", out);
    for (size_t i = 0; i < chart->panel_count; i++)
        put_panel(out, chart, &chart->panels[i], i + 1, script);
    fputs("\nunset multiplot\n", out);
    gnuplot_put_end(out);
}

/* Three a row, all of one size. */
static void lay_out_multiples(struct chart *chart, int head)
{
    enum { A_ROW = 3, GAP = 84, HEIGHT = 150 };
    int width = (GNUPLOT_WIDTH - LEFT - RIGHT - (A_ROW - 1) * GAP) / A_ROW, top = head + KEY + ABOVE + TITLE;
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct panel *panel = &chart->panels[i];
        panel->left = LEFT + (int)(i % A_ROW) * (width + GAP);
        panel->right = panel->left + width;
        panel->top = top + (int)(i / A_ROW) * (HEIGHT + BELOW + TITLE);
        panel->bottom = panel->top + HEIGHT;
    }
    chart->head = head;
    chart->height = chart->panels[chart->panel_count - 1].bottom + BELOW + FOOT;
}

void map_put_multiples(FILE *out, struct chart *chart, const char (*titles)[128], struct gnuplot_head *head,
                       const char *id, const char *style, const char *script)
{
    char effect[24], foot[192];
    word_effect(chart->first->pair->effect, effect, sizeof effect);
    snprintf(foot, sizeof foot, "colour: the best by %s; hatched: another is not shown to be worse by %s",
             word_metric_name(chart->first->pair->metric), effect);
    head->foot = foot;
    lay_out_multiples(chart, gnuplot_head_height(1));
    gnuplot_put_start(out, id, style, chart->height);
    gnuplot_put_head(out, head, chart->height);
    put_key(out, chart);
    fputs("set multiplot\n", out);
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct grid grid = grid_of(&chart->panels[i]);
        put_frame(out, chart, &chart->panels[i], &grid, i + 1, titles[i]);
        fputs(script, out);
    }
    fputs("\nunset multiplot\n", out);
    gnuplot_put_end(out);
}
