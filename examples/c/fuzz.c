// Takes bytes as records: whatever they are, they are refused or accepted, and accepted records are written back as the
// same bytes. With clang's -fsanitize=fuzzer it is a target of libFuzzer; otherwise it changes records at random
// itself, for a number of seconds and from a seed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hingeline.h"

enum { CLASSES = 3, FEATURES = 4, MOST = 1024 };

static hingeline_model model;
static HINGELINE_MEMORY(model_memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
static hingeline_sgd sgd;
static hingeline_order order;
static hingeline_standardiser standardiser;
static HINGELINE_MEMORY(standardiser_memory, HINGELINE_STANDARDISER_BYTES(FEATURES));
static hingeline_integer_model integer_model;
static HINGELINE_MEMORY(integer_memory, HINGELINE_INTEGER_MODEL_BYTES(CLASSES, FEATURES));
static hingeline_input_scale scales[FEATURES];

static void must(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

// Objects in a state as training leaves it, different for each run.
static hingeline_state trained(int run) {
    const uint32_t seed[4] = {1, 2, 3, (uint32_t)run};
    const float mean[FEATURES] = {1, 2, 3, (float)run}, factor[FEATURES] = {0.5f, 2, 1, 4};
    must(hingeline_model_init(&model, model_memory, sizeof model_memory, CLASSES, FEATURES) == HINGELINE_OK, "model");
    must(hingeline_sgd_init(&sgd, 1.0f, 1e-3f, 0.1f, 1e-2f) == HINGELINE_OK, "optimiser");
    must(hingeline_order_init(&order, 10, seed, 4) == HINGELINE_OK, "order");
    must(hingeline_standardiser_init(&standardiser, standardiser_memory, sizeof standardiser_memory, mean, factor, FEATURES, (float)run) == HINGELINE_OK, "standardiser");
    must(hingeline_integer_model_init(&integer_model, integer_memory, sizeof integer_memory, CLASSES, FEATURES) == HINGELINE_OK, "integers");
    float x[FEATURES] = {1, -2, 0.5f, (float)run};
    for (int step = 0; step < 5 + run; step++) {
        x[step % FEATURES] += 0.25f;
        must(hingeline_sgd_step(&sgd, &model, x, FEATURES, (size_t)(step % CLASSES), 1, NULL) == HINGELINE_OK, "step");
        must(hingeline_order_skip(&order) == HINGELINE_OK, "skip");
        scales[step % FEATURES].halves = (uint32_t)(run * 1000 + step);
    }
    must(hingeline_integer_model_quantise(&integer_model, &model) == HINGELINE_OK, "quantise");
    hingeline_state state = {
        .model = &model, .sgd = &sgd, .integer_model = &integer_model, .order = &order, .standardiser = &standardiser, .input_scales = scales, .input_scales_len = FEATURES};
    return state;
}

static uint32_t crc(const uint8_t *bytes, size_t len) {
    uint32_t crc = ~0u;
    for (size_t byte = 0; byte < len; byte++) {
        crc ^= bytes[byte];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

// Returns whether the record was accepted.
static int try_record(const uint8_t *bytes, size_t len) {
    static uint8_t before[MOST], after[MOST];
    size_t own = 0, written = 0;
    hingeline_state state = trained(2);
    must(hingeline_encode(&state, before, sizeof before, &own) == HINGELINE_OK, "the state before");
    hingeline_status status = hingeline_decode(&state, bytes, len);
    must(hingeline_encode(&state, after, sizeof after, &written) == HINGELINE_OK && written == own, "the state after");
    if (status != HINGELINE_OK) {
        must(memcmp(before, after, own) == 0, "a refusal changed something");
        return 0;
    }
    // The number of a record in flash is not kept, nor are the checksums over it.
    must(written <= len && memcmp(after + 20, bytes + 20, written - 24) == 0, "what was taken is written differently");
    float x[FEATURES] = {1, 2, 3, 4};
    (void)hingeline_sgd_step(&sgd, &model, x, FEATURES, 1, 1, NULL);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    try_record(bytes, len);
    return 0;
}

#ifndef WITH_LIBFUZZER
static uint64_t seed;

static uint32_t draw(uint32_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

int main(int count, char **arguments) {
    int seconds = count > 1 ? atoi(arguments[1]) : 5;
    seed = count > 2 ? strtoull(arguments[2], NULL, 0) : 1;
    printf("seed %llu\n", (unsigned long long)seed);
    static uint8_t whole[MOST], changed[MOST + 64];
    size_t len = 0;
    hingeline_state state = trained(1);
    must(hingeline_encode(&state, whole, sizeof whole, &len) == HINGELINE_OK, "the first record");
    unsigned long tried = 0, taken = 0;
    for (time_t end = time(NULL) + seconds; time(NULL) < end;) {
        for (int times = 0; times < 1000; times++) {
            memcpy(changed, whole, sizeof whole);
            size_t own = len;
            for (uint32_t changes = draw(4); changes > 0; changes--) {
                changed[draw((uint32_t)len)] ^= (uint8_t)(1 << draw(8));
            }
            if (draw(4) == 0) {
                own = draw((uint32_t)len + 64);
            }
            // Correct checksums lead further into the decoder.
            if (draw(2) == 0 && own == len) {
                uint32_t header = crc(changed, 16);
                memcpy(changed + 16, &header, 4);
                uint32_t all = crc(changed, len - 4);
                memcpy(changed + len - 4, &all, 4);
            }
            // In memory of exactly that length, so that a sanitizer sees reads behind the end.
            uint8_t *exact = malloc(own > 0 ? own : 1);
            must(exact != NULL, "no memory");
            memcpy(exact, changed, own);
            taken += (unsigned long)try_record(exact, own);
            tried++;
            free(exact);
        }
    }
    printf("%lu records, %lu taken\n", tried, taken);
    must(taken > 0 && taken < tried, "all or none were taken");
    return 0;
}
#endif
