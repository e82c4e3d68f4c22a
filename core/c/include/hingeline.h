// hingeline: multiclass linear support vector machines that train and run on microcontrollers. No allocation, no panic, and the same bits
// on every target.
//
// Made of the source by cbindgen; do not edit.
//
// What holds for every function:
// - Objects (hingeline_model, hingeline_sgd and so on) are structures that the caller declares and the library fills. An object stays where it was
//   initialised, and so does the memory that was lent to it: a copy is refused as HINGELINE_NOT_INITIALISED.
// - NULL, a misaligned pointer, an object that was not initialised and memory that is too small are refused. That a pointer that is none of these
//   points to as much as the length beside it says is the caller's promise.
// - A refusal changes nothing.
// - One call at a time uses an object; two calls may use two objects at once, also from interrupts.
// - Callbacks must not use the objects of the call that calls them: that is refused as HINGELINE_IN_USE.

#ifndef HINGELINE_H
#define HINGELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The bytes of memory of a model of a shape, at most: hingeline_model_bytes tells how many of them are used. For static buffers.
#if UINTPTR_MAX > 0xffffffffu || defined(__wasm__)
#define HINGELINE_MODEL_BYTES(classes, features) (sizeof(float) * (size_t)(classes) * ((size_t)(features) + 10))
#else
#define HINGELINE_MODEL_BYTES(classes, features) (sizeof(float) * (size_t)(classes) * ((size_t)(features) + 5))
#endif
// The bytes of memory of moments.
#define HINGELINE_MOMENTS_BYTES(features) (sizeof(float) * 4 * (size_t)(features))
// The bytes of memory of a standardiser.
#define HINGELINE_STANDARDISER_BYTES(features) (sizeof(float) * 2 * (size_t)(features))
// The bytes of memory of a model in integers, and of its moments.
#define HINGELINE_INTEGER_MODEL_BYTES(classes, features) (8 * (size_t)(classes) + 2 * (size_t)(classes) * (size_t)(features))
#define HINGELINE_INTEGER_MOMENTS_BYTES(features) (16 * (size_t)(features))

// What raw values of integers are.
#define HINGELINE_U8 8
#define HINGELINE_I8 (-8)
#define HINGELINE_I16 (-16)

// A scale of a feature in integers: what becomes 0, and the factor, below 16384. For raw values of 8 bits the factor of a deviation d is
// 8192 / d, for those of 16 bits 131072 / d.
#define HINGELINE_INPUT_SCALE(zero, factor) {(uint32_t)(uint16_t)(int16_t)(zero) | ((uint32_t)(uint16_t)(factor) << 16)}

// A margin and an L2 strength of integers, of constants.
#define HINGELINE_INTEGER_MARGIN(margin) ((uint32_t)((double)(float)(margin) * 65536.0 + 0.5))
#define HINGELINE_INTEGER_L2(l2) ((uint32_t)((double)(float)(l2) * 8589934592.0 + 0.5))

// What every call returns: 0 if all went well, or why it was refused. A refusal changes nothing: model and optimiser are bit for bit as
// before.
//
// The numbers are stable: none is ever given to another refusal.
enum hingeline_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // All went well.
  HINGELINE_OK = 0,
  // A score is NaN or infinite: a feature is, or the scores of these features overflow.
  HINGELINE_NON_FINITE_SCORE = 1,
  // The scores are finite, but the loss of a sample, the sum of those, a coefficient or a slope overflows. Or a loss of the caller's is NaN or infinite.
  HINGELINE_NON_FINITE_LOSS = 2,
  // The weights or the bias that this step, a search or an average arrives at would not be finite.
  HINGELINE_NON_FINITE_STEP = 3,
  // A feature of a sample that was to be kept or observed is NaN, infinite, or too large for moments.
  HINGELINE_NON_FINITE_FEATURE = 4,
  // A feature is larger in magnitude than the limit that the caller set.
  HINGELINE_FEATURE_TOO_LARGE = 5,
  // Weights or biases that were to be loaded, or a direction's elements, are not finite.
  HINGELINE_NON_FINITE_MODEL = 6,
  // A label is not below the number of classes.
  HINGELINE_LABEL_OUT_OF_RANGE = 7,
  // The set has no sample, moments have observed none, or an average has made no step.
  HINGELINE_EMPTY_SET = 8,
  // The set has more samples than an order can count, which is `u32::MAX`.
  HINGELINE_SET_TOO_LARGE = 9,
  // A sample was asked for that the set does not have, or a weight or bias that the model does not have.
  HINGELINE_INDEX_OUT_OF_RANGE = 10,
  // A sample, a buffer, an order or a model has another length or shape than the call wants.
  HINGELINE_SHAPE_MISMATCH = 11,
  // A shape of fewer than two classes, of more than `u32::MAX`, or of no features.
  HINGELINE_INVALID_SHAPE = 12,
  // The scratch of a model of runtime shape is in use: a source of samples, or the callback of `breakpoints`, has called the model that passes over the set.
  HINGELINE_SCRATCH_IN_USE = 13,
  // The source could not deliver a sample, such as a card that was pulled out.
  HINGELINE_UNREADABLE = 14,
  // A weight or a bias that was to be loaded is beyond the bounds within which nothing overflows, of a model in integers.
  HINGELINE_WEIGHT_TOO_LARGE = 15,
  // A number of a model in integers is none of binary32.
  HINGELINE_INEXACT = 16,
  // The weight of a class or of a sample is not a finite number of at least 0, or the power of class weights is not.
  HINGELINE_INVALID_WEIGHT = 17,
  // The precision that a threshold should reach is not above 0 and at most 1.
  HINGELINE_INVALID_PRECISION = 18,
  // The tolerance of an `Adoption` is not at least 0 and below 1.
  HINGELINE_INVALID_TOLERANCE = 19,
  // The margin Δ is not a finite number of at least 0.
  HINGELINE_INVALID_MARGIN = 20,
  // The L2 strength α is not a finite number of at least 0.
  HINGELINE_INVALID_L2 = 21,
  // The learning rate is not a finite number above 0.
  HINGELINE_INVALID_LEARNING_RATE = 22,
  // What makes a learning rate fall is out of range: for a `Schedule` of your own. Those of the crate have an error for each parameter.
  HINGELINE_INVALID_SCHEDULE = 23,
  // The decay of `InverseTime` is not a finite number of at least 0.
  HINGELINE_INVALID_DECAY = 24,
  // The factor of `StepDecay` is not above 0 and at most 1.
  HINGELINE_INVALID_FACTOR = 25,
  // The period of `StepDecay` or the length of `Cosine` is no steps.
  HINGELINE_INVALID_PERIOD = 26,
  // The floor of `Cosine` is not at least 0 and at most the learning rate.
  HINGELINE_INVALID_FLOOR = 27,
  // The L2 strength of `Pegasos` is not a finite number above 0.
  HINGELINE_INVALID_PEGASOS_L2 = 28,
  // The start of `Pegasos` is not a finite number of at least 1.
  HINGELINE_INVALID_START = 29,
  // A mini-batch of no samples.
  HINGELINE_INVALID_BATCH_SIZE = 30,
  // The deviation of a random draw is not a finite number above 0.
  HINGELINE_INVALID_DEVIATION = 31,
  // The step of a finite difference is not a finite number above 0, or it does not lead to two finite weights that differ.
  HINGELINE_INVALID_DIFFERENCE = 32,
  // A span whose ends or their difference are not finite, or of fewer than two numbers.
  HINGELINE_INVALID_SPAN = 33,
  // A coordinate at which the loss was asked for is not finite.
  HINGELINE_INVALID_POINT = 34,
  // The loss falls along the ray as far as binary32 reaches.
  HINGELINE_NO_MINIMUM = 35,
  // A patience of no epochs.
  HINGELINE_INVALID_PATIENCE = 36,
  // A scale or an offset of compact samples, or a mean or a factor of a standardiser, is not finite.
  HINGELINE_INVALID_SCALING = 37,
  // A limit, of features or of a step, is not a finite number above 0.
  HINGELINE_INVALID_LIMIT = 38,
  // A standardiser that clips cannot be folded into a linear model.
  HINGELINE_NOT_LINEAR = 39,
  // The share of a sample in `Moments` is not from 0 to ½.
  HINGELINE_INVALID_SHARE = 40,
  // A scale outside the range that a model keeps it in.
  HINGELINE_INVALID_SCALE = 41,
  // An average takes no more steps: its sum would hardly notice them.
  HINGELINE_AVERAGE_FULL = 42,
  // A saved state that no run of this optimiser can have left behind.
  HINGELINE_INVALID_STATE = 43,
  // `2ηα ≥ 1`: the learning rate times the L2 strength would turn the weights' sign or erase them.
  HINGELINE_L2_TOO_STRONG = 44,
  // The target or the processor lacks the instruction set of this kernel.
  HINGELINE_KERNEL_UNAVAILABLE = 45,
  // The arithmetic of this build, on this processor, is not that of the numeric contract.
  HINGELINE_ARITHMETIC_MISMATCH = 46,
  // The bytes do not begin like a record.
  HINGELINE_NO_RECORD = 128,
  // The record is of a version of the format that this library does not read.
  HINGELINE_UNKNOWN_VERSION = 129,
  // The record holds other objects, or another number of them.
  HINGELINE_OTHER_KIND = 130,
  // The record holds objects of another shape.
  HINGELINE_OTHER_SHAPE = 131,
  // The record is of a loss with other class weights.
  HINGELINE_OTHER_WEIGHTS = 132,
  // The record ends too early.
  HINGELINE_TRUNCATED = 133,
  // The record goes on where it should end, or is too long to be one.
  HINGELINE_RECORD_TOO_LONG = 134,
  // A byte is not what was written: the record is torn or damaged.
  HINGELINE_TORN = 135,
  // The buffer is too small for the record.
  HINGELINE_BUFFER_TOO_SMALL = 136,
  // The source changed while it was read. The objects are as new.
  HINGELINE_CLEARED = 137,
  // A callback of the caller's said that it failed.
  HINGELINE_CALLBACK_FAILED = 138,
  // The range of flash is not two halves that can be erased, or the flash reads or writes more than 64 bytes at once.
  HINGELINE_UNSUITABLE_FLASH = 139,
  // There is no whole record in flash.
  HINGELINE_NO_CHECKPOINT = 140,
  // What was read back from flash is not what was written. The previous record is still there.
  HINGELINE_NOT_AS_WRITTEN = 141,
  // Part of the flash cannot be read, and no whole record was found.
  HINGELINE_FLASH_UNREADABLE = 142,
  // There were 2^32 - 2 saves.
  HINGELINE_OUT_OF_NUMBERS = 143,
  // A pointer that must not be is NULL.
  HINGELINE_NULL_POINTER = 192,
  // A pointer is not aligned to what it points to.
  HINGELINE_MISALIGNED = 193,
  // A size in bytes is too small, or a length is longer than memory.
  HINGELINE_WRONG_SIZE = 194,
  // The object has not been initialised, or it was copied: an object stays where it was initialised.
  HINGELINE_NOT_INITIALISED = 195,
  // A callback used the object that is calling it.
  HINGELINE_IN_USE = 196,
  // Memory that is written overlaps memory that is read.
  HINGELINE_OVERLAP = 197,
  // A refusal that this version of the header has no name for.
  HINGELINE_UNKNOWN = 198,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hingeline_status hingeline_status;
#else
typedef int32_t hingeline_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A linear model: scores `s = W x + b`, with `W = scale * weights`. Its numbers are in memory that the caller lends, of
// HINGELINE_MODEL_BYTES(classes, features) bytes, aligned to a float; weights at a multiple of 64 bytes are fastest.
//
// Like every object here it stays where it was initialised, and a copy of it is refused. One call at a time may use it: an interrupt that
// predicts while the program trains wants a second model, which hingeline_model_copy fills.
typedef struct hingeline_model {
  size_t opaque[12];
} hingeline_model;

// The best class of a sample, the next one, and by how much its score is lower: a small gap is a doubtful answer.
typedef struct hingeline_decision {
  // The class of the highest score; the lowest index wins a tie.
  size_t predicted;
  // The best of the other classes.
  size_t runner_up;
  // The difference of their scores.
  float gap;
} hingeline_decision;

// The running mean and variance of each feature of a stream. In memory that the caller lends, of HINGELINE_MOMENTS_BYTES(features) bytes,
// aligned to a float.
typedef struct hingeline_moments {
  size_t opaque[6];
} hingeline_moments;

// Standardises features: `(x - mean) * factor`, clipped if asked. In memory that the caller lends, of
// HINGELINE_STANDARDISER_BYTES(features) bytes, aligned to a float.
typedef struct hingeline_standardiser {
  size_t opaque[6];
} hingeline_standardiser;

// A shuffled order of a set without an index array, another one in each epoch.
typedef struct hingeline_order {
  uint64_t opaque[12];
} hingeline_order;

// Stochastic gradient descent, one sample a step, on the hinge loss `sum over j != y of max(0, s[j] - s[y] + margin)` with an L2 term
// `l2 * sum of W^2`. The learning rate of step t, counted from 0, is `rate / (1 + decay * t)`.
typedef struct hingeline_sgd {
  uint64_t opaque[4];
} hingeline_sgd;

// What happened in a step.
typedef struct hingeline_step {
  // The sample's loss before the step, times its weight, without the L2 term.
  float loss;
  // The margins that counted; `violations + 1` rows of weights were written, none for 0.
  size_t violations;
  // The learning rate of this step.
  float learning_rate;
  // The scale was folded into the weights: this step wrote all rows.
  bool folded;
} hingeline_step;

// Writes the features of a sample, whose index is below the number of samples, and returns its label; a number below 0 if it cannot be
// read, such as a card that was pulled out. It must not use the objects of the call that asks.
typedef int32_t (*hingeline_read_sample)(void *context, size_t index, float *x, size_t features);

// The weight of a sample, which its loss and its gradient are multiplied by: a finite number of at least 0.
typedef float (*hingeline_sample_weight)(void *context, size_t index);

// A set of samples: either arrays (`rows` and `labels`), or a callback that writes one sample at a time into a buffer of one
// (`read` and `buffer`). What is not used is NULL, so `= {0}` first.
typedef struct hingeline_samples {
  // The number of samples.
  size_t count;
  // The features of each.
  size_t features;
  // The features of all samples, row after row: `count * features` values; or NULL.
  const float *rows;
  // The label of each sample; or NULL.
  const uint8_t *labels;
  // Reads a sample, if `rows` is NULL.
  hingeline_read_sample read;
  // Where `read` writes: `features` values.
  float *buffer;
  // The weight of a sample; NULL for 1.
  hingeline_sample_weight weight;
  // What the callbacks are given.
  void *context;
} hingeline_samples;

// What happened in an epoch, or until it stopped.
typedef struct hingeline_epoch {
  // The steps made.
  uint32_t steps;
  // Those in which no margin counted.
  uint32_t satisfied;
  // Those in which the scale was folded into the weights.
  uint32_t folds;
  // The mean of the steps' losses, each of the model before its step.
  float loss;
  // The index of the sample at which the epoch stopped, if it did; else SIZE_MAX.
  size_t stopped_at;
} hingeline_epoch;

// How good a model is on a set.
typedef struct hingeline_evaluation {
  // The mean loss, without the L2 term.
  float loss;
  // The samples whose label is the predicted class.
  size_t correct;
  // The samples.
  size_t samples;
  // The index of the sample at which it stopped, if it did; else SIZE_MAX.
  size_t stopped_at;
} hingeline_evaluation;

// How the raw values of a feature become inputs, from -128 to 127, of which 32 stand for one deviation: HINGELINE_INPUT_SCALE(zero, factor)
// makes one, and hingeline_integer_moments_freeze learns it. 4 bytes; learnt on a desktop, they lie in flash.
typedef struct hingeline_input_scale {
  // The zero in the lower half, the factor, below 2^14, in the upper one.
  uint32_t halves;
} hingeline_input_scale;

// Means and deviations of raw values by exact sums. In memory that the caller lends, of HINGELINE_INTEGER_MOMENTS_BYTES(features) bytes,
// aligned to 8.
typedef struct hingeline_integer_moments {
  size_t opaque[8];
} hingeline_integer_moments;

// A linear model in integers: weights of 16 bits, biases and scores of 32, for processors without a floating-point unit. Its numbers are in
// memory that the caller lends, of HINGELINE_INTEGER_MODEL_BYTES(classes, features) bytes, aligned to 4. 2 to 1,024 classes, 1 to 4,096
// features.
typedef struct hingeline_integer_model {
  size_t opaque[12];
} hingeline_integer_model;

// Stochastic gradient descent in integers on the hinge loss with an L2 term. The learning rate is a power of two: it begins at 2^-exponent,
// and is halved when 2^period, twice, four times as many steps have been made and so on, down to 2^-last.
typedef struct hingeline_integer_sgd {
  uint64_t opaque[5];
} hingeline_integer_sgd;

// What happened in a step.
typedef struct hingeline_integer_step {
  // The sample's loss before the step, in the unit of scores.
  int64_t loss;
  // The margins that counted.
  size_t violations;
  // The weights and biases that were clamped.
  uint32_t clamped;
  // The rate was 2 to minus this.
  uint8_t rate_exponent;
  // L2 was due: this step wrote all weights.
  bool shrunk;
} hingeline_integer_step;

// Writes the raw values of a sample, whose index is below the number of samples, and returns its label; a number below 0 if it cannot be
// read. It must not use the objects of the call that asks.
typedef int32_t (*hingeline_read_raw)(void *context, size_t index, void *raw, size_t features);

// A set of raw values: either arrays (`rows` and `labels`), or a callback that writes one sample at a time into a buffer of one (`read` and
// `buffer`). What is not used is NULL, so `= {0}` first.
typedef struct hingeline_integer_samples {
  // The number of samples.
  size_t count;
  // The features of each.
  size_t features;
  // What the raw values are: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
  int32_t format;
  // The raw values of all samples, row after row; or NULL.
  const void *rows;
  // The label of each sample; or NULL.
  const uint8_t *labels;
  // Reads a sample, if `rows` is NULL.
  hingeline_read_raw read;
  // Where `read` writes: `features` values of the format.
  void *buffer;
  // A scale for each feature.
  const struct hingeline_input_scale *scales;
  // Where inputs are made: `features` values.
  int16_t *inputs;
  // What the callback is given.
  void *context;
} hingeline_integer_samples;

// What happened in an epoch, or until it stopped.
typedef struct hingeline_integer_epoch {
  // The sum of the losses, in the unit of scores.
  int64_t loss;
  // The weights and biases that were clamped: many want more L2 or a lower rate.
  uint64_t clamped;
  // The inputs that were clamped.
  uint64_t clamped_inputs;
  // The steps made.
  uint32_t steps;
  // Those in which no margin counted.
  uint32_t satisfied;
  // Those that wrote all weights for L2.
  uint32_t shrunk;
  // The index of the sample at which the epoch stopped, if it did; else SIZE_MAX.
  size_t stopped_at;
} hingeline_integer_epoch;

// How good a model is on a set.
typedef struct hingeline_integer_evaluation {
  // The sum of the losses, in the unit of scores.
  int64_t loss;
  // The inputs that were clamped.
  uint64_t clamped_inputs;
  // The samples whose label is the predicted class.
  size_t correct;
  // The samples.
  size_t samples;
  // The index of the sample at which it stopped, if it did; else SIZE_MAX.
  size_t stopped_at;
} hingeline_integer_evaluation;

// The newest state in flash, found again after a power cut at any instant. The range of flash is two regions, used in turn; no record is
// ever in the region that is being erased.
typedef struct hingeline_checkpoints {
  size_t opaque[24];
} hingeline_checkpoints;

// A flash, as the caller's driver offers it: sizes in bytes, and three functions that return 0 if they have done it. Offsets and lengths are
// multiples of the sizes. A write changes erased bytes alone, and an erase whole sectors. A cut leaves any bits in what was being
// written or erased, and changes nothing else. If reading a torn word is a fault of the processor, `read` has to return another number.
typedef struct hingeline_flash {
  // What is read at once, at most 64.
  size_t read_size;
  // What is written at once, at most 64.
  size_t write_size;
  // What is erased at once: a sector.
  size_t erase_size;
  // The bytes of the whole flash.
  size_t capacity;
  // Reads `len` bytes from an offset.
  int32_t (*read)(void *context, uint32_t offset, uint8_t *bytes, size_t len);
  // Writes `len` bytes to an offset.
  int32_t (*write)(void *context, uint32_t offset, const uint8_t *bytes, size_t len);
  // Erases `len` bytes from an offset.
  int32_t (*erase)(void *context, uint32_t offset, size_t len);
  // What the functions are given.
  void *context;
} hingeline_flash;

// What is saved together: the objects that are not NULL, in this order. A record is restored into objects of the same kinds and shapes,
// which have been initialised; it is refused by all others.
//
// A record of these is the one that a program in Rust writes of the same objects as a tuple.
typedef struct hingeline_state {
  // A model.
  struct hingeline_model *model;
  // Its optimiser.
  struct hingeline_sgd *sgd;
  // A model in integers.
  struct hingeline_integer_model *integer_model;
  // Its optimiser.
  struct hingeline_integer_sgd *integer_sgd;
  // The order of an epoch.
  struct hingeline_order *order;
  // Moments of a stream.
  struct hingeline_moments *moments;
  // A standardiser.
  struct hingeline_standardiser *standardiser;
  // The scales of inputs, and how many.
  struct hingeline_input_scale *input_scales;
  // 0 if there are none.
  size_t input_scales_len;
} hingeline_state;

// Takes bytes, and returns 0; another number if it cannot.
typedef int32_t (*hingeline_write)(void *context, const uint8_t *bytes, size_t len);

// Reads up to `len` bytes from an offset into the buffer, and returns how many: 0 at the end, a number below 0 if it cannot read. The same
// offset is asked for twice.
typedef int32_t (*hingeline_read)(void *context, size_t offset, uint8_t *bytes, size_t len);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The name of a status, for a log: "HINGELINE_LABEL_OUT_OF_RANGE". Any number will do; one without a name is "HINGELINE_UNKNOWN".
const char *hingeline_status_name(int32_t status);

// The bytes that a model of this shape takes: at most HINGELINE_MODEL_BYTES of it. SIZE_MAX if that is more than can be counted.
size_t hingeline_model_bytes(size_t classes, size_t features);

// Makes a model of zeros with scale 1 in memory that is the model's from now on.
//
// HINGELINE_INVALID_SHAPE for fewer than two classes or no features, HINGELINE_WRONG_SIZE for too little memory.
hingeline_status hingeline_model_init(struct hingeline_model *model, void *values, size_t bytes, size_t classes, size_t features);

// Takes weights, row after row, a bias for each class, and the two words of the scale: 1 and 0 for weights as they are.
//
// HINGELINE_SHAPE_MISMATCH for other lengths, HINGELINE_NON_FINITE_MODEL for a number that is not finite. The model is then as before.
hingeline_status hingeline_model_load(struct hingeline_model *model,
                                      const float *weights,
                                      size_t weights_len,
                                      const float *bias,
                                      size_t bias_len,
                                      float scale,
                                      float scale_carry);

// Makes a model a copy of another one of the same shape.
hingeline_status hingeline_model_copy(struct hingeline_model *model, const struct hingeline_model *from);

// The number of classes; 0 of what is no model.
size_t hingeline_model_classes(const struct hingeline_model *model);

// The number of features; 0 of what is no model.
size_t hingeline_model_features(const struct hingeline_model *model);

// The weights as they are stored, row after row, which the next step may change; NULL of what is no model.
const float *hingeline_model_weights(const struct hingeline_model *model);

// The bias of each class; NULL of what is no model.
const float *hingeline_model_bias(const struct hingeline_model *model);

// The two words of the scale, for hingeline_model_load.
hingeline_status hingeline_model_scale(const struct hingeline_model *model, float *scale, float *scale_carry);

// The score of every class.
//
// HINGELINE_NON_FINITE_SCORE if one is NaN or infinite, because a feature is or because the score overflows; the buffer then holds these.
// HINGELINE_SHAPE_MISMATCH for other lengths.
hingeline_status hingeline_model_scores(const struct hingeline_model *model,
                                        const float *x,
                                        size_t features,
                                        float *scores,
                                        size_t classes);

// The class of the highest score; the lowest index wins a tie.
//
// HINGELINE_NON_FINITE_SCORE if a score is NaN or infinite: such a sample has no class.
hingeline_status hingeline_model_predict(const struct hingeline_model *model, const float *x, size_t features, size_t *predicted);

// The same, with the next class and the gap between their scores.
hingeline_status hingeline_model_decide(const struct hingeline_model *model,
                                        const float *x,
                                        size_t features,
                                        struct hingeline_decision *decision);

// A fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 of what is no model.
uint64_t hingeline_model_checksum(const struct hingeline_model *model);

// Whether the arithmetic of this build, on this processor, is that of the numeric contract: HINGELINE_OK, or
// HINGELINE_ARITHMETIC_MISMATCH, such as where subnormals are flushed to zero. Takes well below a second on the slowest core.
hingeline_status hingeline_self_check(void);

// Moments of no sample. Share 0 forgets nothing; with a share of at most 1/2, each sample has at least that share when it comes, so
// that the moments follow a sensor that drifts.
hingeline_status hingeline_moments_init(struct hingeline_moments *moments, void *values, size_t bytes, size_t features, float share);

// Takes in a sample. HINGELINE_NON_FINITE_FEATURE for a NaN or an infinity; nothing has changed then.
hingeline_status hingeline_moments_observe(struct hingeline_moments *moments, const float *x, size_t features);

// The samples observed.
uint32_t hingeline_moments_count(const struct hingeline_moments *moments);

// Makes what standardises by these moments, in memory of HINGELINE_STANDARDISER_BYTES(features). A limit of 0 clips nothing; with another
// one, standardised features are clipped to so many deviations.
hingeline_status hingeline_moments_freeze(const struct hingeline_moments *moments,
                                          struct hingeline_standardiser *standardiser,
                                          void *values,
                                          size_t bytes,
                                          float limit);

// Makes a standardiser of a mean and a factor for each feature, such as a desktop computed; NULL for both leaves features as they are, to
// be restored from a record. A limit of 0 clips nothing.
hingeline_status hingeline_standardiser_init(struct hingeline_standardiser *standardiser,
                                             void *values,
                                             size_t bytes,
                                             const float *mean,
                                             const float *factor,
                                             size_t features,
                                             float limit);

// Standardises a sample in place.
hingeline_status hingeline_standardiser_apply(const struct hingeline_standardiser *standardiser, float *x, size_t features);

// Turns a model of standardised features into the same model of features as they come. HINGELINE_NOT_LINEAR for a standardiser that
// clips.
hingeline_status hingeline_standardiser_fold(const struct hingeline_standardiser *standardiser, struct hingeline_model *model);

// The order of so many samples that follows from four words, which may be any: equal ones give equal runs.
hingeline_status hingeline_order_init(struct hingeline_order *order, size_t samples, const uint32_t *seed, size_t seed_len);

// The index of the sample whose turn it is; SIZE_MAX of what is no order.
size_t hingeline_order_index(const struct hingeline_order *order);

// The epoch, counted from 0.
uint32_t hingeline_order_epoch(const struct hingeline_order *order);

// The place within the epoch, counted from 0.
uint32_t hingeline_order_position(const struct hingeline_order *order);

// Goes on to the next sample without a step.
hingeline_status hingeline_order_skip(struct hingeline_order *order);

// An optimiser before its first step. Usual are a margin of 1, an L2 strength of 0 to 1e-3, a rate of 0.01 to 0.1 for standardised
// features, and a decay of 0, which is a constant rate, to 1e-3.
hingeline_status hingeline_sgd_init(struct hingeline_sgd *sgd, float margin, float l2, float rate, float decay);

// Another learning rate from the next step on, with the same count of steps: for a schedule of your own, set the rate of each step and a
// decay of 0.
hingeline_status hingeline_sgd_set_rate(struct hingeline_sgd *sgd, float rate, float decay);

// The steps made; refused ones do not count.
uint64_t hingeline_sgd_steps(const struct hingeline_sgd *sgd);

// One step on one sample of some weight, usually 1. The report may be NULL.
//
// Refused with model and optimiser bit for bit as before: a label that is no class, a NaN, an infinity, a step whose result would not be
// finite, a rate at which L2 would turn the weights' sign.
hingeline_status hingeline_sgd_step(struct hingeline_sgd *sgd,
                                    struct hingeline_model *model,
                                    const float *x,
                                    size_t features,
                                    size_t label,
                                    float weight,
                                    struct hingeline_step *step);

// One step on the sample whose turn it is, after which it is the next one's: an epoch in pieces, between which other work can be done.
// The report may be NULL. After a refusal it is still the same sample's turn; hingeline_order_skip passes over it.
hingeline_status hingeline_sgd_step_next(struct hingeline_sgd *sgd,
                                         struct hingeline_model *model,
                                         const struct hingeline_samples *samples,
                                         struct hingeline_order *order,
                                         struct hingeline_step *step);

// Steps to the end of the order's epoch, or to the first sample that is refused: the steps before it stand, and the report, which may be
// NULL, says at which it stopped. Called again, it tries that sample again.
hingeline_status hingeline_sgd_epoch(struct hingeline_sgd *sgd,
                                     struct hingeline_model *model,
                                     const struct hingeline_samples *samples,
                                     struct hingeline_order *order,
                                     struct hingeline_epoch *epoch);

// Folds the scale into the weights while there is time, so that the next steps need not: the longest step a model can take is one that
// folds. Only with L2.
hingeline_status hingeline_sgd_fold(const struct hingeline_sgd *sgd, struct hingeline_model *model);

// The loss and the accuracy of a model on a set, by the optimiser's loss.
hingeline_status hingeline_sgd_evaluate(const struct hingeline_sgd *sgd,
                                        struct hingeline_model *model,
                                        const struct hingeline_samples *samples,
                                        struct hingeline_evaluation *evaluation);

// Counts which class was taken for which: `classes * classes` numbers, a row for each label and a column for each predicted class.
hingeline_status hingeline_model_confusion(struct hingeline_model *model,
                                           const struct hingeline_samples *samples,
                                           uint32_t *counts,
                                           size_t counts_len);

// Turns raw values of a format (HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16) into inputs, each by its scale. How many were clamped to the
// ends of an input's range is written to `clamped`, which may be NULL.
hingeline_status hingeline_integer_inputs(const struct hingeline_input_scale *input_scales,
                                          const void *raw,
                                          int32_t format,
                                          int16_t *inputs,
                                          size_t features,
                                          uint32_t *clamped);

// Moments of no sample, of raw values of a format: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
hingeline_status hingeline_integer_moments_init(struct hingeline_integer_moments *moments,
                                                void *values,
                                                size_t bytes,
                                                size_t features,
                                                int32_t format);

// Adds a sample of raw values, of the format of the moments.
hingeline_status hingeline_integer_moments_observe(struct hingeline_integer_moments *moments, const void *raw, size_t features);

// Writes the scales that leave means of 0 and deviations of 1.
hingeline_status hingeline_integer_moments_freeze(const struct hingeline_integer_moments *moments,
                                                  struct hingeline_input_scale *input_scales,
                                                  size_t features);

// The bytes that a model of this shape takes: HINGELINE_INTEGER_MODEL_BYTES of it. SIZE_MAX if that is more than can be counted.
size_t hingeline_integer_model_bytes(size_t classes, size_t features);

// Makes a model of zeros with 13 fraction bits in memory that is the model's from now on.
hingeline_status hingeline_integer_model_init(struct hingeline_integer_model *model,
                                              void *values,
                                              size_t bytes,
                                              size_t classes,
                                              size_t features);

// Takes weights, row after row, a bias for each class, and the fraction bits of the weights.
hingeline_status hingeline_integer_model_load(struct hingeline_integer_model *model,
                                              const int16_t *weights,
                                              size_t weights_len,
                                              const int32_t *bias,
                                              size_t bias_len,
                                              uint8_t fraction_bits);

// Makes a model a copy of another one of the same shape.
hingeline_status hingeline_integer_model_copy(struct hingeline_integer_model *model, const struct hingeline_integer_model *from);

// Takes a trained model in binary32, with as many fraction bits as fit.
hingeline_status hingeline_integer_model_quantise(struct hingeline_integer_model *model, const struct hingeline_model *from);

// The weights, row after row, which the next step may change; NULL of what is no model.
const int16_t *hingeline_integer_model_weights(const struct hingeline_integer_model *model);

// The bias of each class; NULL of what is no model.
const int32_t *hingeline_integer_model_bias(const struct hingeline_integer_model *model);

// The fraction bits p of the weights; scores and biases have p + 5. 0 of what is no model.
uint8_t hingeline_integer_model_fraction_bits(const struct hingeline_integer_model *model);

// The score of every class, exactly. The inputs are from -128 to 127: HINGELINE_FEATURE_TOO_LARGE for others.
hingeline_status hingeline_integer_model_scores(const struct hingeline_integer_model *model,
                                                const int16_t *inputs,
                                                size_t features,
                                                int32_t *scores,
                                                size_t classes);

// The class of the highest score; the lowest index wins a tie.
hingeline_status hingeline_integer_model_predict(const struct hingeline_integer_model *model,
                                                 const int16_t *inputs,
                                                 size_t features,
                                                 size_t *predicted);

// A fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 of what is no model.
uint64_t hingeline_integer_model_checksum(const struct hingeline_integer_model *model);

// An optimiser before its first step. Margin and L2 strength are numbers that HINGELINE_INTEGER_MARGIN(1.0) and HINGELINE_INTEGER_L2(1e-4)
// make at compile time, so that no floating-point code comes to the device. Usual are an exponent of 6 or 7, a period of the samples of some
// epochs, and a last exponent of 12.
hingeline_status hingeline_integer_sgd_init(struct hingeline_integer_sgd *sgd,
                                            uint32_t margin,
                                            uint32_t l2,
                                            uint8_t exponent,
                                            uint8_t period,
                                            uint8_t last);

// The steps made; refused ones do not count.
uint32_t hingeline_integer_sgd_steps(const struct hingeline_integer_sgd *sgd);

// One step on one sample of inputs from -128 to 127. The report may be NULL.
//
// Refused with model and optimiser as before: a label that is no class, inputs out of range, a rate that is too large or too small.
hingeline_status hingeline_integer_sgd_step(struct hingeline_integer_sgd *sgd,
                                            struct hingeline_integer_model *model,
                                            const int16_t *inputs,
                                            size_t features,
                                            size_t label,
                                            struct hingeline_integer_step *step);

// One step on the sample whose turn it is, after which it is the next one's. The report may be NULL.
hingeline_status hingeline_integer_sgd_step_next(struct hingeline_integer_sgd *sgd,
                                                 struct hingeline_integer_model *model,
                                                 const struct hingeline_integer_samples *samples,
                                                 struct hingeline_order *order,
                                                 struct hingeline_integer_step *step);

// Steps to the end of the order's epoch, or to the first sample that is refused: the steps before it stand, and the report, which may be
// NULL, says at which it stopped.
hingeline_status hingeline_integer_sgd_epoch(struct hingeline_integer_sgd *sgd,
                                             struct hingeline_integer_model *model,
                                             const struct hingeline_integer_samples *samples,
                                             struct hingeline_order *order,
                                             struct hingeline_integer_epoch *epoch);

// The loss and the accuracy of a model on a set, by the optimiser's loss.
hingeline_status hingeline_integer_sgd_evaluate(const struct hingeline_integer_sgd *sgd,
                                                struct hingeline_integer_model *model,
                                                const struct hingeline_integer_samples *samples,
                                                struct hingeline_integer_evaluation *evaluation);

// Reads the range of flash from `start` to `end` to find the newest record. The driver's description is copied.
//
// HINGELINE_UNSUITABLE_FLASH unless the range is an even number of sectors.
hingeline_status hingeline_checkpoints_open(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_flash *flash,
                                            uint32_t start,
                                            uint32_t end);

// Appends a state as the newest record, and tells its number, counted from 1; `number` may be NULL. Now and then it erases a region first,
// which may take seconds: hingeline_checkpoints_prepare does it when there is time.
hingeline_status hingeline_checkpoints_save(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_state *state,
                                            uint32_t *number);

// Restores the newest record, and tells its number; `number` may be NULL. HINGELINE_NO_CHECKPOINT if there is none, as on the first start
// of all; the objects are then as before.
hingeline_status hingeline_checkpoints_load(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_state *state,
                                            uint32_t *number);

// The number of the newest record; 0 if there is none.
uint32_t hingeline_checkpoints_newest(const struct hingeline_checkpoints *checkpoints);

// Erases the region that is not in use, if it is not erased, so that the next saves need not.
hingeline_status hingeline_checkpoints_prepare(struct hingeline_checkpoints *checkpoints);

// Whether the next save of this state erases a region first.
hingeline_status hingeline_checkpoints_is_erase_due(const struct hingeline_checkpoints *checkpoints,
                                                    const struct hingeline_state *state,
                                                    bool *due);

// Erases everything in the range: the device forgets what it has learnt.
hingeline_status hingeline_checkpoints_clear(struct hingeline_checkpoints *checkpoints);

// The bytes of the record of a state.
hingeline_status hingeline_record_bytes(const struct hingeline_state *state, size_t *len);

// Writes a record into a buffer, and its length. HINGELINE_BUFFER_TOO_SMALL if it is longer than the buffer.
hingeline_status hingeline_encode(const struct hingeline_state *state, uint8_t *buffer, size_t capacity, size_t *len);

// Restores a state from a record in memory. All of it is checked before anything is kept: a record that is torn, of other objects or of
// numbers that no run leaves behind is refused, and the objects are as before.
hingeline_status hingeline_decode(const struct hingeline_state *state, const uint8_t *bytes, size_t len);

// Gives a record to a callback, in pieces of at most 64 bytes. The callback must not use the objects of the state.
hingeline_status hingeline_encode_to(const struct hingeline_state *state, hingeline_write write, void *context);

// Restores a state from what a callback reads: once to check all of it, and once more to keep it. If the second reading differs, the objects
// are as new (HINGELINE_CLEARED); else a refusal leaves them as before. The callback must not use the objects of the state.
hingeline_status hingeline_decode_from(const struct hingeline_state *state,
                                       hingeline_read read,
                                       void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HINGELINE_H */
