/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "latency_chart.h"
#include "report_part.h"
#include "report_run.h"
#include "run_file.h"
#include "runtimes_chart.h"

/* clang-format off */
static const char style[] =
    ":root{color-scheme:light dark;--text:#1f2328;--quiet:#57606a;--page:#ffffff;--card:#f6f8fa;--line:#d0d7de;"
    "--holds:#1a7f37;--refuted:#b3261e;--unclear:#7d5a00}\n"
    "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9198a1;--page:#0d1117;--card:#161b22;"
    "--line:#30363d;--holds:#238636;--refuted:#c93c37;--unclear:#9e6a03}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:68rem;background:var(--page);color:var(--text);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
    "h1{font-size:1.8rem;margin:0 0 .25rem;line-height:1.2}h2{font-size:1.35rem;margin:3rem 0 .75rem}"
    "h3{font-size:1.1rem;margin:2.5rem 0 .25rem}h4{font-size:1rem;margin:1.5rem 0 .5rem}\n"
    "p{margin:.5rem 0}.quiet{color:var(--quiet)}a{color:inherit}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;width:100%}\n"
    "th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}"
    "th{font-weight:600;color:var(--quiet)}td.number,th.number{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}td.id{white-space:nowrap}td.pair{padding-left:1.25rem;color:var(--quiet)}\n"
    ".chip{display:inline-block;padding:.05rem .6rem;border-radius:1rem;color:#fff;font-size:.82rem;"
    "font-weight:600;white-space:nowrap}.holds{background:var(--holds)}.refuted{background:var(--refuted)}"
    ".unclear{background:var(--unclear)}\n"
    "figure{margin:1rem 0;padding:.5rem;background:#fff;border:1px solid var(--line);border-radius:.5rem}"
    "figure img{display:block;width:100%;height:auto;margin:0 auto}\n"
    "code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}\n"
    "td:first-child{overflow-wrap:break-word}\n"
    "@media(max-width:40rem){body{padding:1rem .75rem 3rem}h1{font-size:1.5rem}figure{padding:.25rem}"
    ".facts{grid-template-columns:minmax(0,1fr)!important}"
    "table,tbody,tr,td{display:block}tr{padding:.5rem 0;border-bottom:1px solid var(--line)}th{display:none}"
    "th[colspan]{display:block}td,td.number,td.pair{border:0;padding:.1rem 0;text-align:left;white-space:normal}"
    "td.pair{padding-left:1rem}td:empty{display:none}td[data-title]::before{content:attr(data-title) \": \";"
    "color:var(--quiet)}}\n"
    "details{margin:.75rem 0}summary{cursor:pointer;color:var(--quiet)}\n"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2.5rem}"
    ".facts td:first-child{color:var(--quiet);white-space:nowrap}.facts td{overflow-wrap:anywhere}\n";
/* clang-format on */

enum { PICTURE_BYTES_MAX = 32 << 20 };

/* RFC 4648 */
static void put_base64(FILE *out, const unsigned char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t count = length - i;
        unsigned bits = (unsigned)bytes[i] << 16 | (count > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                        (count > 2 ? bytes[i + 2] : 0);
        putc(digits[bits >> 18], out);
        putc(digits[bits >> 12 & 63], out);
        putc(count > 1 ? digits[bits >> 6 & 63] : '=', out);
        putc(count > 2 ? digits[bits & 63] : '=', out);
    }
}

/* As an image of its own: the names inside gnuplot's SVGs are the same in each and would clash in one page.
 */
int report_put_chart(FILE *out, const char *id, const char *title, const struct page *page,
                     struct error *error)
{
    char path[PATH_BYTES];
    size_t bytes;
    if (!drawn_has(page->drawn, id))
        return 0;
    snprintf(path, sizeof path, "%s/charts/%s.svg", page->folder, id);
    char *picture = file_read(path, FILE_NO_LINK, PICTURE_BYTES_MAX, &bytes, NULL, error);
    if (!picture)
        return -1;
    html_put_element(out, "<figure><img alt=\"", title, "\" src=\"data:image/svg+xml;base64,");
    put_base64(out, (const unsigned char *)picture, bytes);
    fputs("\"></figure>\n", out);
    free(picture);
    return 0;
}

static const char *text_at(const json_t *object, const char *a, const char *b, const char *c)
{
    const char *text = json_string_value(json_object_get(json_object_get(json_object_get(object, a), b), c));
    return text ? text : "";
}

/* The machine and the day, as far as run.json tells. */
static void put_where(FILE *out, const json_t *run)
{
    const char *cpu = text_at(run, "machine", "fingerprint", "cpu_model");
    const char *units = text_at(run, "machine", "fingerprint", "topology");
    const char *written = json_string_value(json_object_get(json_object_get(run, "outcome"), "written"));
    if (*cpu)
        html_put_element(out, "; ", cpu, "");
    if (*units)
        html_put_element(out, ", ", units, "");
    if (written)
        html_put_element(out, "; ", written, "");
}

void page_put_head(FILE *out, const char *title, const char *heading)
{
    html_put_element(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>crosspoint ",
        title, "</title>\n<style>\n");
    fputs(style, out);
    html_put_element(out, "</style></head><body>\n<h1>", heading, "</h1>\n");
}

void page_put_end(FILE *out)
{
    fputs("</body></html>\n", out);
}

/* A check that could not see let every block pass. */
static void put_blind(FILE *out, const json_t *run)
{
    const json_t *blind = json_object_get(run, "gate_blind");
    size_t index;
    json_t *entry;
    if (!json_array_size(blind))
        return;
    fputs("<p><strong>Not all that may disturb a measurement could be seen:</strong> ", out);
    json_array_foreach(blind, index, entry)
    {
        const char *check = json_string_value(json_object_get(entry, "check")),
                   *reason = json_string_value(json_object_get(entry, "why"));
        html_put_element(out, index ? ", " : "", check ? check : "", reason ? " (" : "");
        html_put_element(out, "", reason ? reason : "", reason ? ")" : "");
    }
    fputs("; blocks count whatever it was.</p>\n", out);
}

static int put_page(FILE *out, const struct verdicts *verdicts, const struct samples *samples,
                    const struct sweeps *sweeps, const json_t *run, const struct page *page,
                    struct error *error)
{
    page_put_head(out, samples->run_id, "Threads, processes or an event loop?");
    html_put_element(out, "<p class=\"quiet\">crosspoint, run <code>", samples->run_id, "</code>");
    put_where(out, run);
    fputs("</p>\n", out);
    put_blind(out, run);
    report_put_answers(out, verdicts);
    if (report_put_tree(out, verdicts, page, error))
        return -1;
    report_put_counts(out, verdicts);
    if (report_put_chart(out, RUNTIMES_CHART_ID, RUNTIMES_CHART_TITLE, page, error))
        return -1;
    if (report_put_chart(out, LATENCY_CHART_ID, LATENCY_CHART_TITLE, page, error))
        return -1;
    if (report_put_overview(out, verdicts))
        return error_set(error, "out of memory");
    if (report_put_rules(out, verdicts, page, error) || report_put_sweeps(out, sweeps, page, error))
        return -1;
    report_put_cells(out, samples, verdicts->count == 0);
    report_put_run(out, run);
    if (report_put_method(out, verdicts, samples, error))
        return -1;
    page_put_end(out);
    return 0;
}

int report_write(const struct verdicts *verdicts, const struct samples *samples, const struct sweeps *sweeps,
                 const char *folder, const struct drawn *drawn, struct error *error)
{
    char path[PATH_BYTES];
    const struct page page = {.folder = folder, .drawn = drawn};
    struct file_new file;
    json_t *run;
    if (run_file_load_if_any(folder, &run, error))
        return -1;
    snprintf(path, sizeof path, "%s/report.html", folder);
    int result = -1;
    if (file_create(&file, path, error)) {
        result = put_page(file.stream, verdicts, samples, sweeps, run, &page, error);
        if (result && ferror(file.stream))
            error_set(error, "%s could not be written whole: is there room on the disk?", path);
        if (result)
            file_drop(&file);
        else
            result = file_finish(&file, error);
    }
    json_decref(run);
    return result;
}
