/* Allocations that fail on demand, for LD_PRELOAD under glibc: the n-th of the process, or those from the n-th on.

   Also counts the blocks that are alive, so that a failed build can be seen to leave nothing behind. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* Set by the test through ctypes. `first` 0: nothing fails. */
long failing_first, failing_run;
long failing_seen, failing_failed, failing_alive, failing_others;
long failing_spared;
char failing_spare[64]; /* part of the name of a library whose own allocations never fail */
int failing_native_only, failing_native_spared;

static uintptr_t native_from, native_to;

static int find(struct dl_phdr_info *info, size_t size, void *part) {
    (void)size;
    if (strstr(info->dlpi_name, part) == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            native_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            native_to = native_from + info->dlpi_phdr[i].p_memsz;
        }
    }
    return 1;
}

/* Where the code of the library stands whose file name holds `part`; 0 when it is not loaded. */
int failing_native(const char *part) { return dl_iterate_phdr(find, (void *)part); }

/* Whether it is this library that asks the interpreter for memory: the innermost one that is neither the interpreter nor libc. */
static int asked_by(const char *part) {
    void *frames[48];
    int count = backtrace(frames, 48);
    Dl_info here, self;
    dladdr((void *)asked_by, &self);
    for (int i = 0; i < count; i++) {
        if (!dladdr(frames[i], &here) || here.dli_fbase == self.dli_fbase || strstr(here.dli_fname, "libpython") ||
            strstr(here.dli_fname, "bin/python") || strstr(here.dli_fname, "/libc."))
            continue;
        return strstr(here.dli_fname, part) != NULL;
    }
    return 0;
}

/* The first backtrace loads a library, which is no moment for an allocation to fail. */
__attribute__((constructor)) static void warm_up(void) {
    void *frames[1];
    backtrace(frames, 1);
}

/* Whether this allocation is to fail. */
static int fails(void *caller) {
    if (failing_first == 0)
        return 0;
    int native = (uintptr_t)caller - native_from < native_to - native_from;
    if (native ? failing_native_spared : failing_native_only) {
        failing_others++;
        return 0;
    }
    failing_seen++;
    if (failing_seen < failing_first || failing_seen - failing_first >= failing_run)
        return 0;
    if (failing_spare[0] && asked_by(failing_spare)) {
        failing_spared++;
        return 0;
    }
    failing_failed++;
    errno = ENOMEM;
    return 1;
}

static void *alive(void *block) {
    if (block != NULL)
        __atomic_fetch_add(&failing_alive, 1, __ATOMIC_RELAXED);
    return block;
}

void *malloc(size_t size) { return fails(__builtin_return_address(0)) ? NULL : alive(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : alive(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
    if (fails(__builtin_return_address(0)))
        return NULL;
    return block == NULL ? alive(__libc_malloc(size)) : __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : alive(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : alive(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (fails(__builtin_return_address(0)))
        return ENOMEM;
    *block = alive(__libc_memalign(alignment, size));
    return *block == NULL ? ENOMEM : 0;
}

void free(void *block) {
    if (block != NULL)
        __atomic_fetch_sub(&failing_alive, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}
