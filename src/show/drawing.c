/* SPDX-License-Identifier: MIT */
#include "drawing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "gnuplot.h"

/* What was drawn */

bool drawn_has(const struct drawn *drawn, const char *id)
{
    for (size_t i = 0; i < drawn->count; i++)
        if (strcmp(drawn->ids[i], id) == 0)
            return true;
    return false;
}

void drawn_free(struct drawn *drawn)
{
    for (size_t i = 0; i < drawn->count; i++)
        free(drawn->ids[i]);
    free(drawn->ids);
    *drawn = (struct drawn){.ids = NULL};
}

static int add_drawn(struct drawn *drawn, const char *id, struct error *error)
{
    char **grown = realloc(drawn->ids, (drawn->count + 1) * sizeof *grown);
    if (grown)
        drawn->ids = grown;
    char *copy = grown ? strdup(id) : NULL;
    if (!copy)
        return error_set(error, "out of memory");
    drawn->ids[drawn->count++] = copy;
    return 0;
}

/* The program */

int drawing_find_program(char path[PATH_BYTES], struct error *error)
{
    const char *search = getenv("PATH");
    struct stat status;
    for (search = search ? search : "/usr/local/bin:/usr/bin:/bin"; *search; search += *search == ':') {
        int length = (int)strcspn(search, ":");
        if (*search == '/' && snprintf(path, PATH_BYTES, "%.*s/gnuplot", length, search) < PATH_BYTES &&
            stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0)
            return 0;
        search += length;
    }
    return error_set(error, "gnuplot is not installed (Debian: gnuplot-nox)");
}

/* One chart */

struct drawing {
    pid_t process;
    const char *id;
    int words; /* a file in memory: what gnuplot says */
};
struct easel {
    const char *program;
    char charts[PATH_BYTES + 8], folder[PATH_BYTES + 40]; /* FOLDER/charts, and a new one in it */
    unsigned timeout_s;
};

/* HOME and the caches are where fonts are found; nothing else of the user's changes a chart. */
static void list_environment(char *texts[8], char storage[4][PATH_BYTES])
{
    static const char *const kept[] = {"HOME", "XDG_CACHE_HOME", "ASAN_OPTIONS"};
    size_t count = 0;
    texts[count++] = (char *)"PATH=/usr/local/bin:/usr/bin:/bin";
    texts[count++] = (char *)"LC_ALL=C.UTF-8";
    texts[count++] = (char *)"TMPDIR=.";
    texts[count++] = (char *)"GNUPLOT_LIB=.."; /* the data lie beside the script */
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const char *value = getenv(kept[i]);
        if (value && snprintf(storage[i], PATH_BYTES, "%s=%s", kept[i], value) < PATH_BYTES)
            texts[count++] = storage[i];
    }
    texts[count] = NULL;
}

static _Noreturn void become_gnuplot(const struct easel *easel, const struct drawing *drawing)
{
    char script[GNUPLOT_ID_BYTES + 8], storage[4][PATH_BYTES], *environment[8];
    char *arguments[] = {(char *)"gnuplot", (char *)"-d", script, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGALRM, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL); /* else a limit of file size would be a picture that ends early */
    setpgid(0, 0);
    snprintf(script, sizeof script, "../%s.gp", drawing->id);
    list_environment(environment, storage);
    int in = open("/dev/null", O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(drawing->words, STDOUT_FILENO);
    dup2(drawing->words, STDERR_FILENO);
    alarm(easel->timeout_s); /* outlives exec: it ends gnuplot even if we cannot */
    if (chdir(easel->folder) == 0)
        execve(easel->program, arguments, environment);
    dprintf(STDERR_FILENO, "%s: %s\n", easel->program, strerror(errno));
    _exit(EXIT_FAILURE);
}

static int start(const struct easel *easel, const char *id, struct drawing *drawing, struct error *error)
{
    drawing->id = id;
    drawing->words = memfd_create("gnuplot", MFD_CLOEXEC);
    if (drawing->words < 0)
        return error_set(error, "a file in memory: %s", strerror(errno));
    drawing->process = child_fork();
    if (drawing->process == 0)
        become_gnuplot(easel, drawing);
    if (drawing->process > 0)
        return 0;
    error_set(error, "gnuplot: %s", strerror(errno));
    close(drawing->words);
    return -1;
}

/* gnuplot's complaint: the last line of what it said. */
static void read_complaint(int words, char *text, size_t text_bytes)
{
    char line[256];
    snprintf(text, text_bytes, "no reason given");
    lseek(words, 0, SEEK_SET);
    FILE *file = fdopen(dup(words), "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        const char *start = line + strspn(line, " \t^");
        if (*start)
            snprintf(text, text_bytes, "%s", start);
    }
    if (file)
        fclose(file);
}

/* Does the picture end as such a picture ends? One that met a full disk does not. */
static bool is_whole(const char *path, const char *suffix)
{
    static const char png_end[] = "IEND\xae\x42\x60\x82", svg_end[] = "</svg>";
    bool svg = strcmp(suffix, "svg") == 0;
    char tail[64];
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    ssize_t length = -1;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        off_t from = status.st_size > (off_t)sizeof tail ? status.st_size - (off_t)sizeof tail : 0;
        length = pread(file, tail, sizeof tail, from);
    }
    if (file >= 0)
        close(file);
    return length > 0 && memmem(tail, (size_t)length, svg ? svg_end : png_end,
                                svg ? sizeof svg_end - 1 : sizeof png_end - 1);
}

static int move(const struct easel *easel, const char *id, const char *suffix, struct error *error)
{
    char from[PATH_BYTES + GNUPLOT_ID_BYTES + 64], to[PATH_BYTES + GNUPLOT_ID_BYTES + 64];
    snprintf(from, sizeof from, "%s/%s.%s", easel->folder, id, suffix);
    snprintf(to, sizeof to, "%s/%s.%s", easel->charts, id, suffix);
    if (!is_whole(from, suffix))
        return error_set(error, "gnuplot left charts/%s.%s cut: is there room on the disk?", id, suffix);
    return rename(from, to) ? error_set(error, "%s: %s", to, strerror(errno)) : 0;
}

/* With all that it started: what outlives it would be nobody's. */
static int end_drawing(pid_t process)
{
    siginfo_t ended;
    while (waitid(P_PID, (id_t)process, &ended, WEXITED | WNOWAIT) && errno == EINTR)
        continue;
    kill(-process, SIGKILL); /* its number is taken until it is awaited */
    return child_await(process);
}

static int finish(const struct easel *easel, const struct drawing *drawing, struct drawn *drawn,
                  struct error *error)
{
    int status = end_drawing(drawing->process), result = 0;
    char complaint[256];
    read_complaint(drawing->words, complaint, sizeof complaint);
    close(drawing->words);
    if (status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        result = error_set(error, "gnuplot on charts/%s.gp: still drawing after %u s", drawing->id,
                           easel->timeout_s);
    else if (status >= 0 && WIFSIGNALED(status))
        result = error_set(error, "gnuplot failed on charts/%s.gp: killed by signal %d (%s)", drawing->id,
                           WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (status != 0)
        result = error_set(error, "gnuplot failed on charts/%s.gp: exit status %d: %s", drawing->id,
                           WEXITSTATUS(status), complaint);
    else if (move(easel, drawing->id, "svg", error) || move(easel, drawing->id, "png", error))
        result = -1;
    return result ? result : add_drawn(drawn, drawing->id, error);
}

/* All charts */

static int set_up(struct easel *easel, struct error *error)
{
    snprintf(easel->folder, sizeof easel->folder, "%s/.drawing-XXXXXX", easel->charts);
    return mkdtemp(easel->folder) ? 0 : error_set(error, "%s: %s", easel->folder, strerror(errno));
}

static void tear_down(const struct easel *easel)
{
    DIR *folder = opendir(easel->folder);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(easel->folder);
}

int drawing_run(const char *folder, const char *const *ids, size_t count, unsigned jobs, unsigned timeout_s,
                struct drawn *drawn, struct error *error)
{
    char program[PATH_BYTES];
    struct easel easel = {.program = program, .timeout_s = timeout_s};
    struct drawing *drawings = calloc(count + 1, sizeof *drawings);
    size_t started = 0, at_once = jobs ? jobs : 1;
    int result = 0;
    snprintf(easel.charts, sizeof easel.charts, "%s/charts", folder);
    if (!drawings)
        return error_set(error, "out of memory");
    if (drawing_find_program(program, error) || set_up(&easel, error)) {
        free(drawings);
        return -1;
    }
    for (size_t finished = 0; finished < started || (started < count && !result);) {
        if (!result && started < count && started - finished < at_once) {
            result = start(&easel, ids[started], &drawings[started], error);
            started += !result;
        } else if (finish(&easel, &drawings[finished++], drawn, result ? NULL : error)) {
            result = -1;
        }
    }
    tear_down(&easel);
    free(drawings);
    return result;
}
