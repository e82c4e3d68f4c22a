// The cost of a score and of a step. Each function is called once, so that a tool can count the instructions between
// its entry and its return, and add up the flash that the functions take with everything that they call.
#include "board.h"
#include "hingeline.h"

enum { CLASSES = 10, FEATURES = 64, VIOLATIONS = 3 };

static hingeline_model model;
static HINGELINE_MEMORY(memory, HINGELINE_MODEL_BYTES(CLASSES, FEATURES));
static hingeline_sgd sgd;
static float x[FEATURES], scores[CLASSES], weights[CLASSES * FEATURES];

// The classes 1 to 3 are within the margin of class 0, and the others are not.
static const float bias[CLASSES] = {5.0f, 4.5f, 4.75f, 4.25f};

__attribute__((noinline)) static hingeline_status init(void) {
    hingeline_status status = hingeline_model_init(&model, memory, sizeof memory, CLASSES, FEATURES);
    return status != HINGELINE_OK ? status : hingeline_sgd_init(&sgd, 1.0f, 1e-3f, 0.01f, 1e-4f);
}

__attribute__((noinline)) static hingeline_status score(void) {
    return hingeline_model_scores(&model, x, FEATURES, scores, CLASSES);
}

__attribute__((noinline)) static hingeline_status step(hingeline_step_report *report) {
    return hingeline_sgd_step(&sgd, &model, x, FEATURES, 0, 1.0f, report);
}

int main(void) {
    for (int feature = 0; feature < FEATURES; feature++) {
        x[feature] = (float)(37 * feature % 64) / 64.0f;
    }
    for (int index = 0; index < CLASSES * FEATURES; index++) {
        weights[index] = 1e-3f;
    }
    hingeline_step_report made = {0};
    bool well = init() == HINGELINE_OK &&
                hingeline_model_load(&model, weights, CLASSES * FEATURES, bias, CLASSES, 1.0f, 0.0f) == HINGELINE_OK &&
                score() == HINGELINE_OK && step(&made) == HINGELINE_OK && made.violations == VIOLATIONS;
    board_print("model ");
    board_print_number(sizeof model + (uint32_t)hingeline_model_bytes(CLASSES, FEATURES));
    board_print(" optimiser ");
    board_print_number(sizeof sgd);
    board_print(" checksum ");
    board_print_hex(hingeline_model_checksum(&model));
    board_print("\n");
    board_exit(well);
}
