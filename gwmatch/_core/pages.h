/* Memory in large pages, for what is read all over. */
#ifndef GWM_PAGES_H
#define GWM_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/mman.h>
#define GWM_LARGE_PAGE ((uintptr_t)1 << 21)
#define GWM_HUGEPAGE 14 /* MADV_HUGEPAGE */
#endif

/* Asks for large pages under the first `used` of `size` bytes that nobody has touched yet, as far as whole ones fit. Where the
 * system has none, or will not, nothing changes. */
static inline void gwm_ask_for_large_pages(uint8_t *at, size_t used, size_t size) {
#ifdef __linux__
    uintptr_t start = ((uintptr_t)at + GWM_LARGE_PAGE - 1) & ~(GWM_LARGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)at + used + GWM_LARGE_PAGE - 1) & ~(GWM_LARGE_PAGE - 1);
    if (end > (uintptr_t)at + size) end -= GWM_LARGE_PAGE;
    if (start < end) (void)madvise((void *)start, end - start, GWM_HUGEPAGE);
#else
    (void)at, (void)used, (void)size;
#endif
}

/* As realloc of `from`, of which `used` bytes count, to `size`; some MiB come to lie in large pages.
 * PERF(bench_match::bench_growth): a decision in such a block looks at a dozen places in it, each in a page of its own. */
static inline uint8_t *gwm_settle(uint8_t *from, size_t used, size_t size) {
    const size_t few = (size_t)4 << 20;
    uint8_t *into = used < few ? NULL : (uint8_t *)malloc(size);
    if (into == NULL) return (uint8_t *)realloc(from, size);
    gwm_ask_for_large_pages(into, used, size);
    memcpy(into, from, used);
    free(from);
    return into;
}

#endif
