/* The model's keyed words in C; check.py compares them with sim/core/randomness.py. */
#include <stdint.h>

static int rounds = 1; /* of the finaliser a folded part; the model has one */

static inline uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint64_t fold(uint64_t key, uint64_t value)
{
    uint64_t word = key ^ value * UINT64_C(0xD1342543DE82EF95);
    for (int r = 0; r < rounds; r++)
        word = mix(word);
    return word;
}

static inline uint64_t base_key(uint64_t seed, uint64_t replicate, uint64_t stream, uint64_t year)
{
    return fold(fold(fold(fold(UINT64_C(0x243F6A8885A308D3), seed), replicate), stream), year);
}

/* The i-th person: 60 origins and 3 fields side by side, 4096 years one after the other, then the next ordinal. */
static inline uint64_t uid_of(uint64_t i)
{
    uint64_t origin = i % 60, field = i / 60 % 3, year = i / 180 % 4096, ordinal = i / 737280;
    return (origin + 1) << 48 | year << 36 | field << 32 | ordinal;
}
