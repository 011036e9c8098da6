/* gwmatch-native: whole-value regular expressions over bytes, in linear time.
 *
 * The only exported symbol is gwm_api(); everything else is reached through the table it returns. Check `abi` first.
 * All functions may be called from any thread, without the GIL, at the same time; only set_free needs the set alone.
 * Read by cffi through build.rs, which drops what is for C++ and every line of the preprocessor but plain constants. */
#ifndef GWMATCH_NATIVE_H
#define GWMATCH_NATIVE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GWM_ABI 1

/* `at` may be NULL when `size` is 0. */
typedef struct {
  const uint8_t *at;
  size_t size;
} GwmSlice;

/* An immutable set of patterns. */
typedef struct GwmSet GwmSet;

typedef struct {
  /* GWM_ABI of the library. */
  uint32_t abi;

  /* A set over patterns[0..count), which are copied. `patterns` may be NULL when `count` is 0: the empty set.
   *
   * NULL when a pattern cannot be taken: then *bad is its index (`count` when no single pattern is to blame, a bug in
   * this crate) and `message` says why: one line, valid UTF-8, cut at a character to fit `capacity` bytes with its NUL.
   * Both are untouched on success. `bad` may be NULL; `message` may be NULL when `capacity` is 0.
   *
   * automaton_limit bounds, in bytes, the fully determinised, anchored automaton of each single pattern.
   * set_budget bounds one joint automaton; beyond it the set falls apart into several. */
  GwmSet *(*set_new)(const GwmSlice *patterns, size_t count, size_t automaton_limit, size_t set_budget, size_t *bad,
                     char *message, size_t capacity);

  /* Ends a set; NULL is allowed. */
  void (*set_free)(GwmSet *set);

  /* Which patterns match all of the text: bit i % 64 of bits[i / 64] for pattern i; (count + 63) / 64 words, fully
   * overwritten. `bits` may be NULL when the set is empty, `text` when `size` is 0. Never allocates, never locks.
   * Returns the number of matching patterns, or -1 on a bug in this crate. */
  int32_t (*set_matches)(const GwmSet *set, const uint8_t *text, size_t size, uint64_t *bits);

  /* Patterns in the set. */
  size_t (*set_count)(const GwmSet *set);

  /* Joint automata that the set fell apart into: no text is walked more often than that. */
  size_t (*set_automata)(const GwmSet *set);

  /* Heap bytes kept. */
  size_t (*set_memory)(const GwmSet *set);
} GwmApi;

/* The table; static, never NULL. */
const GwmApi *gwm_api(void);

#ifdef __cplusplus
}
#endif
#endif
