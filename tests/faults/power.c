/* A power cut, as far as a file is concerned: only what was synced is there afterwards.

   Loaded before everything else, this keeps a copy of each file under BELAY_WATCHED as it was at its last fsync or
   fdatasync, in BELAY_SYNCED. The test kills the process and goes on with those copies alone. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *what) {
    perror(what);
    abort();
}

static void copy_out(int from, const char *target) {
    char buffer[1 << 16];
    char unfinished[2 * PATH_MAX + 16];
    snprintf(unfinished, sizeof unfinished, "%s.unfinished", target);
    int to = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (to < 0) give_up("power: open");
    off_t at = 0;
    ssize_t got;
    while ((got = pread(from, buffer, sizeof buffer, at)) > 0) {
        if (write(to, buffer, (size_t)got) != got) give_up("power: write");
        at += got;
    }
    if (got < 0) give_up("power: read");
    close(to);
    if (rename(unfinished, target)) give_up("power: rename");
}

static void keep(int fd) {
    const char *watched = getenv("BELAY_WATCHED"), *synced = getenv("BELAY_SYNCED");
    char link[64], path[PATH_MAX], target[2 * PATH_MAX + 2], lock_name[PATH_MAX + 16];
    struct stat found;
    if (!watched || !synced || fstat(fd, &found) || !S_ISREG(found.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    if (strncmp(path, watched, strlen(watched)) || path[strlen(watched)] != '/') return;
    const char *name = strrchr(path, '/') + 1;
    snprintf(target, sizeof target, "%s/%s", synced, name);
    snprintf(lock_name, sizeof lock_name, "%s/.lock", synced);
    /* Two processes may sync the same file at once: the later look must also be the later copy. */
    int lock = open(lock_name, O_RDWR | O_CREAT, 0600);
    if (lock < 0 || flock(lock, LOCK_EX)) give_up("power: lock");
    copy_out(fd, target);
    close(lock);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int done = real(fd);
    int fault = errno;
    if (!done) keep(fd);
    errno = fault;
    return done;
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int done = real(fd);
    int fault = errno;
    if (!done) keep(fd);
    errno = fault;
    return done;
}
