/* hold.h - what a fuzz target asserts: more than that nothing crashed. */
#ifndef WARROOM_TESTS_FUZZ_HOLD_H
#define WARROOM_TESTS_FUZZ_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A promise that must hold for every input; the fuzzer keeps the input that breaks it. */
#define hold(promise) ((promise) ? (void)0 : hold_broken(__FILE__, __LINE__, #promise))

static inline void hold_broken(const char *file, int line, const char *promise)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, promise);
    abort();
}

#endif
