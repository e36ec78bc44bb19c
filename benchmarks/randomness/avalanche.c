/* Avalanche of one fold on large samples: how often each output bit flips when one input bit does.
 *
 *   avalanche uid|key|alternative LOG2_SAMPLES [ROUNDS]
 *
 * Prints the largest deviation from one half of all pairs of an input and an output bit (in standard deviations, with
 * its p-value times the number of pairs) and the sum of squared deviations over its degrees of freedom.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

enum { PLANES = 15, BLOCK = (1 << PLANES) - 1 };
typedef enum { UID, KEY, ALTERNATIVE } part;

/* Bits that change in the i-th word when `bit` of a part is flipped; keys are random, uids as the model numbers them. */
static uint64_t change(part p, uint64_t i, uint64_t bit)
{
    uint64_t key = mix(i * UINT64_C(0x9E3779B97F4A7C15) + 77), uid = uid_of(i);
    if (p == UID)
        return fold(key, uid) ^ fold(key, uid ^ bit);
    if (p == KEY)
        return fold(key, uid_of(77)) ^ fold(key ^ bit, uid_of(77));
    uint64_t person = fold(UINT64_C(0x243F6A8885A308D3), uid);
    return fold(person, i % 52) ^ fold(person, i % 52 ^ bit);
}

/* Add the number of flips of each output bit, by carrying through bit planes: counts[64]. */
static void count(part p, uint64_t from, uint64_t to, uint64_t bit, uint64_t *counts)
{
    uint64_t plane[PLANES] = {0};
    for (uint64_t i = from; i < to; i++) {
        uint64_t carry = change(p, i, bit);
        for (int j = 0; j < PLANES && carry; j++) {
            uint64_t next = plane[j] & carry;
            plane[j] ^= carry;
            carry = next;
        }
    }
    for (int j = 0; j < PLANES; j++)
        for (int o = 0; o < 64; o++)
            counts[o] += (plane[j] >> o & 1) << j;
}

int main(int argc, char **argv)
{
    static const char *names[] = {"uid", "key", "alternative"};
    int which = 0, log2n = argc > 2 ? atoi(argv[2]) : 0;
    while (argc > 1 && which < 3 && strcmp(argv[1], names[which]))
        which++;
    rounds = argc > 3 ? atoi(argv[3]) : 1;
    if (argc < 3 || which == 3 || log2n < 10 || log2n > 40 || rounds < 1) {
        fprintf(stderr, "usage: avalanche uid|key|alternative LOG2_SAMPLES [ROUNDS]\n");
        return 2;
    }
    uint64_t n = UINT64_C(1) << log2n;
    int inputs = which == ALTERNATIVE ? 6 : 64;
    double worst = 0, squares = 0;
    for (int b = 0; b < inputs; b++) {
        uint64_t counts[64] = {0};
        for (uint64_t i = 0; i < n; i += BLOCK)
            count(which, i, i + BLOCK < n ? i + BLOCK : n, UINT64_C(1) << b, counts);
        for (int o = 0; o < 64; o++) {
            double z = (counts[o] - n / 2.0) / sqrt(n / 4.0);
            worst = fmax(worst, fabs(z));
            squares += z * z;
        }
    }
    int pairs = inputs * 64;
    printf("%s, 2^%d samples, %d round(s): largest |z| %.2f, p x pairs %.2g; squares / pairs %.4f (z %.2f)\n",
           names[which], log2n, rounds, worst, fmin(1.0, pairs * erfc(worst / sqrt(2))), squares / pairs,
           (squares - pairs) / sqrt(2.0 * pairs));
    return 0;
}
