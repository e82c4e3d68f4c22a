// Trains on handwritten digits that lie in flash, in binary32 and in integers, and tests. On every target the weights
// are those of the same programs in Rust, to the last bit.
#include "board.h"
#include "hingeline.h"

enum { CLASSES = 10, FEATURES = 64, RECORD = 1 + FEATURES, EPOCHS = 2 };

extern const uint8_t digits[], digits_end[], digits_test[], digits_test_end[];

// Any four words. These are the ones that the programs in Rust draw.
static const uint32_t SEED[4] = {0xb23e99ef, 0x7dd3633b, 0x592867dc, 0xb1cab865};

// All the memory that learning takes.
static hingeline_model model;
static HINGELINE_MEMORY(model_memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
static hingeline_standardiser standardiser;
static HINGELINE_MEMORY(standardiser_memory, HINGELINE_STANDARDISER_BYTES(FEATURES));
static hingeline_sgd sgd;
static hingeline_order order;
static float sample[FEATURES];

static hingeline_integer_model integer_model;
static HINGELINE_MEMORY(integer_memory, HINGELINE_INTEGER_MODEL_BYTES(CLASSES, FEATURES));
static hingeline_integer_sgd integer_sgd;
static hingeline_input_scale scales[FEATURES];
static int16_t inputs[FEATURES];
static uint8_t raw[FEATURES];

// Moments are needed once for floats and then once for integers, so both share one memory.
static HINGELINE_MEMORY(moments_memory, HINGELINE_INTEGER_MOMENTS_BYTES(FEATURES));

// Prints what was refused, and ends the program.
static void must(hingeline_status status, const char *what) {
    if (status != HINGELINE_OK) {
        board_print(what);
        board_print(": ");
        board_print(hingeline_status_name(status));
        board_print("\n");
        board_exit(false);
    }
}

static const uint8_t *record_of(void *records, size_t index) {
    return (const uint8_t *)records + index * RECORD;
}

static int read_pixels(void *records, size_t index, float *x, size_t features) {
    const uint8_t *record = record_of(records, index);
    for (size_t feature = 0; feature < features; feature++) {
        x[feature] = record[1 + feature];
    }
    return record[0];
}

static int read_standardised(void *records, size_t index, float *x, size_t features) {
    int32_t label = read_pixels(records, index, x, features);
    return hingeline_standardiser_apply(&standardiser, x, features) == HINGELINE_OK ? label : -1;
}

static int read_raw(void *records, size_t index, void *to, size_t features) {
    const uint8_t *record = record_of(records, index);
    for (size_t feature = 0; feature < features; feature++) {
        ((uint8_t *)to)[feature] = record[1 + feature];
    }
    return record[0];
}

static void report(const char *name, uint64_t checksum, size_t correct, size_t count) {
    board_print(name);
    board_print(" ");
    board_print_hex(checksum);
    board_print(" ");
    board_print_number((uint32_t)correct);
    board_print(" of ");
    board_print_number((uint32_t)count);
    board_print("\n");
}

static void learn_in_floats(void) {
    hingeline_samples samples = {
        .count = (size_t)(digits_end - digits) / RECORD,
        .features = FEATURES,
        .read = read_standardised,
        .buffer = sample,
        .context = (void *)digits,
    };
    hingeline_moments moments;
    must(hingeline_moments_init(&moments, moments_memory, sizeof moments_memory, FEATURES, 0), "moments");
    for (size_t index = 0; index < samples.count; index++) {
        read_pixels(samples.context, index, sample, FEATURES);
        must(hingeline_moments_observe(&moments, sample, FEATURES), "observe");
    }
    must(hingeline_moments_freeze(&moments, &standardiser, standardiser_memory, sizeof standardiser_memory, 0), "freeze");

    must(hingeline_model_init(&model, model_memory, sizeof model_memory, CLASSES, FEATURES), "model");
    must(hingeline_sgd_init(&sgd, 1.0f, 1e-3f, 0.02f, 1e-4f), "optimiser");
    must(hingeline_order_init(&order, samples.count, SEED, 4), "order");
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        must(hingeline_sgd_epoch(&sgd, &model, &samples, &order, NULL), "epoch");
    }

    samples.count = (size_t)(digits_test_end - digits_test) / RECORD;
    samples.context = (void *)digits_test;
    hingeline_evaluation evaluation;
    must(hingeline_sgd_evaluate(&sgd, &model, &samples, &evaluation), "evaluate");
    report("digits", hingeline_model_checksum(&model), evaluation.correct, evaluation.samples);
}

static void learn_in_integers(void) {
    hingeline_integer_samples samples = {
        .count = (size_t)(digits_end - digits) / RECORD,
        .features = FEATURES,
        .format = HINGELINE_U8,
        .read = read_raw,
        .buffer = raw,
        .scales = scales,
        .inputs = inputs,
        .context = (void *)digits,
    };
    hingeline_integer_moments moments;
    must(hingeline_integer_moments_init(&moments, moments_memory, sizeof moments_memory, FEATURES, HINGELINE_U8), "moments");
    for (size_t index = 0; index < samples.count; index++) {
        must(hingeline_integer_moments_observe(&moments, record_of(samples.context, index) + 1, FEATURES), "observe");
    }
    must(hingeline_integer_moments_freeze(&moments, scales, FEATURES), "freeze");

    must(hingeline_integer_model_init(&integer_model, integer_memory, sizeof integer_memory, CLASSES, FEATURES), "model");
    must(hingeline_integer_sgd_init(&integer_sgd, HINGELINE_INTEGER_MARGIN(1.0), HINGELINE_INTEGER_L2(1e-4), 7, 13, 12), "optimiser");
    must(hingeline_order_init(&order, samples.count, SEED, 4), "order");
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        must(hingeline_integer_sgd_epoch(&integer_sgd, &integer_model, &samples, &order, NULL), "epoch");
    }

    samples.count = (size_t)(digits_test_end - digits_test) / RECORD;
    samples.context = (void *)digits_test;
    hingeline_integer_evaluation evaluation;
    must(hingeline_integer_sgd_evaluate(&integer_sgd, &integer_model, &samples, &evaluation), "evaluate");
    report("integers", hingeline_integer_model_checksum(&integer_model), evaluation.correct, evaluation.samples);
}

int main(void) {
    must(hingeline_self_check(), "arithmetic");
    if (hingeline_model_bytes(CLASSES, FEATURES) > sizeof model_memory || hingeline_integer_model_bytes(CLASSES, FEATURES) > sizeof integer_memory) {
        board_print("the header's sizes are too small\n");
        board_exit(false);
    }
    learn_in_floats();
    learn_in_integers();
    board_exit(true);
}
