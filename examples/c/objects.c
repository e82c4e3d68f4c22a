// Checks what the library promises about objects and pointers: everything that can be refused is refused, and a refusal
// changes nothing. Then checks records and checkpoints, on a flash in RAM whose power fails.
#include "board.h"
#include "hingeline.h"

enum { CLASSES = 3, FEATURES = 4, SAMPLES = 6 };

#define MUST(condition)                                                                                                                                \
    do {                                                                                                                                               \
        if (!(condition)) {                                                                                                                            \
            failed(__LINE__);                                                                                                                          \
        }                                                                                                                                              \
    } while (0)
#define OK(call) MUST((call) == HINGELINE_OK)
#define REFUSED(status, call) MUST((call) == HINGELINE_##status)

static void failed(uint32_t line) {
    board_print("line ");
    board_print_number(line);
    board_print(" is not as promised\n");
    board_exit(false);
}

static const float ROWS[SAMPLES][FEATURES] = {{1, 0, 0.5f, 0}, {0, 1, 0, 0.5f}, {-1, 0.5f, 0, 1}, {0.9f, 0.1f, 0.4f, 0}, {0.1f, 1.1f, 0, 0.6f}, {-0.8f, 0.4f, 0.1f, 1}};
static const uint8_t LABELS[SAMPLES] = {0, 1, 2, 0, 1, 2};
static const uint32_t SEED[4] = {1, 2, 3, 4};
static const float NOT_A_NUMBER[FEATURES] = {0, 0, 0.0f / 0.0f, 0};

typedef struct {
    hingeline_model model;
    hingeline_sgd sgd;
    hingeline_order order;
    hingeline_moments moments;
    hingeline_standardiser standardiser;
    hingeline_integer_model integer_model;
    hingeline_integer_sgd integer_sgd;
    hingeline_input_scale scales[FEATURES];
    HINGELINE_MEMORY(model_memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
    HINGELINE_MEMORY(moments_memory, HINGELINE_MOMENTS_BYTES(FEATURES));
    HINGELINE_MEMORY(standardiser_memory, HINGELINE_STANDARDISER_BYTES(FEATURES));
    HINGELINE_MEMORY(integer_memory, HINGELINE_INTEGER_MODEL_BYTES(CLASSES, FEATURES));
} learner;

static learner first, second;

static void init(learner *own) {
    OK(hingeline_model_init(&own->model, own->model_memory, sizeof own->model_memory, CLASSES, FEATURES));
    OK(hingeline_sgd_init(&own->sgd, 1.0f, 1e-3f, 0.1f, 1e-2f));
    OK(hingeline_order_init(&own->order, SAMPLES, SEED, 4));
    OK(hingeline_moments_init(&own->moments, own->moments_memory, sizeof own->moments_memory, FEATURES, 0));
    OK(hingeline_standardiser_init(&own->standardiser, own->standardiser_memory, sizeof own->standardiser_memory, NULL, NULL, FEATURES, 0));
    OK(hingeline_integer_model_init(&own->integer_model, own->integer_memory, sizeof own->integer_memory, CLASSES, FEATURES));
    OK(hingeline_integer_sgd_init(&own->integer_sgd, HINGELINE_INTEGER_MARGIN(1.0), HINGELINE_INTEGER_L2(1e-4), 6, 13, 12));
    for (int feature = 0; feature < FEATURES; feature++) {
        own->scales[feature].halves = 0;
    }
}

static hingeline_state state_of(learner *own) {
    hingeline_state state = {
        .model = &own->model,
        .sgd = &own->sgd,
        .integer_model = &own->integer_model,
        .integer_sgd = &own->integer_sgd,
        .order = &own->order,
        .moments = &own->moments,
        .standardiser = &own->standardiser,
        .input_scales = own->scales,
        .input_scales_len = FEATURES,
    };
    return state;
}

static hingeline_samples arrays(void) {
    hingeline_samples samples = {.count = SAMPLES, .features = FEATURES, .rows = ROWS[0], .labels = LABELS};
    return samples;
}

// ---- objects and pointers

static void what_is_no_object_is_refused(void) {
    static hingeline_model never, copied;
    static HINGELINE_MEMORY(memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
    float scores[CLASSES];
    size_t predicted;
    REFUSED(NULL_POINTER, hingeline_model_predict(NULL, ROWS[0], FEATURES, &predicted));
    REFUSED(NOT_INITIALISED, hingeline_model_predict(&never, ROWS[0], FEATURES, &predicted));
    MUST(hingeline_model_classes(&never) == 0 && hingeline_model_classes(NULL) == 0);
    MUST(hingeline_model_weights(&never) == NULL && hingeline_model_checksum(NULL) == 0);
    // A copy of an object is not an object: it would share the memory.
    copied = first.model;
    REFUSED(NOT_INITIALISED, hingeline_model_scores(&copied, ROWS[0], FEATURES, scores, CLASSES));
    // An object of another type is not a model.
    REFUSED(NOT_INITIALISED, hingeline_model_predict((hingeline_model *)(void *)&first.order, ROWS[0], FEATURES, &predicted));
    // A misaligned pointer is refused, too.
    REFUSED(MISALIGNED, hingeline_model_predict((hingeline_model *)(void *)((char *)&first.model + 1), ROWS[0], FEATURES, &predicted));

    REFUSED(NULL_POINTER, hingeline_model_init(NULL, memory, sizeof memory, CLASSES, FEATURES));
    REFUSED(NULL_POINTER, hingeline_model_init(&never, NULL, sizeof memory, CLASSES, FEATURES));
    REFUSED(MISALIGNED, hingeline_model_init(&never, (char *)memory + 1, sizeof memory - 4, 2, 1));
    REFUSED(WRONG_SIZE, hingeline_model_init(&never, memory, hingeline_model_bytes(CLASSES, FEATURES) - 1, CLASSES, FEATURES));
    REFUSED(INVALID_SHAPE, hingeline_model_init(&never, memory, sizeof memory, 1, FEATURES));
    REFUSED(INVALID_SHAPE, hingeline_model_init(&never, memory, sizeof memory, CLASSES, 0));
    REFUSED(WRONG_SIZE, hingeline_model_init(&never, memory, sizeof memory, SIZE_MAX / 2, SIZE_MAX / 2));
    REFUSED(NOT_INITIALISED, hingeline_model_predict(&never, ROWS[0], FEATURES, &predicted));
    MUST(hingeline_model_bytes(CLASSES, FEATURES) <= HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
    MUST(hingeline_model_bytes(SIZE_MAX, SIZE_MAX) == SIZE_MAX);
    MUST(hingeline_integer_model_bytes(CLASSES, FEATURES) == HINGELINE_INTEGER_MODEL_BYTES(CLASSES, FEATURES));

    // An odd number of weights of 16 bits fits too.
    static hingeline_integer_model odd;
    static HINGELINE_MEMORY(odd_memory, HINGELINE_INTEGER_MODEL_BYTES(3, 3));
    MUST(hingeline_integer_model_bytes(3, 3) == HINGELINE_INTEGER_MODEL_BYTES(3, 3));
    MUST(hingeline_integer_model_bytes(SIZE_MAX, 2) == SIZE_MAX);
    OK(hingeline_integer_model_init(&odd, odd_memory, sizeof odd_memory, 3, 3));
    MUST(hingeline_integer_model_classes(&odd) == 3 && hingeline_integer_model_features(&odd) == 3);

    REFUSED(NOT_INITIALISED, hingeline_model_copy(&first.model, &never));
    REFUSED(OVERLAP, hingeline_model_copy(&first.model, &first.model));
}

static void arrays_are_checked(void) {
    float scores[CLASSES];
    float row[FEATURES + 1] = {0};
    size_t predicted;
    hingeline_decision decision;
    uint64_t before = hingeline_model_checksum(&first.model);
    REFUSED(NULL_POINTER, hingeline_model_scores(&first.model, NULL, FEATURES, scores, CLASSES));
    REFUSED(NULL_POINTER, hingeline_model_scores(&first.model, ROWS[0], FEATURES, NULL, CLASSES));
    REFUSED(NULL_POINTER, hingeline_model_predict(&first.model, ROWS[0], FEATURES, NULL));
    REFUSED(NULL_POINTER, hingeline_model_decide(&first.model, ROWS[0], FEATURES, NULL));
    REFUSED(MISALIGNED, hingeline_model_scores(&first.model, (float *)(void *)((char *)row + 1), FEATURES, scores, CLASSES));
    REFUSED(WRONG_SIZE, hingeline_model_scores(&first.model, ROWS[0], SIZE_MAX, scores, CLASSES));
    REFUSED(SHAPE_MISMATCH, hingeline_model_scores(&first.model, ROWS[0], FEATURES - 1, scores, CLASSES));
    REFUSED(SHAPE_MISMATCH, hingeline_model_scores(&first.model, ROWS[0], FEATURES, scores, CLASSES - 1));
    REFUSED(OVERLAP, hingeline_model_scores(&first.model, row, FEATURES, row + 1, CLASSES));
    REFUSED(NON_FINITE_SCORE, hingeline_model_predict(&first.model, NOT_A_NUMBER, FEATURES, &predicted));
    REFUSED(NON_FINITE_SCORE, hingeline_model_decide(&first.model, NOT_A_NUMBER, FEATURES, &decision));
    REFUSED(SHAPE_MISMATCH, hingeline_model_load(&first.model, ROWS[0], 5, ROWS[0], CLASSES, 1, 0));
    REFUSED(NON_FINITE_MODEL, hingeline_model_load(&first.model, ROWS[0], CLASSES * FEATURES, NOT_A_NUMBER, CLASSES, 1, 0));
    REFUSED(OVERLAP, hingeline_model_load(&first.model, hingeline_model_weights(&first.model), CLASSES * FEATURES, ROWS[0], CLASSES, 1, 0));
    REFUSED(OVERLAP, hingeline_model_load(&first.model, ROWS[0], CLASSES * FEATURES, hingeline_model_bias(&first.model), CLASSES, 1, 0));
    REFUSED(NULL_POINTER, hingeline_model_scale(&first.model, NULL, row));
    REFUSED(INVALID_SCALE, hingeline_model_load(&first.model, ROWS[0], CLASSES * FEATURES, ROWS[0], CLASSES, 0, 0));
    MUST(hingeline_model_checksum(&first.model) == before);
}

static void steps_are_checked(void) {
    uint64_t before = hingeline_model_checksum(&first.model);
    uint64_t steps = hingeline_sgd_steps(&first.sgd);
    hingeline_step_report step = {0};
    REFUSED(LABEL_OUT_OF_RANGE, hingeline_sgd_step(&first.sgd, &first.model, ROWS[0], FEATURES, CLASSES, 1, &step));
    REFUSED(NON_FINITE_SCORE, hingeline_sgd_step(&first.sgd, &first.model, NOT_A_NUMBER, FEATURES, 0, 1, NULL));
    REFUSED(INVALID_WEIGHT, hingeline_sgd_step(&first.sgd, &first.model, ROWS[0], FEATURES, 0, -1, NULL));
    REFUSED(SHAPE_MISMATCH, hingeline_sgd_step(&first.sgd, &first.model, ROWS[0], FEATURES - 1, 0, 1, NULL));
    REFUSED(MISALIGNED, hingeline_sgd_step(&first.sgd, &first.model, ROWS[0], FEATURES, 0, 1, (hingeline_step_report *)(void *)((char *)&step + 1)));
    REFUSED(NULL_POINTER, hingeline_sgd_step(NULL, &first.model, ROWS[0], FEATURES, 0, 1, NULL));
    REFUSED(INVALID_LEARNING_RATE, hingeline_sgd_init(&first.sgd, 1, 0, 0, 0));
    REFUSED(L2_TOO_STRONG, hingeline_sgd_set_rate(&first.sgd, 1000, 0));
    MUST(hingeline_model_checksum(&first.model) == before && hingeline_sgd_steps(&first.sgd) == steps);

    // An epoch stops at the sample at fault, and the steps before it stand.
    static float rows[SAMPLES][FEATURES];
    for (int sample = 0; sample < SAMPLES; sample++) {
        for (int feature = 0; feature < FEATURES; feature++) {
            rows[sample][feature] = ROWS[sample][feature];
        }
    }
    size_t last = hingeline_order_index(&first.order);
    rows[last][0] = NOT_A_NUMBER[2];
    hingeline_samples samples = {.count = SAMPLES, .features = FEATURES, .rows = rows[0], .labels = LABELS};
    hingeline_epoch_report epoch;
    REFUSED(NON_FINITE_SCORE, hingeline_sgd_epoch(&first.sgd, &first.model, &samples, &first.order, &epoch));
    MUST(epoch.stopped_at == last && epoch.steps == 0 && hingeline_model_checksum(&first.model) == before);
    samples.count = SAMPLES - 1;
    REFUSED(SHAPE_MISMATCH, hingeline_sgd_epoch(&first.sgd, &first.model, &samples, &first.order, NULL));
    samples.labels = NULL;
    REFUSED(NULL_POINTER, hingeline_sgd_epoch(&first.sgd, &first.model, &samples, &first.order, NULL));
    samples.rows = NULL;
    REFUSED(NULL_POINTER, hingeline_sgd_epoch(&first.sgd, &first.model, &samples, &first.order, NULL));
    REFUSED(NULL_POINTER, hingeline_sgd_epoch(&first.sgd, &first.model, NULL, &first.order, NULL));
}

static void a_model_goes_in_and_out(void) {
    init(&first);
    init(&second);
    for (int step = 0; step < 20; step++) {
        OK(hingeline_sgd_step(&first.sgd, &first.model, ROWS[step % SAMPLES], FEATURES, LABELS[step % SAMPLES], 1, NULL));
    }
    OK(hingeline_sgd_fold(&first.sgd, &first.model));
    float scale, carry;
    OK(hingeline_model_scale(&first.model, &scale, &carry));
    MUST(hingeline_model_classes(&first.model) == CLASSES && hingeline_model_features(&first.model) == FEATURES);
    OK(hingeline_model_load(&second.model, hingeline_model_weights(&first.model), CLASSES * FEATURES, hingeline_model_bias(&first.model), CLASSES, scale, carry));
    MUST(hingeline_model_checksum(&second.model) == hingeline_model_checksum(&first.model));
    init(&second);
    OK(hingeline_model_copy(&second.model, &first.model));
    MUST(hingeline_model_checksum(&second.model) == hingeline_model_checksum(&first.model));
    hingeline_decision decision;
    size_t predicted;
    OK(hingeline_model_decide(&second.model, ROWS[1], FEATURES, &decision));
    OK(hingeline_model_predict(&second.model, ROWS[1], FEATURES, &predicted));
    MUST(decision.predicted == predicted && decision.runner_up != predicted && decision.gap > 0);
    size_t before = hingeline_order_position(&first.order);
    OK(hingeline_order_skip(&first.order));
    MUST(hingeline_order_position(&first.order) == before + 1 && hingeline_order_samples(&first.order) == SAMPLES);

    OK(hingeline_integer_model_quantise(&first.integer_model, &first.model));
    uint32_t bits = hingeline_integer_model_fraction_bits(&first.integer_model);
    OK(hingeline_integer_model_load(&second.integer_model, hingeline_integer_model_weights(&first.integer_model), CLASSES * FEATURES, hingeline_integer_model_bias(&first.integer_model), CLASSES, bits));
    MUST(hingeline_integer_model_checksum(&second.integer_model) == hingeline_integer_model_checksum(&first.integer_model));
    REFUSED(OVERLAP, hingeline_integer_model_load(&first.integer_model, hingeline_integer_model_weights(&first.integer_model), CLASSES * FEATURES, hingeline_integer_model_bias(&second.integer_model), CLASSES, bits));
    REFUSED(INVALID_SCALE, hingeline_integer_model_load(&first.integer_model, hingeline_integer_model_weights(&second.integer_model), CLASSES * FEATURES, hingeline_integer_model_bias(&second.integer_model), CLASSES, 256 + bits));
    init(&second);
    OK(hingeline_integer_model_copy(&second.integer_model, &first.integer_model));
    MUST(hingeline_integer_model_checksum(&second.integer_model) == hingeline_integer_model_checksum(&first.integer_model));
}

// ---- callbacks

static hingeline_status within;

static int read_row(void *context, size_t index, float *x, size_t features) {
    (void)context;
    for (size_t feature = 0; feature < features; feature++) {
        x[feature] = ROWS[index][feature];
    }
    return LABELS[index];
}

// Calls the library with the objects that are in use, also to initialise them again.
static int read_and_predict(void *context, size_t index, float *x, size_t features) {
    size_t predicted;
    within = hingeline_model_predict(&first.model, x, features, &predicted);
    REFUSED(IN_USE, hingeline_model_init(&first.model, first.model_memory, sizeof first.model_memory, CLASSES, FEATURES));
    REFUSED(IN_USE, hingeline_sgd_init(&first.sgd, 1, 0, 1, 0));
    REFUSED(IN_USE, hingeline_order_init(&first.order, SAMPLES, SEED, 4));
    REFUSED(IN_USE, hingeline_order_skip(&first.order));
    return read_row(context, index, x, features);
}

static int read_nothing(void *context, size_t index, float *x, size_t features) {
    (void)context, (void)index, (void)x, (void)features;
    return -1;
}

static float half(void *context, size_t index) {
    (void)context, (void)index;
    return 0.5f;
}

static void callbacks_and_arrays_are_the_same(void) {
    static float buffer[FEATURES];
    hingeline_samples rows = arrays();
    hingeline_samples called = {.count = SAMPLES, .features = FEATURES, .read = read_row, .buffer = buffer};
    hingeline_epoch_report epoch;
    init(&first);
    init(&second);
    for (int times = 0; times < 3; times++) {
        OK(hingeline_sgd_epoch(&first.sgd, &first.model, &rows, &first.order, &epoch));
        MUST(epoch.steps == SAMPLES && epoch.stopped_at == SIZE_MAX);
        // The other learner makes the same steps one by one.
        for (int step = 0; step < SAMPLES; step++) {
            OK(hingeline_sgd_step_next(&second.sgd, &second.model, &called, &second.order, NULL));
        }
    }
    MUST(hingeline_model_checksum(&first.model) == hingeline_model_checksum(&second.model));
    MUST(hingeline_order_epoch(&first.order) == 3 && hingeline_order_position(&second.order) == 0);

    hingeline_evaluation evaluation;
    uint32_t confusion[CLASSES * CLASSES];
    OK(hingeline_sgd_evaluate(&first.sgd, &first.model, &rows, &evaluation));
    OK(hingeline_model_confusion(&first.model, &called, confusion, CLASSES * CLASSES));
    MUST(evaluation.samples == SAMPLES && evaluation.correct == confusion[0] + confusion[4] + confusion[8]);
    REFUSED(SHAPE_MISMATCH, hingeline_model_confusion(&first.model, &called, confusion, CLASSES));

    // Weights count, so a set with half the weights is a different set.
    rows.weight = half;
    OK(hingeline_sgd_epoch(&first.sgd, &first.model, &rows, &first.order, NULL));
    OK(hingeline_sgd_epoch(&second.sgd, &second.model, &called, &second.order, NULL));
    MUST(hingeline_model_checksum(&first.model) != hingeline_model_checksum(&second.model));

    uint64_t before = hingeline_model_checksum(&first.model);
    called.read = read_nothing;
    REFUSED(UNREADABLE, hingeline_sgd_epoch(&first.sgd, &first.model, &called, &first.order, NULL));
    MUST(hingeline_model_checksum(&first.model) == before);
    called.read = read_and_predict;
    OK(hingeline_sgd_epoch(&first.sgd, &first.model, &called, &first.order, NULL));
    MUST(within == HINGELINE_IN_USE);
    // And it is free again.
    size_t predicted;
    OK(hingeline_model_predict(&first.model, ROWS[1], FEATURES, &predicted));
}

// ---- the parts

static void scales_of_floats(void) {
    init(&first);
    float x[FEATURES] = {1, 2, 3, 4};
    REFUSED(EMPTY_SET, hingeline_moments_freeze(&first.moments, &first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, 0));
    for (int sample = 0; sample < SAMPLES; sample++) {
        OK(hingeline_moments_observe(&first.moments, ROWS[sample], FEATURES));
    }
    REFUSED(NON_FINITE_FEATURE, hingeline_moments_observe(&first.moments, NOT_A_NUMBER, FEATURES));
    REFUSED(SHAPE_MISMATCH, hingeline_moments_observe(&first.moments, x, FEATURES - 1));
    MUST(hingeline_moments_count(&first.moments) == SAMPLES);
    REFUSED(WRONG_SIZE, hingeline_moments_freeze(&first.moments, &first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory - 1, 0));
    OK(hingeline_moments_freeze(&first.moments, &first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, 2.5f));
    x[0] = 1e30f;
    OK(hingeline_standardiser_apply(&first.standardiser, x, FEATURES));
    MUST(x[0] == 2.5f);
    // An invalid limit leaves the standardiser as it is, and so do invalid factors and overlapping memory.
    REFUSED(INVALID_LIMIT, hingeline_moments_freeze(&first.moments, &first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, -1));
    REFUSED(INVALID_LIMIT, hingeline_standardiser_init(&first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, ROWS[0], ROWS[1], FEATURES, NOT_A_NUMBER[2]));
    REFUSED(INVALID_SCALING, hingeline_standardiser_init(&first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, ROWS[0], NOT_A_NUMBER, FEATURES, 0));
    REFUSED(OVERLAP, hingeline_standardiser_init(&first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, (float *)first.standardiser_memory, ROWS[1], FEATURES, 0));
    REFUSED(OVERLAP, hingeline_moments_freeze(&first.moments, &first.standardiser, first.moments_memory, sizeof first.moments_memory, 0));
    x[0] = 1e30f;
    OK(hingeline_standardiser_apply(&first.standardiser, x, FEATURES));
    MUST(x[0] == 2.5f && hingeline_standardiser_mean(&first.standardiser)[0] == hingeline_moments_mean(&first.moments)[0]);
    MUST(hingeline_standardiser_factor(&first.standardiser)[0] > 1);
    OK(hingeline_standardiser_init(&second.standardiser, second.standardiser_memory, sizeof second.standardiser_memory, ROWS[0], ROWS[1], FEATURES, 0));
    x[1] = 5;
    OK(hingeline_standardiser_apply(&second.standardiser, x, FEATURES));
    MUST(x[1] == 5);
    REFUSED(NOT_LINEAR, hingeline_standardiser_fold(&first.standardiser, &first.model));
    OK(hingeline_moments_freeze(&first.moments, &first.standardiser, first.standardiser_memory, sizeof first.standardiser_memory, 0));
    OK(hingeline_standardiser_fold(&first.standardiser, &first.model));
}

static void integers(void) {
    static const uint8_t rows[4][2] = {{10, 200}, {20, 190}, {180, 30}, {170, 15}};
    static const uint8_t labels[4] = {0, 0, 1, 1};
    static hingeline_integer_model model;
    static HINGELINE_MEMORY(memory, HINGELINE_INTEGER_MODEL_BYTES(2, 2));
    static hingeline_integer_sgd sgd;
    static hingeline_integer_moments moments;
    static HINGELINE_MEMORY(sums, HINGELINE_INTEGER_MOMENTS_BYTES(2));
    static hingeline_input_scale scales[2];
    static hingeline_order order;
    static int16_t inputs[2];
    REFUSED(INVALID_SCALING, hingeline_integer_moments_init(&moments, sums, sizeof sums, 2, 3));
    OK(hingeline_integer_moments_init(&moments, sums, sizeof sums, 2, HINGELINE_U8));
    for (int sample = 0; sample < 4; sample++) {
        OK(hingeline_integer_moments_observe(&moments, rows[sample], 2));
    }
    OK(hingeline_integer_moments_freeze(&moments, scales, 2));
    OK(hingeline_integer_model_init(&model, memory, sizeof memory, 2, 2));
    OK(hingeline_integer_sgd_init(&sgd, HINGELINE_INTEGER_MARGIN(1.0), HINGELINE_INTEGER_L2(1e-4), 6, 13, 12));
    OK(hingeline_order_init(&order, 4, SEED, 4));
    hingeline_integer_samples samples = {.count = 4, .features = 2, .format = HINGELINE_U8, .rows = rows, .labels = labels, .scales = scales, .inputs = inputs};
    hingeline_integer_epoch_report epoch;
    for (int times = 0; times < 20; times++) {
        OK(hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, &epoch));
    }
    hingeline_integer_evaluation evaluation;
    OK(hingeline_integer_sgd_evaluate(&sgd, &model, &samples, &evaluation));
    MUST(evaluation.correct == 4 && hingeline_integer_sgd_steps(&sgd) == 80);

    uint32_t clamped = 7;
    size_t predicted;
    int32_t scores[2];
    OK(hingeline_integer_inputs(scales, rows[2], HINGELINE_U8, inputs, 2, &clamped));
    MUST(clamped == 0);
    OK(hingeline_integer_model_predict(&model, inputs, 2, &predicted));
    MUST(predicted == 1);
    OK(hingeline_integer_model_scores(&model, inputs, 2, scores, 2));
    MUST(scores[1] > scores[0]);
    inputs[0] = 128;
    uint64_t before = hingeline_integer_model_checksum(&model);
    REFUSED(FEATURE_TOO_LARGE, hingeline_integer_sgd_step(&sgd, &model, inputs, 2, 0, NULL));
    inputs[0] = 0;
    REFUSED(LABEL_OUT_OF_RANGE, hingeline_integer_sgd_step(&sgd, &model, inputs, 2, 2, NULL));
    REFUSED(SHAPE_MISMATCH, hingeline_integer_sgd_step(&sgd, &model, inputs, 1, 0, NULL));
    samples.format = 5;
    REFUSED(INVALID_SCALING, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    samples.format = HINGELINE_I16;
    samples.rows = (const char *)rows + 1;
    REFUSED(MISALIGNED, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    samples.rows = inputs;
    REFUSED(OVERLAP, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    samples.rows = NULL;
    REFUSED(NULL_POINTER, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    samples.buffer = (char *)sums + 1;
    REFUSED(MISALIGNED, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    samples.buffer = inputs;
    REFUSED(OVERLAP, hingeline_integer_sgd_epoch(&sgd, &model, &samples, &order, NULL));
    MUST(hingeline_integer_model_checksum(&model) == before);
    // One step of the order, from arrays.
    samples.format = HINGELINE_U8;
    samples.rows = rows;
    hingeline_integer_step_report step;
    OK(hingeline_integer_sgd_step_next(&sgd, &model, &samples, &order, &step));
    MUST(step.rate_exponent == 6 && hingeline_integer_sgd_steps(&sgd) == 81);
    REFUSED(INVALID_SCHEDULE, hingeline_integer_sgd_init(&sgd, HINGELINE_INTEGER_MARGIN(1.0), 0, 6, 3000, 12));
    REFUSED(INVALID_MARGIN, hingeline_integer_sgd_init(&sgd, HINGELINE_INTEGER_MARGIN(1025), 0, 6, 13, 12));
    // The numbers that Rust computes from these.
    MUST(HINGELINE_INTEGER_MARGIN(0.3) == 19661 && HINGELINE_INTEGER_L2(1e-4) == 858993 && HINGELINE_INTEGER_L2(0.25) == 2147483648);

    // Raw values of the other formats.
    static const int8_t low[2] = {-3, 5};
    static const int16_t high[4] = {-300, 500, 300, -500};
    OK(hingeline_integer_moments_init(&moments, sums, sizeof sums, 2, HINGELINE_I16));
    OK(hingeline_integer_moments_observe(&moments, high, 2));
    OK(hingeline_integer_moments_observe(&moments, high + 2, 2));
    MUST(hingeline_integer_moments_count(&moments) == 2);
    OK(hingeline_integer_moments_freeze(&moments, scales, 2));
    OK(hingeline_integer_inputs(scales, high, HINGELINE_I16, inputs, 2, NULL));
    MUST(inputs[0] == -32 && inputs[1] == 32);
    int16_t shared[6] = {0};
    REFUSED(OVERLAP, hingeline_integer_inputs(scales, shared, HINGELINE_I16, shared + 1, 2, NULL));
    REFUSED(MISALIGNED, hingeline_integer_inputs(scales, (char *)shared + 1, HINGELINE_I16, inputs, 2, NULL));
    OK(hingeline_integer_moments_init(&moments, sums, sizeof sums, 2, HINGELINE_I8));
    OK(hingeline_integer_moments_observe(&moments, low, 2));
    OK(hingeline_integer_moments_freeze(&moments, scales, 2));
    OK(hingeline_integer_inputs(scales, low, HINGELINE_I8, inputs, 2, NULL));
    MUST(inputs[0] == 0);
    static const hingeline_input_scale made[2] = {HINGELINE_INPUT_SCALE(100, 2048), HINGELINE_INPUT_SCALE(-7, 16384)};
    OK(hingeline_integer_inputs(made, rows[0], HINGELINE_U8, inputs, 1, &clamped));
    MUST(inputs[0] == -128 && clamped == 1);
    REFUSED(INVALID_SCALING, hingeline_integer_inputs(made, rows[0], HINGELINE_U8, inputs, 2, NULL));

    // A model in binary32, converted to integers.
    init(&first);
    OK(hingeline_sgd_step(&first.sgd, &first.model, ROWS[0], FEATURES, 0, 1, NULL));
    OK(hingeline_integer_model_quantise(&first.integer_model, &first.model));
    MUST(hingeline_integer_model_weights(&first.integer_model)[0] > 0);
    REFUSED(SHAPE_MISMATCH, hingeline_integer_model_quantise(&model, &first.model));
}

// ---- records

static uint8_t record[1024], pieces[1024];
static size_t written;

static int take(void *context, const uint8_t *bytes, size_t len) {
    (void)context;
    for (size_t byte = 0; byte < len; byte++) {
        pieces[written++] = bytes[byte];
    }
    return 0;
}

static int give(void *context, size_t offset, uint8_t *bytes, size_t len) {
    (void)context;
    size_t given = 0;
    // At most seven bytes at a time.
    while (given < len && given < 7 && offset + given < written) {
        bytes[given] = pieces[offset + given];
        given++;
    }
    return (int32_t)given;
}

static int refuse(void *context, const uint8_t *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return 1;
}

// Whether the state encodes to these bytes.
static bool is_as(const hingeline_state *state, const uint8_t *bytes, size_t len) {
    static uint8_t now[1024];
    size_t written = 0;
    OK(hingeline_encode(state, now, sizeof now, &written));
    bool same = written == len;
    for (size_t byte = 0; byte < len; byte++) {
        same = same && now[byte] == bytes[byte];
    }
    return same;
}

// Puts every part into a state that only training leaves, different for each learner.
static void train(learner *own, int steps) {
    hingeline_samples rows = arrays();
    init(own);
    OK(hingeline_sgd_epoch(&own->sgd, &own->model, &rows, &own->order, NULL));
    for (int step = 0; step < steps; step++) {
        OK(hingeline_sgd_step_next(&own->sgd, &own->model, &rows, &own->order, NULL));
        OK(hingeline_moments_observe(&own->moments, ROWS[step], FEATURES));
        own->scales[step].halves = (uint32_t)(1000 * steps + step);
    }
    OK(hingeline_moments_freeze(&own->moments, &own->standardiser, own->standardiser_memory, sizeof own->standardiser_memory, (float)steps));
    OK(hingeline_integer_model_quantise(&own->integer_model, &own->model));
    static const int16_t inputs[FEATURES] = {1, 2, 3, 4};
    OK(hingeline_integer_sgd_step(&own->integer_sgd, &own->integer_model, inputs, FEATURES, 1, NULL));
}

static uint64_t checksum_of(learner *own) {
    return hingeline_model_checksum(&own->model) ^ hingeline_sgd_steps(&own->sgd) ^ hingeline_integer_model_checksum(&own->integer_model) ^
           hingeline_order_index(&own->order) ^ (uint64_t)hingeline_moments_count(&own->moments) << 32;
}

static void records(void) {
    hingeline_samples rows = arrays();
    train(&first, 1);
    train(&second, 3);
    hingeline_state own = state_of(&first), other = state_of(&second);
    size_t len, wanted;
    OK(hingeline_record_bytes(&own, &wanted));
    OK(hingeline_encode(&own, record, sizeof record, &len));
    MUST(len == wanted);
    REFUSED(BUFFER_TOO_SMALL, hingeline_encode(&own, record, len - 1, &wanted));
    REFUSED(NULL_POINTER, hingeline_encode(&own, record, len, NULL));
    OK(hingeline_encode(&own, record, len, &len));

    // A refused record changes no byte of objects that are in another state.
    static uint8_t before[1024];
    OK(hingeline_encode(&other, before, sizeof before, &len));
    for (size_t byte = 0; byte < len; byte++) {
        record[byte] ^= 0x10;
        MUST(hingeline_decode(&other, record, len) != HINGELINE_OK && is_as(&other, before, len));
        record[byte] ^= 0x10;
    }
    REFUSED(TRUNCATED, hingeline_decode(&other, record, len - 1));
    other.order = NULL;
    REFUSED(OTHER_KIND, hingeline_decode(&other, record, len));
    other.order = &second.order;
    MUST(is_as(&other, before, len));
    OK(hingeline_decode(&other, record, len));
    MUST(is_as(&other, record, len) && checksum_of(&second) == checksum_of(&first));

    // Both continue in the same way.
    OK(hingeline_sgd_epoch(&first.sgd, &first.model, &rows, &first.order, NULL));
    OK(hingeline_sgd_epoch(&second.sgd, &second.model, &rows, &second.order, NULL));
    MUST(checksum_of(&second) == checksum_of(&first));

    written = 0;
    OK(hingeline_encode_to(&own, take, NULL));
    MUST(written == len);
    train(&second, 2);
    OK(hingeline_decode_from(&other, give, NULL));
    MUST(checksum_of(&second) == checksum_of(&first) && is_as(&other, pieces, len));
    REFUSED(CALLBACK_FAILED, hingeline_encode_to(&own, refuse, NULL));
    REFUSED(NULL_POINTER, hingeline_encode_to(&own, NULL, NULL));
    REFUSED(NULL_POINTER, hingeline_record_bytes(NULL, &len));
    // An empty state is refused, and so is an invalid scale: a record with it could not be read.
    hingeline_state nothing = {0};
    REFUSED(NULL_POINTER, hingeline_encode(&nothing, record, sizeof record, &len));
    first.scales[0].halves = 0x40000000;
    REFUSED(INVALID_SCALING, hingeline_encode(&own, record, sizeof record, &len));
}

// ---- checkpoints

enum { SECTOR = 1024, SECTORS = 4 };
static uint8_t flash[SECTORS * SECTOR];
// The number of writes until the power fails.
static uint32_t power = UINT32_MAX;

static int flash_read(void *context, uint32_t offset, uint8_t *bytes, size_t len) {
    (void)context;
    for (size_t byte = 0; byte < len; byte++) {
        bytes[byte] = flash[offset + byte];
    }
    return 0;
}

static int flash_write(void *context, uint32_t offset, const uint8_t *bytes, size_t len) {
    (void)context;
    for (size_t byte = 0; byte < len; byte++) {
        if (byte % 4 == 0 && (power == 0 || power-- == 0)) {
            power = 0;
            return 1;
        }
        flash[offset + byte] &= bytes[byte];
    }
    return 0;
}

static int flash_erase(void *context, uint32_t offset, size_t len) {
    (void)context;
    for (size_t byte = 0; byte < len; byte++) {
        // The power may fail in the middle.
        if (power == 0 || (byte % 64 == 0 && power-- == 0)) {
            power = 0;
            return 1;
        }
        flash[offset + byte] = 0xff;
    }
    return 0;
}

static void checkpoints(void) {
    static const hingeline_flash driver = {
        .read_size = 1,
        .write_size = 4,
        .erase_size = SECTOR,
        .capacity = sizeof flash,
        .read = flash_read,
        .write = flash_write,
        .erase = flash_erase,
    };
    static hingeline_checkpoints saved;
    hingeline_samples rows = arrays();
    init(&first);
    hingeline_state own = state_of(&first), other = state_of(&second);
    hingeline_flash unfit = driver;
    unfit.erase_size = 0;
    REFUSED(UNSUITABLE_FLASH, hingeline_checkpoints_open(&saved, &unfit, 0, sizeof flash));
    unfit.erase = NULL;
    REFUSED(NULL_POINTER, hingeline_checkpoints_open(&saved, &unfit, 0, sizeof flash));
    REFUSED(UNSUITABLE_FLASH, hingeline_checkpoints_open(&saved, &driver, 0, sizeof flash - 4));
    REFUSED(NOT_INITIALISED, hingeline_checkpoints_save(&saved, &own, NULL));

    OK(hingeline_checkpoints_open(&saved, &driver, 0, sizeof flash));
    OK(hingeline_checkpoints_clear(&saved));
    REFUSED(NO_CHECKPOINT, hingeline_checkpoints_load(&saved, &own, NULL));
    MUST(hingeline_checkpoints_newest(&saved) == 0);

    // The power fails at a different write each time; the state that is found is the one before or the one after.
    uint64_t last = 0;
    uint32_t number = 0, found = 0;
    for (uint32_t cut = 1; cut < 400; cut += 7) {
        OK(hingeline_sgd_step_next(&first.sgd, &first.model, &rows, &first.order, NULL));
        power = cut;
        bool whole = hingeline_checkpoints_save(&saved, &own, &number) == HINGELINE_OK;
        power = UINT32_MAX;
        // The next start.
        OK(hingeline_checkpoints_open(&saved, &driver, 0, sizeof flash));
        init(&second);
        hingeline_status status = hingeline_checkpoints_load(&saved, &other, &found);
        if (whole) {
            MUST(status == HINGELINE_OK && found == number && checksum_of(&second) == checksum_of(&first));
        } else if (status == HINGELINE_OK) {
            MUST(checksum_of(&second) == last || checksum_of(&second) == checksum_of(&first));
        } else {
            MUST(status == HINGELINE_NO_CHECKPOINT && last == 0);
        }
        if (status == HINGELINE_OK) {
            last = checksum_of(&second);
        }
    }
    MUST(found > 0 && hingeline_checkpoints_newest(&saved) == found);
    bool due;
    OK(hingeline_checkpoints_prepare(&saved));
    OK(hingeline_checkpoints_is_erase_due(&saved, &own, &due));
    MUST(!due);
    uint32_t each;
    OK(hingeline_checkpoints_saves_per_erase(&saved, &own, &each));
    MUST(each >= 1);
}

static bool same(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

int main(void) {
    MUST(same(hingeline_status_name(HINGELINE_OK), "HINGELINE_OK"));
    MUST(same(hingeline_status_name(HINGELINE_IN_USE), "HINGELINE_IN_USE"));
    MUST(same(hingeline_status_name(-5), "HINGELINE_UNKNOWN"));
    MUST(same(hingeline_version(), HINGELINE_VERSION));
    init(&first);
    what_is_no_object_is_refused();
    arrays_are_checked();
    steps_are_checked();
    a_model_goes_in_and_out();
    callbacks_and_arrays_are_the_same();
    scales_of_floats();
    integers();
    records();
    checkpoints();
    board_print("as promised\n");
    board_exit(true);
}
