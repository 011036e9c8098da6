/* A checksum of a stored table: eight lanes of the table's own mixing step, so that memory and not arithmetic is the limit.
 * No lane may begin at the constant of the step, or the first word would be lost. It finds damage, and is no signature: who
 * can write the file can write the checksum. */
#ifndef GWM_DIGEST_H
#define GWM_DIGEST_H

#include "hash.h"

static inline uint64_t gwm_digest(const uint8_t *at, size_t size) {
    uint64_t lanes[8] = {0xA0761D6478BD642Fu, 0xD1B54A32D192ED03u, 0x8CB92BA72F3D8DD7u, 0xAEF17502108EF2D9u,
                         0xE7037ED1A0B428DBu, 0x8EBC6AF09C88C6E3u, 0xC6A4A7935BD1E995u, 0xF1357AEA2E62A9C5u};
    uint64_t result = size;
    for (; size >= 64; size -= 64, at += 64) {
        for (int lane = 0; lane < 8; lane++) lanes[lane] = gwm_hash_step(lanes[lane], 0x589965CC75374CC3u + lane, gwm_word(at + 8 * lane));
    }
    for (int lane = 0; lane < 8; lane++) result = gwm_mix(result ^ lanes[lane], 0x1D8E4E27C47D124Fu);
    return gwm_hash(result, at, size);
}

#endif
