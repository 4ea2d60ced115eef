/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"
#include "paths.h"

static int write_page(const char *folder, const struct page_kind *kind, const void *context,
                      const struct drawn *drawn, struct error *error)
{
    const struct page page = {.folder = folder, .drawn = drawn};
    char path[PATH_BYTES];
    struct file_new file;
    snprintf(path, sizeof path, "%.4000s/index.html", folder);
    if (!file_create(&file, path, error))
        return -1;
    page_put_head(file.stream, kind->title, kind->heading);
    if (kind->put(file.stream, context, &page, error)) {
        file_drop(&file);
        return -1;
    }
    page_put_end(file.stream);
    return file_finish(&file, error);
}

int page_make(const char *folder, const struct page_kind *kind, const void *context, struct error *error)
{
    char scripts[PATH_BYTES];
    struct drawn drawn = {.ids = NULL};
    struct error page_error;
    size_t before;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (paths_data("gnuplot", scripts, error) || folder_make(folder, &before, NULL, error))
        return -1;
    int result =
        kind->draw(context, scripts, folder, processors > 1 ? (unsigned)processors : 1, &drawn, error);
    if (write_page(folder, kind, context, &drawn, &page_error)) {
        *error = page_error;
        result = -1;
    }
    drawn_free(&drawn);
    return result;
}

void page_put_text(FILE *out, const char *before, page_text *print, const void *context)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    print(context, memory);
    fclose(memory);
    fputs(bytes ? before : "", out);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
        html_put_element(out, "<p>", line, "</p>\n");
    free(text);
}
