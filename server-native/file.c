#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20 };

static int read_all(int fd, cm_bytes *out)
{
    size_t capacity = 16384;
    out->data = malloc(capacity + 1);
    out->size = 0;
    if (out->data == NULL) {
        return ENOMEM;
    }
    for (;;) {
        ssize_t n = read(fd, out->data + out->size, capacity - out->size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno;
        }
        if (n == 0) {
            out->data[out->size] = '\0';
            return 0;
        }
        out->size += (size_t)n;
        if (out->size > FILE_MOST) {
            return EFBIG;
        }
        if (out->size == capacity) {
            /* Not realloc: the old copy may hold a key, and must not stay behind. */
            uint8_t *grown = malloc(capacity * 2 + 1);
            cm_bytes old = *out;
            if (grown == NULL) {
                return ENOMEM;
            }
            memcpy(grown, old.data, old.size);
            out->data = grown;
            capacity *= 2;
            cm_bytes_free(&old);
        }
    }
}

int file_read(const char *path, cm_bytes *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error;
    *out = (cm_bytes){NULL, 0};
    if (fd < 0) {
        return errno;
    }
    error = read_all(fd, out);
    close(fd);
    if (error != 0) {
        cm_bytes_free(out);
    }
    return error;
}

static int write_all(int fd, const cm_bytes *content)
{
    size_t at = 0;
    while (at < content->size) {
        ssize_t n = write(fd, content->data + at, content->size - at);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

int file_create(const char *path, const cm_bytes *content, bool secret)
{
    char partial[PATH_MAX];
    int error, fd;
    if (snprintf(partial, sizeof partial, "%s.%ld.partial", path, (long)getpid()) >=
        (int)sizeof partial) {
        return ENAMETOOLONG;
    }
    fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
    if (fd < 0) {
        return errno;
    }
    error = write_all(fd, content);
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    /* link, not rename: it refuses to replace a file that has appeared meanwhile. */
    if (error == 0 && link(partial, path) != 0) {
        error = errno;
    }
    unlink(partial);
    return error;
}
