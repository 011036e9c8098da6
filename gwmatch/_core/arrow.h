/* The structs of the Arrow C data and stream interfaces, laid out as their specification says. Read, released, never made. */
#ifndef GWM_ARROW_H
#define GWM_ARROW_H

#include <stdint.h>

struct GwmArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct GwmArrowSchema **children;
    struct GwmArrowSchema *dictionary;
    void (*release)(struct GwmArrowSchema *);
    void *private_data;
};

struct GwmArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct GwmArrowArray **children;
    struct GwmArrowArray *dictionary;
    void (*release)(struct GwmArrowArray *);
    void *private_data;
};

struct GwmArrowStream {
    int (*get_schema)(struct GwmArrowStream *, struct GwmArrowSchema *);
    int (*get_next)(struct GwmArrowStream *, struct GwmArrowArray *);
    const char *(*get_last_error)(struct GwmArrowStream *);
    void (*release)(struct GwmArrowStream *);
    void *private_data;
};

#endif
