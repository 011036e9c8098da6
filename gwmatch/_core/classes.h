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

#endif
