/* Texts eight and sixteen bytes at a time. Nothing here reads outside the bytes it is given: where a text is not a whole
 * number of words, the last load overlaps the one before. */
#ifndef GWM_WORDS_H
#define GWM_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "classes.h"

/* What takes a few instructions must not become a call because it is used in many places. */
#define GWM_INLINE static inline __attribute__((always_inline))

#define GWM_EACH_BYTE 0x0101010101010101u

/* Eight bytes, the first one lowest. */
GWM_INLINE uint64_t gwm_word(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The eight bytes of a word. */
GWM_INLINE void gwm_put(uint8_t *into, uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(into, &word, 8);
}

/* Up to seven bytes, zeros after them. */
GWM_INLINE uint64_t gwm_few(const uint8_t *at, size_t size) {
    if (size >= 4) {
        uint64_t low = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        const uint8_t *end = at + size - 4;
        uint64_t high = (uint32_t)end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
        return low | high << (8 * (size - 4));
    }
    if (size == 0) return 0;
    return (uint64_t)at[0] | (uint64_t)at[size / 2] << (8 * (size / 2)) | (uint64_t)at[size - 1] << (8 * (size - 1));
}

/* The bytes that gwm_few read. */
GWM_INLINE void gwm_put_few(uint8_t *into, size_t size, uint64_t word) {
    for (; size; size--, word >>= 8) *into++ = (uint8_t)word;
}

/* The last size % 8 bytes of a text of `size` bytes, as gwm_few has them. */
GWM_INLINE uint64_t gwm_rest(const uint8_t *text, size_t size) {
    if (size < 8) return gwm_few(text, size);
    return gwm_word(text + size - 8) >> 1 >> (63 - 8 * (size & 7));
}

/* Where four words begin that together are a text of 8 to 32 bytes; they overlap where it is shorter than that.
 * PERF(bench_match::bench_workload): one size takes the same steps as another, so that no branch has to be guessed. */
#define GWM_FOUR_WORDS(size) \
    size_t last = (size) - 8, second = last < 8 ? last : 8, third = last < 16 ? last : 16

/* A number that tells texts apart, in its upper bits best. Who chooses the texts can choose equal ones. */
GWM_INLINE uint64_t gwm_spread(const uint8_t *at, size_t size) {
    const uint64_t odd = 0x9E3779B97F4A7C15u;
    uint64_t mixed = size;
    if (size >= 8 && size <= 32) {
        GWM_FOUR_WORDS(size);
        mixed = (mixed ^ gwm_word(at)) * odd;
        mixed = (mixed ^ gwm_word(at + second)) * odd;
        mixed = (mixed ^ gwm_word(at + third)) * odd;
        return (mixed ^ gwm_word(at + last)) * odd;
    }
    for (size_t i = 0; i + 8 <= size; i += 8) mixed = (mixed ^ gwm_word(at + i)) * odd;
    return (mixed ^ gwm_rest(at, size)) * odd;
}

/* PERF(bench_match::bench_workload): names and paths are short, and a call of memcmp costs more than their comparison. */
static inline int gwm_equal(const uint8_t *a, const uint8_t *b, size_t size) {
    size_t i = 0;
    if (size > 64) return memcmp(a, b, size) == 0;
    if (size < 8) return gwm_few(a, size) == gwm_few(b, size);
    for (; i + 8 <= size; i += 8)
        if (gwm_word(a + i) != gwm_word(b + i)) return 0;
    return gwm_word(a + size - 8) == gwm_word(b + size - 8);
}

/* gwm_equal for hosts, most of which have 8 to 32 bytes. */
GWM_INLINE int gwm_equal_name(const uint8_t *a, const uint8_t *b, size_t size) {
    if (size < 8 || size > 32) return gwm_equal(a, b, size);
    GWM_FOUR_WORDS(size);
    uint64_t differ = (gwm_word(a) ^ gwm_word(b)) | (gwm_word(a + second) ^ gwm_word(b + second));
    differ |= (gwm_word(a + third) ^ gwm_word(b + third)) | (gwm_word(a + last) ^ gwm_word(b + last));
    return differ == 0;
}

/* A to Z of eight bytes to lower case, nothing else. */
GWM_INLINE uint64_t gwm_fold_word(uint64_t word) {
    uint64_t low = word & (0x7F * GWM_EACH_BYTE);
    uint64_t from_a = low + (0x80 - 'A') * GWM_EACH_BYTE;
    uint64_t past_z = low + (0x7F - 'Z') * GWM_EACH_BYTE;
    return word | ((from_a & ~past_z & ~word & (0x80 * GWM_EACH_BYTE)) >> 2);
}

/* Whether a text in lower case is `lower`. */
GWM_INLINE int gwm_equal_folded(const uint8_t *text, const uint8_t *lower, size_t size) {
    size_t i = 0;
    if (size < 8) return gwm_fold_word(gwm_few(text, size)) == gwm_few(lower, size);
    for (; i + 8 <= size; i += 8)
        if (gwm_fold_word(gwm_word(text + i)) != gwm_word(lower + i)) return 0;
    return gwm_fold_word(gwm_word(text + size - 8)) == gwm_word(lower + size - 8);
}

GWM_INLINE void gwm_fold(const uint8_t *from, size_t size, uint8_t *into) {
    size_t i = 0;
    for (; i + 8 <= size; i += 8) gwm_put(into + i, gwm_fold_word(gwm_word(from + i)));
    if (i == size) return;
    if (size >= 8)
        gwm_put(into + size - 8, gwm_fold_word(gwm_word(from + size - 8)));
    else
        gwm_put_few(into, size, gwm_fold_word(gwm_few(from, size)));
}

/* The highest bit of each byte of a word that is '/'. */
GWM_INLINE uint64_t gwm_slashes(uint64_t word) {
    uint64_t other = word ^ '/' * GWM_EACH_BYTE;
    return ~(((other & 0x7F * GWM_EACH_BYTE) + 0x7F * GWM_EACH_BYTE) | other | 0x7F * GWM_EACH_BYTE);
}

/* Whether some byte of a form's text stands for another: '%' or '+'. */
GWM_INLINE int gwm_is_coded(const uint8_t *at, size_t size) {
    size_t i = 0;
    uint64_t found = 0;
    for (;; i += 8) {
        uint64_t word = i + 8 <= size ? gwm_word(at + i) : gwm_few(at + i, size - i);
        uint64_t percent = word ^ '%' * GWM_EACH_BYTE, plus = word ^ '+' * GWM_EACH_BYTE;
        found |= ~(((percent & 0x7F * GWM_EACH_BYTE) + 0x7F * GWM_EACH_BYTE) | percent | 0x7F * GWM_EACH_BYTE);
        found |= ~(((plus & 0x7F * GWM_EACH_BYTE) + 0x7F * GWM_EACH_BYTE) | plus | 0x7F * GWM_EACH_BYTE);
        if (i + 8 >= size) return found != 0;
    }
}

/* Where the next parameter of a query begins whose first byte is one of `firsts` (256 flags), at or after `from`, where one
 * begins; else `size`.
 * PERF(hostile::long_query): of thousands of parameters hardly any begins like one that a table asks for. */
static inline size_t gwm_next_parameter(const uint8_t *at, size_t from, size_t size, const uint8_t *firsts) {
    if (from < size && firsts[at[from]]) return from;
    for (; from + 8 < size; from += 8) {
        uint64_t other = gwm_word(at + from) ^ '&' * GWM_EACH_BYTE;
        uint64_t ends = ~(((other & 0x7F * GWM_EACH_BYTE) + 0x7F * GWM_EACH_BYTE) | other | 0x7F * GWM_EACH_BYTE);
        for (; ends; ends &= ends - 1) {
            size_t start = from + (size_t)(__builtin_ctzll(ends) >> 3) + 1;
            if (firsts[at[start]]) return start;
        }
    }
    for (; from + 1 < size; from++)
        if (at[from] == '&' && firsts[at[from + 1]]) return from + 1;
    return size;
}

typedef uint8_t gwm_bytes __attribute__((vector_size(16)));
typedef uint64_t gwm_pair __attribute__((vector_size(16)));

GWM_INLINE gwm_bytes gwm_load(const uint8_t *at) {
    gwm_bytes bytes;
    memcpy(&bytes, at, 16);
    return bytes;
}

GWM_INLINE int gwm_any(gwm_bytes mask) {
    gwm_pair both = (gwm_pair)mask;
    return (both[0] | both[1]) != 0;
}

/* A text of up to 16 bytes in one vector: its first eight bytes and its last eight; 'a' where it has fewer than eight. */
GWM_INLINE gwm_bytes gwm_load_short(const uint8_t *at, size_t size) {
    gwm_pair both;
    if (size >= 8) {
        both[0] = gwm_word(at);
        both[1] = gwm_word(at + size - 8);
    } else {
        both[0] = gwm_few(at, size) | (size ? ~(uint64_t)0 << (8 * size) & ('a' * GWM_EACH_BYTE) : 'a' * GWM_EACH_BYTE);
        both[1] = 'a' * GWM_EACH_BYTE;
    }
    return (gwm_bytes)both;
}

/* For each byte of a short load the one after it; 'a' after the last of either half. */
GWM_INLINE gwm_bytes gwm_following(gwm_bytes bytes) {
    gwm_pair both = (gwm_pair)bytes;
    both = both >> 8 | (gwm_pair){(uint64_t)'a' << 56, (uint64_t)'a' << 56};
    return (gwm_bytes)both;
}

/* What makes a target worth a closer look: bytes, and slashes before slashes; dots after slashes and dots before either make
 * a dot segment together only. */
typedef struct {
    gwm_bytes bytes, after_slash, before;
} GwmOdd;

GWM_INLINE void gwm_look(GwmOdd *odd, gwm_bytes bytes, gwm_bytes following) {
    typedef int8_t gwm_signed __attribute__((vector_size(16)));
    gwm_bytes found = (gwm_bytes)((gwm_signed)bytes < 0x21);
    gwm_bytes slash = (gwm_bytes)(bytes == '/'), next_slash = (gwm_bytes)(following == '/');
    gwm_bytes next_dot = (gwm_bytes)(following == '.');
    found |= (gwm_bytes)(bytes == 0x7F) | (gwm_bytes)(bytes == '#') | (gwm_bytes)(bytes == '%');
    found |= (gwm_bytes)(bytes == ';') | (gwm_bytes)(bytes == '\\') | (gwm_bytes)(bytes == '?');
    odd->bytes |= found | (slash & next_slash);
    odd->after_slash |= slash & next_dot;
    odd->before |= (gwm_bytes)(bytes == '.') & (next_slash | next_dot);
}

/* Whether a target is a path alone, of bytes that may stand in one, and with one reading: no '?', no escape, no ';', no
 * backslash, no empty segment, no dot segment. It says no to some that are harmless; the slow way decides.
 * PERF(bench_match::bench_one_request): most targets are, and then nothing looks at them byte by byte. */
GWM_INLINE int gwm_is_clean(const uint8_t *at, size_t size) {
    size_t i = 0;
    uint8_t last;
    GwmOdd odd = {{0}, {0}, {0}};
    if (size == 0) return 1;
    last = at[size - 1];
    if (size <= 16) {
        gwm_bytes bytes = gwm_load_short(at, size);
        if (size == 16 && (at[7] == '/' || at[7] == '.') && (at[8] == '/' || at[8] == '.')) return 0;
        gwm_look(&odd, bytes, gwm_following(bytes));
    } else {
        for (; i + 17 <= size; i += 16) gwm_look(&odd, gwm_load(at + i), gwm_load(at + i + 1));
        gwm_look(&odd, gwm_load(at + size - 17), gwm_load(at + size - 16));
        if ((uint8_t)(last - 0x21) >= 0x5E || gwm_class[last] & GWM_CLOSER) return 0;
    }
    if (gwm_any(odd.bytes)) return 0;
    return !gwm_any(odd.after_slash) || !(last == '.' || gwm_any(odd.before));
}

/* Whether no byte of a query is forbidden there. */
GWM_INLINE int gwm_is_query(const uint8_t *at, size_t size) {
    size_t i = 0;
    uint8_t some = 0;
    if (size < 16) {
        for (; i < size; i++) some |= gwm_class[at[i]];
        return !(some & GWM_FORBIDDEN);
    }
    gwm_bytes found = {0};
    for (; i < size; i += 16) {
        gwm_bytes bytes = gwm_load(at + (i + 16 <= size ? i : size - 16));
        found |= (gwm_bytes)(bytes <= 0x20) | (gwm_bytes)(bytes == 0x7F) | (gwm_bytes)(bytes == '#');
    }
    return !gwm_any(found);
}

GWM_INLINE gwm_bytes gwm_line_ends(gwm_bytes bytes) {
    return (gwm_bytes)(bytes == 0) | (gwm_bytes)(bytes == 0x0A) | (gwm_bytes)(bytes == 0x0D);
}

/* Whether no byte is NUL, CR or LF. */
GWM_INLINE int gwm_is_field_value(const uint8_t *at, size_t size) {
    size_t i = 0;
    if (size < 16) return !gwm_any(gwm_line_ends(gwm_load_short(at, size)));
    gwm_bytes found = {0};
    for (; i < size; i += 16) found |= gwm_line_ends(gwm_load(at + (i + 16 <= size ? i : size - 16)));
    return !gwm_any(found);
}

/* Bytes that no lower-case host has, and dots before dots. */
GWM_INLINE gwm_bytes gwm_unhostly(gwm_bytes bytes, gwm_bytes following) {
    gwm_bytes dot = (gwm_bytes)(bytes == '.');
    gwm_bytes fine = (gwm_bytes)((gwm_bytes)(bytes - 'a') < 26) | (gwm_bytes)((gwm_bytes)(bytes - '0') < 10);
    fine |= (gwm_bytes)(bytes == '-') | (gwm_bytes)(bytes == '_') | dot;
    return ~fine | (dot & (gwm_bytes)(following == '.'));
}

/* Whether a text is a host name as it is compared: lower-case labels, none empty and none too long, and no address.
 * PERF(bench_match::bench_one_request): most hosts are, and are then neither copied nor read label by label. */
GWM_INLINE int gwm_is_plain_host(const uint8_t *at, size_t size) {
    size_t i = 0;
    uint8_t last;
    if (size == 0 || size > 63 || at[0] == '.') return 0;
    last = at[size - 1];
    if (last == '.' || (last >= '0' && last <= '9')) return 0;
    if (size <= 16) {
        gwm_bytes bytes = gwm_load_short(at, size);
        if (size == 16 && at[7] == '.' && at[8] == '.') return 0;
        return !gwm_any(gwm_unhostly(bytes, gwm_following(bytes)));
    }
    gwm_bytes found = {0};
    for (; i + 17 <= size; i += 16) found |= gwm_unhostly(gwm_load(at + i), gwm_load(at + i + 1));
    found |= gwm_unhostly(gwm_load(at + size - 17), gwm_load(at + size - 16));
    return !gwm_any(found) && gwm_class[last] & GWM_LABEL && !(last >= 'A' && last <= 'Z');
}

#endif
