/* What each byte may be, so that a text is read with one look per byte. */
#ifndef GWM_CLASSES_H
#define GWM_CLASSES_H

#include <stdint.h>

enum {
    GWM_TOKEN = 1,     /* may stand in a method or a header name (RFC 9110 5.6.2) */
    GWM_LABEL = 2,     /* may stand in a label of a host */
    GWM_FORBIDDEN = 4, /* in a path or query: controls, space, DEL, '#' */
    GWM_ODD = 8,       /* in a path: a sign that it may have a second reading, or needs a closer look */
    GWM_UNRESERVED = 16,
    GWM_CLOSER = 32    /* at the end of a target: what takes the slow way */
};

static const uint8_t gwm_class[256] = {
#define ALNUM (GWM_TOKEN | GWM_LABEL | GWM_UNRESERVED)
    [0 ... 0x20] = GWM_FORBIDDEN, [0x7F] = GWM_FORBIDDEN, ['#'] = GWM_FORBIDDEN | GWM_TOKEN | GWM_CLOSER,
    ['0' ... '9'] = ALNUM, ['A' ... 'Z'] = ALNUM, ['a' ... 'z'] = ALNUM,
    ['!'] = GWM_TOKEN, ['$'] = GWM_TOKEN, ['&'] = GWM_TOKEN, ['\''] = GWM_TOKEN, ['*'] = GWM_TOKEN, ['+'] = GWM_TOKEN,
    ['-'] = ALNUM, ['_'] = ALNUM, ['.'] = GWM_TOKEN | GWM_UNRESERVED, ['~'] = GWM_TOKEN | GWM_UNRESERVED,
    ['^'] = GWM_TOKEN, ['`'] = GWM_TOKEN, ['|'] = GWM_TOKEN,
    ['%'] = GWM_TOKEN | GWM_ODD | GWM_CLOSER, [';'] = GWM_ODD | GWM_CLOSER, ['\\'] = GWM_ODD | GWM_CLOSER,
    ['?'] = GWM_CLOSER, ['/'] = GWM_ODD, [0x80 ... 0xFF] = GWM_ODD,
#undef ALNUM
};

/* The value of a hexadecimal digit, -1 for any other byte.
 * PERF(bench_match::bench_workload): hostile targets are escapes throughout, and each is read several times. */
static const int8_t gwm_hex[256] = {
    [0 ... 255] = -1,
    ['0'] = 0, ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4, ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
    ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15,
    ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15,
};

#endif
