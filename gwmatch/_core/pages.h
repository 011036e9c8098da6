/* Large pages for memory that is read all over. */
#ifndef GWM_PAGES_H
#define GWM_PAGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __linux__
#include <sys/mman.h>
#define GWM_LARGE_PAGE ((uintptr_t)1 << 21)
#define GWM_HUGEPAGE 14 /* MADV_HUGEPAGE */
#define GWM_COLLAPSE 25 /* MADV_COLLAPSE, since Linux 6.1 */
#endif

/* Asks for large pages under the first `used` of `size` bytes, as far as whole ones fit. Where the system has none, or will not,
 * nothing changes.
 * PERF(bench_match::bench_growth): a decision in a table of some MiB looks at a dozen places in it, each in a page of its own. */
static inline void gwm_use_large_pages(uint8_t *at, size_t used, size_t size) {
#ifdef __linux__
    uintptr_t start = ((uintptr_t)at + GWM_LARGE_PAGE - 1) & ~(GWM_LARGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)at + used + GWM_LARGE_PAGE - 1) & ~(GWM_LARGE_PAGE - 1);
    if (used < GWM_LARGE_PAGE) return;
    if (end > (uintptr_t)at + size) end -= GWM_LARGE_PAGE;
    if (start < end && madvise((void *)start, end - start, GWM_HUGEPAGE) == 0)
        (void)madvise((void *)start, end - start, GWM_COLLAPSE);
#else
    (void)at, (void)used, (void)size;
#endif
}

#endif
