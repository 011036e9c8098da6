/* A keyed hash whose state after every 8 bytes can be finished at any length, so that one pass over a path gives the
 * hashes of all its prefixes. Keys come from the table's seed: who does not choose the seed cannot choose collisions, and
 * the build takes another seed when a run grows long. */
#ifndef GWM_HASH_H
#define GWM_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "words.h"

static inline uint64_t gwm_mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes of text into the state. */
static inline uint64_t gwm_hash_step(uint64_t state, uint64_t seed, uint64_t word) {
    return gwm_mix(word ^ seed, state ^ 0x9E3779B97F4A7C15u);
}

/* The hash of the first `size` bytes of a text, of which all but the last size % 8 are in the state, and those in `word`,
 * whose other bytes may be anything. */
static inline uint64_t gwm_hash_finish(uint64_t state, uint64_t seed, uint64_t word, size_t size) {
    uint64_t rest = word & ~(~(uint64_t)0 << (8 * (size & 7)));
    return gwm_mix(rest ^ seed ^ 0xD1B54A32D192ED03u, state ^ (uint64_t)size ^ 0x8CB92BA72F3D8DD7u);
}

static inline uint64_t gwm_hash(uint64_t seed, const uint8_t *at, size_t size) {
    uint64_t state = seed;
    size_t i = 0;
    for (; i + 8 <= size; i += 8) state = gwm_hash_step(state, seed, gwm_word(at + i));
    return gwm_hash_finish(state, seed, gwm_rest(at, size), size);
}

/* Several hashes into one. */
static inline uint64_t gwm_combine(uint64_t state, uint64_t hashed) {
    return gwm_mix(state ^ 0x9E3779B97F4A7C15u, hashed ^ 0xD1B54A32D192ED03u);
}

static inline uint64_t gwm_splitmix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

#endif
