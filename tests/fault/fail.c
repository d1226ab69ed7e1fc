/*
 * fail: a library to be loaded before libc, that makes the nth call of a
 * class fail; from then on every call, when FAULT_LASTS is set.
 *
 *   FAULT_CLASS   memory, open, read, stat, map, list, write, thread
 *   FAULT_AT      n, from 1; 0 only counts
 *   FAULT_ERRNO   a number (EIO)
 *   FAULT_LASTS   1: all later calls fail too
 *   FAULT_COUNT   a file to which the number of calls is written at the end
 *
 * Calls before main (the loader's, the C++ library's) are let through: the
 * program is not yet there to say anything about them.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

enum fault_class { MEMORY, OPEN, READ, STAT, MAP, LIST, WRITE, THREAD, CLASSES };

static const char *const class_names[CLASSES] = {"memory", "open", "read",
	"stat", "map", "list", "write", "thread"};

static struct {
	atomic_ulong calls[CLASSES];
	unsigned long at;
	int chosen, number;
	bool lasts;
	atomic_bool armed;
} fault = {.chosen = CLASSES};

static unsigned long number_of(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void arm(void)
{
	const char *name = getenv("FAULT_CLASS");

	for (int i = 0; name && i < CLASSES; i++)
		if (strcmp(name, class_names[i]) == 0)
			fault.chosen = i;
	fault.at = number_of("FAULT_AT", 0);
	fault.number = (int)number_of("FAULT_ERRNO", EIO);
	fault.lasts = number_of("FAULT_LASTS", 0) != 0;
	atomic_store(&fault.armed, true);
}

__attribute__((destructor)) static void tell(void)
{
	const char *path = getenv("FAULT_COUNT");
	char text[32];
	int fd, n;

	atomic_store(&fault.armed, false);
	if (path == NULL || fault.chosen == CLASSES)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = snprintf(text, sizeof(text), "%lu\n",
		atomic_load(&fault.calls[fault.chosen]));
	if (fd >= 0 && write(fd, text, (size_t)n) == n)
		(void)close(fd);
}

/* Is this call to fail? Sets errno then. */
static bool is_hit(enum fault_class class)
{
	unsigned long n;

	if (!atomic_load(&fault.armed) || class != (enum fault_class)fault.chosen)
		return false;
	n = atomic_fetch_add(&fault.calls[class], 1) + 1;
	if (fault.at == 0 || n < fault.at || (n > fault.at && !fault.lasts))
		return false;
	errno = class == MEMORY ? ENOMEM : fault.number;
	return true;
}

/* dlsym allocates at its first call: glibc's own names need none. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

PUBLIC void *malloc(size_t n)
{
	return is_hit(MEMORY) ? NULL : __libc_malloc(n);
}

PUBLIC void *calloc(size_t count, size_t n)
{
	return is_hit(MEMORY) ? NULL : __libc_calloc(count, n);
}

PUBLIC void *realloc(void *at, size_t n)
{
	return is_hit(MEMORY) ? NULL : __libc_realloc(at, n);
}

PUBLIC void *reallocarray(void *at, size_t count, size_t n)
{
	size_t all;

	if (__builtin_mul_overflow(count, n, &all) || is_hit(MEMORY)) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(at, all);
}

PUBLIC int posix_memalign(void **out, size_t align, size_t n)
{
	void *at = is_hit(MEMORY) ? NULL : __libc_memalign(align, n);

	if (at == NULL)
		return ENOMEM;
	*out = at;
	return 0;
}

PUBLIC void *aligned_alloc(size_t align, size_t n)
{
	return is_hit(MEMORY) ? NULL : __libc_memalign(align, n);
}

/* The next function of this name. */
#define NEXT(name) ((__typeof__(&name))next_of(#name))
static void *next_of(const char *name)
{
	void *at = dlsym(RTLD_NEXT, name);

	if (at == NULL)
		abort();
	return at;
}

/* The mode, when the flags say that one was given. */
#define TAKE_MODE(mode, flags)                                                \
	do {                                                                  \
		va_list args;                                                 \
		va_start(args, flags);                                        \
		(mode) = (flags) & (O_CREAT | O_TMPFILE)                      \
				 ? va_arg(args, mode_t)                       \
				 : 0;                                         \
		va_end(args);                                                 \
	} while (0)

PUBLIC int open(const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags);
	return is_hit(OPEN) ? -1 : NEXT(open)(path, flags, mode);
}

PUBLIC int open64(const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags);
	return is_hit(OPEN) ? -1 : NEXT(open64)(path, flags, mode);
}

PUBLIC int openat(int at, const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags);
	return is_hit(OPEN) ? -1 : NEXT(openat)(at, path, flags, mode);
}

PUBLIC int openat64(int at, const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags);
	return is_hit(OPEN) ? -1 : NEXT(openat64)(at, path, flags, mode);
}

/* What _FORTIFY_SOURCE makes of open and its like. */
int __open_2(const char *path, int flags);
int __openat_2(int at, const char *path, int flags);
ssize_t __read_chk(int fd, void *at, size_t n, size_t room);

PUBLIC int __open_2(const char *path, int flags)
{
	return is_hit(OPEN) ? -1 : NEXT(open)(path, flags);
}

PUBLIC int __openat_2(int at, const char *path, int flags)
{
	return is_hit(OPEN) ? -1 : NEXT(openat)(at, path, flags);
}

PUBLIC FILE *fopen(const char *path, const char *mode)
{
	return is_hit(OPEN) ? NULL : NEXT(fopen)(path, mode);
}

PUBLIC DIR *opendir(const char *path)
{
	return is_hit(OPEN) ? NULL : NEXT(opendir)(path);
}

PUBLIC DIR *fdopendir(int fd)
{
	return is_hit(OPEN) ? NULL : NEXT(fdopendir)(fd);
}

PUBLIC ssize_t read(int fd, void *at, size_t n)
{
	return is_hit(READ) ? -1 : NEXT(read)(fd, at, n);
}

PUBLIC ssize_t __read_chk(int fd, void *at, size_t n, size_t room)
{
	if (n > room)
		abort();
	return is_hit(READ) ? -1 : NEXT(read)(fd, at, n);
}

PUBLIC ssize_t pread(int fd, void *at, size_t n, off_t from)
{
	return is_hit(READ) ? -1 : NEXT(pread)(fd, at, n, from);
}

PUBLIC ssize_t readlinkat(int dir, const char *path, char *at, size_t n)
{
	return is_hit(READ) ? -1 : NEXT(readlinkat)(dir, path, at, n);
}

PUBLIC off_t lseek(int fd, off_t offset, int whence)
{
	return is_hit(READ) ? -1 : NEXT(lseek)(fd, offset, whence);
}

PUBLIC int fstat(int fd, struct stat *out)
{
	return is_hit(STAT) ? -1 : NEXT(fstat)(fd, out);
}

PUBLIC int stat(const char *path, struct stat *out)
{
	return is_hit(STAT) ? -1 : NEXT(stat)(path, out);
}

PUBLIC int lstat(const char *path, struct stat *out)
{
	return is_hit(STAT) ? -1 : NEXT(lstat)(path, out);
}

PUBLIC int fstatat(int at, const char *path, struct stat *out, int flags)
{
	return is_hit(STAT) ? -1 : NEXT(fstatat)(at, path, out, flags);
}

PUBLIC void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
	return is_hit(MAP) ? MAP_FAILED
			   : NEXT(mmap)(at, n, prot, flags, fd, from);
}

PUBLIC ssize_t getdents64(int fd, void *at, size_t n)
{
	return is_hit(LIST) ? -1 : NEXT(getdents64)(fd, at, n);
}

PUBLIC struct dirent *readdir(DIR *dir)
{
	return is_hit(LIST) ? NULL : NEXT(readdir)(dir);
}

PUBLIC int pthread_create(pthread_t *out, const pthread_attr_t *attr,
	void *(*run)(void *), void *context)
{
	return is_hit(THREAD) ? EAGAIN
			      : NEXT(pthread_create)(out, attr, run, context);
}

PUBLIC ssize_t write(int fd, const void *at, size_t n)
{
	return is_hit(WRITE) ? -1 : NEXT(write)(fd, at, n);
}

/*
 * A stream's own writes do not pass here, so its callers fail in their place,
 * and the stream is given the mark by which ferror() knows.
 */
#define STREAM_ERROR 0x20
static bool is_stream_hit(FILE *to)
{
	if (!is_hit(WRITE))
		return false;
	to->_flags |= STREAM_ERROR;
	return true;
}

PUBLIC size_t fwrite(const void *at, size_t n, size_t count, FILE *to)
{
	return is_stream_hit(to) ? 0 : NEXT(fwrite)(at, n, count, to);
}

PUBLIC int fputs(const char *text, FILE *to)
{
	return is_stream_hit(to) ? EOF : NEXT(fputs)(text, to);
}

PUBLIC int fputc(int c, FILE *to)
{
	return is_stream_hit(to) ? EOF : NEXT(fputc)(c, to);
}

PUBLIC int putc(int c, FILE *to)
{
	return is_stream_hit(to) ? EOF : NEXT(putc)(c, to);
}

PUBLIC int fflush(FILE *to)
{
	return to && is_stream_hit(to) ? EOF : NEXT(fflush)(to);
}

PUBLIC int fclose(FILE *to)
{
	bool hit = is_stream_hit(to);
	int saved = errno;
	int status = NEXT(fclose)(to);

	errno = hit ? saved : errno;
	return hit ? EOF : status;
}

PUBLIC int rename(const char *from, const char *to)
{
	return is_hit(WRITE) ? -1 : NEXT(rename)(from, to);
}

PUBLIC int mkostemp(char *template, int flags)
{
	return is_hit(OPEN) ? -1 : NEXT(mkostemp)(template, flags);
}

int __vfprintf_chk(FILE *to, int flag, const char *format, va_list args);
int __fprintf_chk(FILE *to, int flag, const char *format, ...);

PUBLIC int __vfprintf_chk(FILE *to, int flag, const char *format, va_list args)
{
	return is_stream_hit(to)
		       ? -1
		       : NEXT(__vfprintf_chk)(to, flag, format, args);
}

PUBLIC int __fprintf_chk(FILE *to, int flag, const char *format, ...)
{
	va_list args;
	int n;

	if (is_stream_hit(to))
		return -1;
	va_start(args, format);
	n = NEXT(__vfprintf_chk)(to, flag, format, args);
	va_end(args);
	return n;
}
