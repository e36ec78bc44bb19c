/* Endless stream of the model's hashed words on standard output, for batteries that read raw binary numbers.
 *
 *   streams STREAM [ROUNDS]     write the stream; ROUNDS of the finaliser a folded part (default 1, as the model)
 *   streams --check             print a few words, which check.py compares with sim/core/randomness.py
 *
 * STREAM   what varies from word to word
 *   uids   uid, as make_uids numbers people (year of entry, origin, field, ordinal); one key, one fold
 *   alts   alternative; one person of one key
 *   people uid, and within it 52 alternatives, as the choice of a destination consumes them
 *   years  calendar year and, within it, 12 streams of one uid
 *   worlds replicate, and within it 60 people
 *   papers lead, paper and slot (three folds), and within it 8 draws, as write_papers consumes them
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

enum { BUFFER = 1 << 13, LEADS = 1 << 20 };
static uint64_t buffer[BUFFER];
static size_t held = 0;

static void emit(uint64_t word)
{
    buffer[held++] = word;
    if (held == BUFFER) {
        if (fwrite(buffer, sizeof buffer, 1, stdout) != 1)
            exit(0); /* the battery has read enough */
        held = 0;
    }
}

static void uids(void)
{
    uint64_t key = base_key(0, 0, 2, 1990);
    for (uint64_t i = 0;; i++)
        emit(fold(key, uid_of(i)));
}

static void alts(void)
{
    uint64_t person = fold(base_key(0, 0, 9, 1990), uid_of(77));
    for (uint64_t alt = 0;; alt++)
        emit(fold(person, alt));
}

static void people(void)
{
    uint64_t key = base_key(0, 0, 9, 1990);
    for (uint64_t i = 0;; i++) {
        uint64_t person = fold(key, uid_of(i));
        for (uint64_t alt = 0; alt < 52; alt++)
            emit(fold(person, alt));
    }
}

static void years(void)
{
    for (uint64_t year = 0;; year++)
        for (uint64_t stream = 1; stream <= 12; stream++)
            emit(fold(base_key(0, 0, stream, year), uid_of(77)));
}

static void worlds(void)
{
    for (uint64_t replicate = 0;; replicate++) {
        uint64_t key = base_key(0, replicate, 2, 1990);
        for (uint64_t i = 0; i < 60; i++)
            emit(fold(key, uid_of(i)));
    }
}

static void papers(void)
{
    for (uint64_t year = 0;; year++) {
        uint64_t key = base_key(0, 0, 16, year);
        for (uint64_t i = 0; i < LEADS; i++)
            for (uint64_t paper = 0; paper < 3; paper++)
                for (uint64_t slot = 1; slot < 5; slot++) {
                    uint64_t chain = fold(fold(fold(key, uid_of(i)), paper), slot);
                    for (uint64_t use = 0; use < 8; use++)
                        emit(fold(chain, use));
                }
    }
}

static void check(void)
{
    uint64_t key = base_key(3, 5, 9, 2019), person = fold(key, uid_of(123456789));
    printf("%llu\n%llu\n%llu\n", (unsigned long long)key, (unsigned long long)uid_of(123456789),
           (unsigned long long)person);
    for (uint64_t alt = 0; alt < 3; alt++)
        printf("%llu\n", (unsigned long long)fold(fold(fold(person, alt), 2), 7));
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* so that a battery that has read enough ends this without an error */
    static const struct { const char *name; void (*run)(void); } known[] = {
        {"uids", uids}, {"alts", alts}, {"people", people}, {"years", years}, {"worlds", worlds},
        {"papers", papers}, {"--check", check}};
    if (argc > 2)
        rounds = atoi(argv[2]);
    for (size_t k = 0; argc > 1 && rounds > 0 && k < sizeof known / sizeof *known; k++)
        if (!strcmp(argv[1], known[k].name)) {
            known[k].run();
            return 0;
        }
    fprintf(stderr, "usage: streams uids|alts|people|years|worlds|papers [ROUNDS] or streams --check\n");
    return 2;
}
