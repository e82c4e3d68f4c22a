// hingeline: multiclass linear support vector machines that train and run on microcontrollers. No allocation, no panic, and the same bits
// on every target.
//
// Generated from the Rust source by cbindgen; do not edit.
//
// These rules apply to every function:
// - Objects (hingeline_model, hingeline_sgd and so on) are structures that the caller declares and the library fills. An object stays where it was
//   initialised, and so does the memory that was lent to it. Do not copy objects by assignment, not even back to where they were.
// - NULL, a misaligned pointer, memory that is too small, an object of another type, and an object of zeros are refused, and so is a copy
//   elsewhere (HINGELINE_NOT_INITIALISED). Set an object to zeros before its memory goes away: what lies in the same place later could be taken
//   for it. That an array is as long as the length beside it says is the caller's promise.
// - A refusal changes no object. Where a call writes scores, inputs, counts or bytes, these are undefined after a refusal.
// - What a call writes must not overlap what it reads, nor the memory of an object.
// - One call at a time uses an object; two calls may use two objects at once, also from interrupts.
// - A callback must return: no longjmp, no C++ exception. If it uses an object that the call is changing, it gets HINGELINE_IN_USE. A task
//   must not be deleted in the middle of a call; if it is, initialise the objects again.

#ifndef HINGELINE_H
#define HINGELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HINGELINE_VERSION "0.1.0"

// A static buffer of this many bytes, aligned for every object: static HINGELINE_MEMORY(memory, HINGELINE_MODEL_BYTES(4, 24));
#define HINGELINE_MEMORY(name, bytes) uint64_t name[((bytes) + 7) / 8]

// The bytes of memory of a model of a shape, at most: hingeline_model_bytes returns how many are used. For static buffers.
#if UINTPTR_MAX > 0xffffffffu || defined(__wasm__) || defined(__aarch64__) || defined(__x86_64__)
#define HINGELINE_MODEL_BYTES(classes, features) (sizeof(float) * (size_t)(classes) * ((size_t)(features) + 10))
#else
#define HINGELINE_MODEL_BYTES(classes, features) (sizeof(float) * (size_t)(classes) * ((size_t)(features) + 5))
#endif
// The bytes of memory of moments.
#define HINGELINE_MOMENTS_BYTES(features) (sizeof(float) * 4 * (size_t)(features))
// The bytes of memory of a standardiser.
#define HINGELINE_STANDARDISER_BYTES(features) (sizeof(float) * 2 * (size_t)(features))
// The bytes of memory of a model in integers, and of its moments.
#define HINGELINE_INTEGER_MODEL_BYTES(classes, features) (8 * (size_t)(classes) + (2 * (size_t)(classes) * (size_t)(features) + 3) / 4 * 4)
#define HINGELINE_INTEGER_MOMENTS_BYTES(features) (16 * (size_t)(features))

// The format of raw values of integers.
#define HINGELINE_U8 8
#define HINGELINE_I8 (-8)
#define HINGELINE_I16 (-16)

// The initialiser of a hingeline_input_scale: the raw value that becomes 0, and the factor, below 16384. For raw values of 8 bits the factor of a
// deviation d is 8192 / d, for those of 16 bits 131072 / d.
#define HINGELINE_INPUT_SCALE(zero, factor) {(uint32_t)(uint16_t)(int16_t)(zero) | ((uint32_t)(uint16_t)(factor) << 16)}

// A margin of 0 to 1,024 and an L2 strength of 0 to below 0.5 for integers, from constants.
#define HINGELINE_INTEGER_MARGIN(margin) ((uint32_t)((double)(float)(margin) * 65536.0 + 0.5))
#define HINGELINE_INTEGER_L2(l2) ((uint32_t)((double)(float)(l2) * 8589934592.0 + 0.5))

// The result of a call: 0 on success, or the reason why it was refused. A refusal changes nothing: model and optimiser
// remain bit for bit the same.
//
// The numbers are stable: none is ever reused for another refusal. Some belong to parts of the library that have no C
// functions yet.
enum hingeline_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Success.
  HINGELINE_OK = 0,
  // A score is NaN or infinite: a feature is, or the scores of these features overflow.
  HINGELINE_NON_FINITE_SCORE = 1,
  // The scores are finite, but the loss of a sample, the sum of the losses, a coefficient or a slope overflows. Or a
  // loss that the caller defines is NaN or infinite.
  HINGELINE_NON_FINITE_LOSS = 2,
  // The weights or the bias that result from this step, a search or an average would not be finite.
  HINGELINE_NON_FINITE_STEP = 3,
  // A feature of a sample to be kept or observed is NaN, infinite, or too large for moments.
  HINGELINE_NON_FINITE_FEATURE = 4,
  // A feature is larger in magnitude than the limit that the caller set.
  HINGELINE_FEATURE_TOO_LARGE = 5,
  // Weights or biases to be loaded, or the elements of a direction, are not finite.
  HINGELINE_NON_FINITE_MODEL = 6,
  // A label is not below the number of classes.
  HINGELINE_LABEL_OUT_OF_RANGE = 7,
  // The set has no samples, moments have observed none, or an average has made no step.
  HINGELINE_EMPTY_SET = 8,
  // The set has more samples than an order can count, which is 2^32 - 1.
  HINGELINE_SET_TOO_LARGE = 9,
  // The set does not have the requested sample, or the model does not have the requested weight or bias.
  HINGELINE_INDEX_OUT_OF_RANGE = 10,
  // A sample, a buffer, an order or a model does not have the length or shape that the call requires.
  HINGELINE_SHAPE_MISMATCH = 11,
  // A shape of fewer than two classes, of more than 2^32 - 1, or of no features.
  HINGELINE_INVALID_SHAPE = 12,
  // The scratch of a model is in use.
  HINGELINE_SCRATCH_IN_USE = 13,
  // The source could not deliver a sample, such as a card that was pulled out.
  HINGELINE_UNREADABLE = 14,
  // A weight or a bias to be loaded into an integer model is beyond the bounds within which nothing overflows.
  HINGELINE_WEIGHT_TOO_LARGE = 15,
  // A number of an integer model cannot be represented in binary32.
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
  // A parameter by which a learning rate falls is out of range: for a `Schedule` of your own. Those of the crate
  // have an error for each parameter.
  HINGELINE_INVALID_SCHEDULE = 23,
  // The decay of `InverseTime` is not a finite number of at least 0.
  HINGELINE_INVALID_DECAY = 24,
  // The factor of `StepDecay` is not above 0 and at most 1.
  HINGELINE_INVALID_FACTOR = 25,
  // The period of `StepDecay` or the length of `Cosine` is zero steps.
  HINGELINE_INVALID_PERIOD = 26,
  // The floor of `Cosine` is not at least 0 and at most the learning rate.
  HINGELINE_INVALID_FLOOR = 27,
  // The L2 strength of `Pegasos` is not a finite number above 0.
  HINGELINE_INVALID_PEGASOS_L2 = 28,
  // The start of `Pegasos` is not a finite number of at least 1.
  HINGELINE_INVALID_START = 29,
  // A mini-batch without samples.
  HINGELINE_INVALID_BATCH_SIZE = 30,
  // The deviation of a random draw is not a finite number above 0.
  HINGELINE_INVALID_DEVIATION = 31,
  // The step of a finite difference is not a finite number above 0, or it does not lead to two finite weights that differ.
  HINGELINE_INVALID_DIFFERENCE = 32,
  // The ends of a span or their difference are not finite, or the span has fewer than two numbers.
  HINGELINE_INVALID_SPAN = 33,
  // A coordinate at which the loss is requested is not finite.
  HINGELINE_INVALID_POINT = 34,
  // The loss falls along the ray to the end of the range of binary32.
  HINGELINE_NO_MINIMUM = 35,
  // A patience of zero epochs.
  HINGELINE_INVALID_PATIENCE = 36,
  // A scale or an offset of compact samples, or a mean or a factor of a standardiser, is not finite.
  HINGELINE_INVALID_SCALING = 37,
  // A limit, of features or of a step, is not a finite number above 0.
  HINGELINE_INVALID_LIMIT = 38,
  // A standardiser that clips cannot be folded into a linear model.
  HINGELINE_NOT_LINEAR = 39,
  // The share of a sample in moments is not from 0 to ½, or that of a window in smoothed scores not above 0 and at most 1.
  HINGELINE_INVALID_SHARE = 40,
  // A scale outside the range in which a model keeps it.
  HINGELINE_INVALID_SCALE = 41,
  // An average accepts no more steps: they would hardly change its sum.
  HINGELINE_AVERAGE_FULL = 42,
  // A saved state that no run of this optimiser can produce.
  HINGELINE_INVALID_STATE = 43,
  // `2ηα ≥ 1`: the learning rate times the L2 strength would flip the sign of the weights or erase them.
  HINGELINE_L2_TOO_STRONG = 44,
  // The target or the processor lacks the instruction set of this kernel.
  HINGELINE_KERNEL_UNAVAILABLE = 45,
  // The arithmetic of this build, on this processor, does not follow the numeric contract.
  HINGELINE_ARITHMETIC_MISMATCH = 46,
  // A window without axes, with fewer than two readings, with more than 32,767, or with a hop of 0.
  HINGELINE_INVALID_WINDOW = 47,
  // A list without features, or a feature whose parameter does not exist for a window of this shape.
  HINGELINE_INVALID_FEATURE = 48,
  // The limits of an axis are in the wrong order, or its noise is not finite and at least 0.
  HINGELINE_INVALID_AXIS = 49,
  // The number of votes needed is 0, or greater than the number of windows.
  HINGELINE_INVALID_VOTES = 50,
  // A window has fewer readings than its length.
  HINGELINE_INCOMPLETE_WINDOW = 51,
  // The bytes do not begin like a record.
  HINGELINE_NO_RECORD = 128,
  // The record has a version of the format that this library does not read.
  HINGELINE_UNKNOWN_VERSION = 129,
  // The record holds other objects, or a different number of them.
  HINGELINE_OTHER_KIND = 130,
  // The record holds objects of another shape.
  HINGELINE_OTHER_SHAPE = 131,
  // The record belongs to a loss with other class weights.
  HINGELINE_OTHER_WEIGHTS = 132,
  // The record ends too early.
  HINGELINE_TRUNCATED = 133,
  // The record continues where it should end, or is too long to be one.
  HINGELINE_RECORD_TOO_LONG = 134,
  // A byte differs from what was written: the record is torn or damaged.
  HINGELINE_TORN = 135,
  // The buffer is too small for the record.
  HINGELINE_BUFFER_TOO_SMALL = 136,
  // The source changed while it was read. The objects are as new.
  HINGELINE_CLEARED = 137,
  // A callback reported a failure.
  HINGELINE_CALLBACK_FAILED = 138,
  // The range of flash is not two halves that can be erased, or the flash reads or writes more than 64 bytes at once.
  HINGELINE_UNSUITABLE_FLASH = 139,
  // There is no complete record in flash.
  HINGELINE_NO_CHECKPOINT = 140,
  // The bytes read back from flash differ from the bytes written. The previous record is still there.
  HINGELINE_NOT_AS_WRITTEN = 141,
  // Part of the flash cannot be read, and no complete record was found.
  HINGELINE_FLASH_UNREADABLE = 142,
  // All 2^32 - 2 numbers of saves are used up.
  HINGELINE_OUT_OF_NUMBERS = 143,
  // A pointer that must not be NULL is NULL.
  HINGELINE_NULL_POINTER = 192,
  // A pointer is not aligned for its type.
  HINGELINE_MISALIGNED = 193,
  // A size in bytes is too small, or a length exceeds what memory can hold.
  HINGELINE_WRONG_SIZE = 194,
  // The object has not been initialised, or it was copied: an object stays where it was initialised.
  HINGELINE_NOT_INITIALISED = 195,
  // A callback used the object that is calling it.
  HINGELINE_IN_USE = 196,
  // Memory that is written overlaps memory that is read.
  HINGELINE_OVERLAP = 197,
  // A refusal for which this version of the header has no name.
  HINGELINE_UNKNOWN = 198,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hingeline_status hingeline_status;
#else
typedef int32_t hingeline_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A linear model: scores `s = W x + b`, with `W = scale * weights`. Its numbers are in memory that the caller lends,
// of HINGELINE_MODEL_BYTES(classes, features) bytes, aligned to a float. The weights are at the start of the memory;
// on a desktop an alignment of 64 bytes is fastest.
//
// One call at a time may use a model, not even two predictions at once: the lent memory contains scratch. An interrupt
// that predicts while the program trains needs a second model, which hingeline_model_copy fills.
typedef struct hingeline_model {
  size_t opaque[12];
} hingeline_model;

// The best class of a sample, the next one, and the gap between their scores: a small gap means a doubtful answer.
typedef struct hingeline_decision {
  // The class with the highest score; the lowest index wins a tie.
  size_t predicted;
  // The best of the other classes.
  size_t runner_up;
  // The difference of their scores.
  float gap;
} hingeline_decision;

// The running mean and variance of each feature of a stream, in memory that the caller lends, of
// HINGELINE_MOMENTS_BYTES(features) bytes, aligned to a float.
typedef struct hingeline_moments {
  size_t opaque[6];
} hingeline_moments;

// Standardises features: `(x - mean) * factor`, optionally clipped. In memory that the caller lends, of
// HINGELINE_STANDARDISER_BYTES(features) bytes, aligned to a float.
typedef struct hingeline_standardiser {
  size_t opaque[6];
} hingeline_standardiser;

// A shuffled order of a set without an index array, different in each epoch.
typedef struct hingeline_order {
  uint64_t opaque[12];
} hingeline_order;

// Stochastic gradient descent, one sample per step, on the hinge loss
// `sum over j != y of max(0, s[j] - s[y] + margin)` with an L2 term `l2 * sum of W^2`. The learning rate of step t,
// counted from 0, is `rate / (1 + decay * t)`.
typedef struct hingeline_sgd {
  uint64_t opaque[4];
} hingeline_sgd;

// The result of a step.
typedef struct hingeline_step_report {
  // The sample's loss before the step, times its weight, without the L2 term.
  float loss;
  // The number of margins that counted; `violations + 1` rows of weights were written, none for 0.
  size_t violations;
  // The learning rate of this step.
  float learning_rate;
  // Whether the scale was folded into the weights: such a step writes all rows.
  bool folded;
} hingeline_step_report;

// Writes the features of a sample and returns its label, or a negative number if the sample cannot be read. The index
// is below the number of samples.
typedef int (*hingeline_read_sample_fn)(void *context, size_t index, float *x, size_t features);

// Returns the weight of a sample, a finite number of at least 0: its loss and its gradient are multiplied by it.
typedef float (*hingeline_sample_weight_fn)(void *context, size_t index);

// A set of samples: either arrays (`rows` and `labels`, for up to 256 classes), or a callback that writes one sample at a time into a buffer
// (`read` and `buffer`). Unused members are NULL: initialise the structure with `= {0}`.
typedef struct hingeline_samples {
  // The number of samples.
  size_t count;
  // The number of features of each sample.
  size_t features;
  // The features of all samples, row after row: `count * features` values; or NULL.
  const float *rows;
  // The label of each sample; or NULL.
  const uint8_t *labels;
  // Reads a sample, if `rows` is NULL.
  hingeline_read_sample_fn read;
  // The buffer that `read` writes to: `features` values.
  float *buffer;
  // The weight of a sample; NULL for 1.
  hingeline_sample_weight_fn weight;
  // Passed to the callbacks.
  void *context;
} hingeline_samples;

// The result of an epoch. If it stopped early, `steps` and `stopped_at` are set, and the other numbers are 0.
typedef struct hingeline_epoch_report {
  // The number of steps made.
  uint32_t steps;
  // The number of steps in which no margin counted.
  uint32_t satisfied;
  // The number of steps in which the scale was folded into the weights.
  uint32_t folds;
  // The mean loss of the steps, each computed by the model before its step.
  float loss;
  // The index of the sample at which the epoch stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
  size_t stopped_at;
} hingeline_epoch_report;

// The performance of a model on a set. If the evaluation stopped early, `stopped_at` is set, and the other numbers are
// 0.
typedef struct hingeline_evaluation {
  // The mean loss, without the L2 term.
  float loss;
  // The number of samples whose label is the predicted class.
  size_t correct;
  // The number of samples.
  size_t samples;
  // The index of the sample at which it stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
  size_t stopped_at;
} hingeline_evaluation;

// How the raw values of a feature become inputs, from -128 to 127, where 32 stands for one deviation.
// HINGELINE_INPUT_SCALE(zero, factor) makes a scale, and hingeline_integer_moments_freeze computes one. Scales that
// were computed on a desktop can be const, in flash.
typedef struct hingeline_input_scale {
  // The zero in the lower half, the factor, below 2^14, in the upper one.
  uint32_t halves;
} hingeline_input_scale;

// Means and deviations of raw values from exact sums. In memory that the caller lends, of
// HINGELINE_INTEGER_MOMENTS_BYTES(features) bytes, aligned to 8.
typedef struct hingeline_integer_moments {
  size_t opaque[8];
} hingeline_integer_moments;

// A linear model in integers: 16-bit weights, 32-bit biases and scores, for processors without a floating-point unit.
// Its numbers are in memory that the caller lends, of HINGELINE_INTEGER_MODEL_BYTES(classes, features) bytes, aligned
// to 4. 2 to 1,024 classes, 1 to 4,096 features.
typedef struct hingeline_integer_model {
  size_t opaque[12];
} hingeline_integer_model;

// Stochastic gradient descent in integers on the hinge loss with an L2 term. The learning rate is a power of two, `2^-e` with
// `e = min(last, exponent + floor(log2(1 + floor(t / 2^period))))` at step t.
typedef struct hingeline_integer_sgd {
  uint64_t opaque[5];
} hingeline_integer_sgd;

// The result of a step.
typedef struct hingeline_integer_step_report {
  // The sample's loss before the step, in the unit of scores.
  int64_t loss;
  // The number of margins that counted.
  size_t violations;
  // The number of weights and biases that were clamped.
  uint32_t clamped;
  // The exponent e of the rate `2^-e`.
  uint8_t rate_exponent;
  // Whether L2 was due: such a step writes all weights.
  bool shrunk;
} hingeline_integer_step_report;

// Writes the raw values of a sample and returns its label, or a negative number if the sample cannot be read. The
// index is below the number of samples.
typedef int (*hingeline_read_raw_fn)(void *context, size_t index, void *raw, size_t features);

// A set of samples of raw values: either arrays (`rows` and `labels`, for up to 256 classes), or a callback that writes one sample at a time
// into a buffer (`read` and `buffer`). Unused members are NULL: initialise the structure with `= {0}`.
typedef struct hingeline_integer_samples {
  // The number of samples.
  size_t count;
  // The number of features of each sample.
  size_t features;
  // The format of the raw values: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
  int32_t format;
  // The raw values of all samples, row after row; or NULL.
  const void *rows;
  // The label of each sample; or NULL.
  const uint8_t *labels;
  // Reads a sample, if `rows` is NULL.
  hingeline_read_raw_fn read;
  // The buffer that `read` writes to: `features` values of the format.
  void *buffer;
  // A scale for each feature.
  const struct hingeline_input_scale *scales;
  // The buffer for inputs: `features` values.
  int16_t *inputs;
  // Passed to the callback.
  void *context;
} hingeline_integer_samples;

// The result of an epoch. If it stopped early, `steps` and `stopped_at` are set, and the other numbers are 0.
typedef struct hingeline_integer_epoch_report {
  // The sum of the losses, in the unit of scores.
  int64_t loss;
  // The number of weights and biases that were clamped: if there are many, use more L2 or a lower rate.
  uint64_t clamped;
  // The number of inputs that were clamped.
  uint64_t clamped_inputs;
  // The number of steps made.
  uint32_t steps;
  // The number of steps in which no margin counted.
  uint32_t satisfied;
  // The number of steps that wrote all weights for L2.
  uint32_t shrunk;
  // The index of the sample at which the epoch stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
  size_t stopped_at;
} hingeline_integer_epoch_report;

// The performance of a model on a set. If the evaluation stopped early, `stopped_at` is set, and the other numbers are
// 0.
typedef struct hingeline_integer_evaluation {
  // The sum of the losses, in the unit of scores.
  int64_t loss;
  // The number of inputs that were clamped.
  uint64_t clamped_inputs;
  // The number of samples whose label is the predicted class.
  size_t correct;
  // The number of samples.
  size_t samples;
  // The index of the sample at which it stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
  size_t stopped_at;
} hingeline_integer_evaluation;

// The newest state in flash, found again after a power cut at any instant. The range of flash is two regions, used in turn; no record is
// ever in the region that is being erased.
typedef struct hingeline_checkpoints {
  size_t opaque[24];
} hingeline_checkpoints;

// The driver of a NOR flash: sizes in bytes, and three functions that return 0 on success. Offsets are those of the
// driver, not addresses; offsets and lengths are multiples of the sizes. Erased bytes are 0xff. Only erased bytes are
// written, and none is written twice. `bytes` may be unaligned. A power cut may leave any bits in the bytes that were
// being written or erased, and must not change any others. If reading a torn word faults, as with error correction,
// `read` must catch the fault and return a number other than 0.
typedef struct hingeline_flash {
  // The size of a read, at most 64.
  size_t read_size;
  // The size of a write, at most 64.
  size_t write_size;
  // The size of an erase: a sector.
  size_t erase_size;
  // The size of the whole flash.
  size_t capacity;
  // Reads `len` bytes from an offset.
  int (*read)(void *context, uint32_t offset, uint8_t *bytes, size_t len);
  // Writes `len` bytes to an offset.
  int (*write)(void *context, uint32_t offset, const uint8_t *bytes, size_t len);
  // Erases `len` bytes from an offset.
  int (*erase)(void *context, uint32_t offset, size_t len);
  // Passed to the functions.
  void *context;
} hingeline_flash;

// The objects that are saved together: those that are not NULL, in this order. At least one must not be NULL. A record
// is restored into initialised objects of the same kinds; a model, moments, a standardiser and scales must have the
// shape of the record. An order takes its length from the record, and an optimiser its rate, margin and L2 strength.
//
// The bytes are those that a Rust program writes for a tuple of the same objects.
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
  // The scales of inputs.
  struct hingeline_input_scale *input_scales;
  // The number of scales, 0 for none.
  size_t input_scales_len;
} hingeline_state;

// Receives bytes and returns 0, or another number on failure.
typedef int (*hingeline_write_fn)(void *context, const uint8_t *bytes, size_t len);

// Reads up to `len` bytes from an offset into the buffer and returns their number, 0 at the end, or a negative number
// on failure. Each offset is read twice.
typedef int (*hingeline_read_fn)(void *context, size_t offset, uint8_t *bytes, size_t len);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Returns the version of the library. It equals HINGELINE_VERSION if the header has the same version; compare both at
// the start.
const char *hingeline_version(void);

// The name of a status, for a log: "HINGELINE_LABEL_OUT_OF_RANGE". Any number is valid; one without a name gives
// "HINGELINE_UNKNOWN".
const char *hingeline_status_name(int32_t status);

// Returns the number of bytes that a model of this shape takes, at most HINGELINE_MODEL_BYTES(classes, features).
// SIZE_MAX on overflow.
size_t hingeline_model_bytes(size_t classes, size_t features);

// Initialises a model of zeros with scale 1 in memory that belongs to the model from now on.
//
// HINGELINE_INVALID_SHAPE for fewer than two classes or no features, HINGELINE_WRONG_SIZE for too little memory.
hingeline_status hingeline_model_init(struct hingeline_model *model, void *values, size_t bytes, size_t classes, size_t features);

// Loads weights, row after row, a bias for each class, and the two words of the scale: 1 and 0 for unscaled weights.
//
// HINGELINE_SHAPE_MISMATCH for wrong lengths, HINGELINE_NON_FINITE_MODEL for a number that is not finite,
// HINGELINE_OVERLAP for the model's own memory. The model is then unchanged.
hingeline_status hingeline_model_load(struct hingeline_model *model,
                                      const float *weights,
                                      size_t weights_len,
                                      const float *bias,
                                      size_t bias_len,
                                      float scale,
                                      float scale_carry);

// Copies another model of the same shape into a model.
hingeline_status hingeline_model_copy(struct hingeline_model *model, const struct hingeline_model *from);

// Returns the number of classes, 0 if the model is not initialised or is in use.
size_t hingeline_model_classes(const struct hingeline_model *model);

// Returns the number of features, 0 if the model is not initialised or is in use.
size_t hingeline_model_features(const struct hingeline_model *model);

// Returns the weights as they are stored, row after row; the next step may change them. NULL if the model is not initialised or is in use.
const float *hingeline_model_weights(const struct hingeline_model *model);

// Returns the bias of each class, NULL if the model is not initialised or is in use.
const float *hingeline_model_bias(const struct hingeline_model *model);

// Writes the two words of the scale, for hingeline_model_load.
hingeline_status hingeline_model_scale(const struct hingeline_model *model, float *scale, float *scale_carry);

// Computes the score of every class.
//
// HINGELINE_NON_FINITE_SCORE if a score is NaN or infinite, because a feature is or because the score overflows; the
// buffer then holds the scores. HINGELINE_SHAPE_MISMATCH for wrong lengths.
hingeline_status hingeline_model_scores(const struct hingeline_model *model,
                                        const float *x,
                                        size_t features,
                                        float *scores,
                                        size_t classes);

// Predicts the class with the highest score; the lowest index wins a tie.
//
// HINGELINE_NON_FINITE_SCORE if a score is NaN or infinite: such a sample has no class.
hingeline_status hingeline_model_predict(const struct hingeline_model *model, const float *x, size_t features, size_t *predicted);

// Predicts the class, and also gives the next class and the gap between their scores.
hingeline_status hingeline_model_decide(const struct hingeline_model *model,
                                        const float *x,
                                        size_t features,
                                        struct hingeline_decision *decision);

// Returns a fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 if the model is not initialised or is
// in use.
uint64_t hingeline_model_checksum(const struct hingeline_model *model);

// Checks whether the arithmetic of this build, on this processor, follows the numeric contract. Returns HINGELINE_OK,
// or HINGELINE_ARITHMETIC_MISMATCH, for example if subnormals are flushed to zero. Takes less than a second on the
// slowest core.
hingeline_status hingeline_self_check(void);

// Initialises moments. With share 0 all samples count equally. With a share of up to 1/2, each new sample has at least
// that weight in the mean, so that the moments follow a sensor that drifts.
hingeline_status hingeline_moments_init(struct hingeline_moments *moments, void *values, size_t bytes, size_t features, float share);

// Observes a sample. HINGELINE_NON_FINITE_FEATURE for a NaN or an infinity; the moments are then unchanged.
hingeline_status hingeline_moments_observe(struct hingeline_moments *moments, const float *x, size_t features);

// Returns the number of samples observed.
uint32_t hingeline_moments_count(const struct hingeline_moments *moments);

// Returns the mean of each feature, which the next sample changes; NULL if the moments are not initialised.
const float *hingeline_moments_mean(const struct hingeline_moments *moments);

// Initialises a standardiser from these moments, in memory of HINGELINE_STANDARDISER_BYTES(features). A limit of 0
// clips nothing; any other limit clips standardised features to that many deviations.
hingeline_status hingeline_moments_freeze(const struct hingeline_moments *moments,
                                          struct hingeline_standardiser *standardiser,
                                          void *values,
                                          size_t bytes,
                                          float limit);

// Initialises a standardiser from a mean and a factor for each feature, for example computed on a desktop. With NULL
// for both it leaves features unchanged until it is restored from a record. A limit of 0 clips nothing.
hingeline_status hingeline_standardiser_init(struct hingeline_standardiser *standardiser,
                                             void *values,
                                             size_t bytes,
                                             const float *mean,
                                             const float *factor,
                                             size_t features,
                                             float limit);

// Returns the value that is subtracted from each feature; NULL if the standardiser is not initialised.
const float *hingeline_standardiser_mean(const struct hingeline_standardiser *standardiser);

// Returns the factor by which each feature is then multiplied; NULL if the standardiser is not initialised.
const float *hingeline_standardiser_factor(const struct hingeline_standardiser *standardiser);

// Standardises a sample in place.
hingeline_status hingeline_standardiser_apply(const struct hingeline_standardiser *standardiser, float *x, size_t features);

// Turns a model of standardised features into the equivalent model of raw features. HINGELINE_NOT_LINEAR for a
// standardiser that clips.
hingeline_status hingeline_standardiser_fold(const struct hingeline_standardiser *standardiser, struct hingeline_model *model);

// Initialises the order of `samples` samples from a seed of four words. Any words are valid; equal seeds give equal
// runs.
hingeline_status hingeline_order_init(struct hingeline_order *order, size_t samples, const uint32_t *seed, size_t seed_len);

// Returns the index of the current sample, SIZE_MAX if the order is not initialised or is in use.
size_t hingeline_order_index(const struct hingeline_order *order);

// Returns the number of samples, 0 if the order is not initialised or is in use.
size_t hingeline_order_samples(const struct hingeline_order *order);

// Returns the epoch, counted from 0; 0 if the order is not initialised or is in use.
uint32_t hingeline_order_epoch(const struct hingeline_order *order);

// Returns the position in the epoch, counted from 0; 0 if the order is not initialised or is in use.
uint32_t hingeline_order_position(const struct hingeline_order *order);

// Advances to the next sample without a step.
hingeline_status hingeline_order_skip(struct hingeline_order *order);

// Initialises an optimiser. Typical values: margin 1, L2 strength 0 to 1e-3, rate 0.01 to 0.1 for standardised features, decay 0 (a constant
// rate) to 1e-3.
hingeline_status hingeline_sgd_init(struct hingeline_sgd *sgd,
                                    float margin,
                                    float l2,
                                    float rate,
                                    float decay);

// Sets the learning rate from the next step on; the number of steps is kept. For a schedule of your own, set the rate
// before each step, with a decay of 0.
hingeline_status hingeline_sgd_set_rate(struct hingeline_sgd *sgd, float rate, float decay);

// Returns the number of steps made; refused steps do not count.
uint64_t hingeline_sgd_steps(const struct hingeline_sgd *sgd);

// Makes one step on one sample. Its weight is usually 1. The report may be NULL.
//
// These are refused, and leave model and optimiser bit for bit unchanged: a label that is not below the number of
// classes, a NaN or an infinity, a step whose result would not be finite, a rate at which L2 would flip the sign of
// the weights.
hingeline_status hingeline_sgd_step(struct hingeline_sgd *sgd,
                                    struct hingeline_model *model,
                                    const float *x,
                                    size_t features,
                                    size_t label,
                                    float weight,
                                    struct hingeline_step_report *step);

// Makes one step on the order's current sample, and advances the order: an epoch in pieces, with other work in
// between. The report may be NULL. After a refusal the order stays at that sample; hingeline_order_skip skips it.
hingeline_status hingeline_sgd_step_next(struct hingeline_sgd *sgd,
                                         struct hingeline_model *model,
                                         const struct hingeline_samples *samples,
                                         struct hingeline_order *order,
                                         struct hingeline_step_report *step);

// Steps to the end of the order's epoch, or to the first sample that is refused. The steps before it remain, and the
// report, which may be NULL, contains its index. The next call tries that sample again.
hingeline_status hingeline_sgd_epoch(struct hingeline_sgd *sgd,
                                     struct hingeline_model *model,
                                     const struct hingeline_samples *samples,
                                     struct hingeline_order *order,
                                     struct hingeline_epoch_report *epoch);

// Folds the scale into the weights now, so that none of the next steps has to: with L2, the longest possible step is
// one that folds.
hingeline_status hingeline_sgd_fold(const struct hingeline_sgd *sgd, struct hingeline_model *model);

// Evaluates a model on a set: the optimiser's loss, and the correct predictions.
hingeline_status hingeline_sgd_evaluate(const struct hingeline_sgd *sgd,
                                        struct hingeline_model *model,
                                        const struct hingeline_samples *samples,
                                        struct hingeline_evaluation *evaluation);

// Counts the predictions for each label: `classes * classes` numbers, a row for each label and a column for each
// predicted class. After a refusal they are undefined.
hingeline_status hingeline_model_confusion(struct hingeline_model *model,
                                           const struct hingeline_samples *samples,
                                           uint32_t *counts,
                                           size_t counts_len);

// Turns raw values of a format (HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16) into inputs, each by its scale. Writes
// the number of inputs that were clamped to the ends of the range to `clamped`, which may be NULL.
hingeline_status hingeline_integer_inputs(const struct hingeline_input_scale *input_scales,
                                          const void *raw,
                                          int32_t format,
                                          int16_t *inputs,
                                          size_t features,
                                          uint32_t *clamped);

// Initialises moments of raw values of a format: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
hingeline_status hingeline_integer_moments_init(struct hingeline_integer_moments *moments,
                                                void *values,
                                                size_t bytes,
                                                size_t features,
                                                int32_t format);

// Observes a sample of raw values, in the format of the moments.
hingeline_status hingeline_integer_moments_observe(struct hingeline_integer_moments *moments, const void *raw, size_t features);

// Computes the scales that give each feature a mean of 0 and a deviation of 1.
hingeline_status hingeline_integer_moments_freeze(const struct hingeline_integer_moments *moments,
                                                  struct hingeline_input_scale *input_scales,
                                                  size_t features);

// Returns the number of samples observed.
uint32_t hingeline_integer_moments_count(const struct hingeline_integer_moments *moments);

// Returns the number of bytes that a model of this shape takes, HINGELINE_INTEGER_MODEL_BYTES(classes, features).
// SIZE_MAX on overflow.
size_t hingeline_integer_model_bytes(size_t classes, size_t features);

// Initialises a model of zeros with 13 fraction bits in memory that belongs to the model from now on.
hingeline_status hingeline_integer_model_init(struct hingeline_integer_model *model,
                                              void *values,
                                              size_t bytes,
                                              size_t classes,
                                              size_t features);

// Loads weights, row after row, a bias for each class, and the fraction bits of the weights, at most 15.
hingeline_status hingeline_integer_model_load(struct hingeline_integer_model *model,
                                              const int16_t *weights,
                                              size_t weights_len,
                                              const int32_t *bias,
                                              size_t bias_len,
                                              uint32_t fraction_bits);

// Copies another model of the same shape into a model.
hingeline_status hingeline_integer_model_copy(struct hingeline_integer_model *model, const struct hingeline_integer_model *from);

// Converts a trained binary32 model, with as many fraction bits as fit.
hingeline_status hingeline_integer_model_quantise(struct hingeline_integer_model *model, const struct hingeline_model *from);

// Returns the number of classes, 0 if the model is not initialised.
size_t hingeline_integer_model_classes(const struct hingeline_integer_model *model);

// Returns the number of features, 0 if the model is not initialised.
size_t hingeline_integer_model_features(const struct hingeline_integer_model *model);

// Returns the weights, row after row; the next step may change them. NULL if the model is not initialised or is in use.
const int16_t *hingeline_integer_model_weights(const struct hingeline_integer_model *model);

// Returns the bias of each class, NULL if the model is not initialised or is in use.
const int32_t *hingeline_integer_model_bias(const struct hingeline_integer_model *model);

// Returns the fraction bits p of the weights; scores and biases have p + 5. 0 if the model is not initialised or is in use.
uint32_t hingeline_integer_model_fraction_bits(const struct hingeline_integer_model *model);

// Computes the score of every class, exactly. Inputs are from -128 to 127: HINGELINE_FEATURE_TOO_LARGE for others.
hingeline_status hingeline_integer_model_scores(const struct hingeline_integer_model *model,
                                                const int16_t *inputs,
                                                size_t features,
                                                int32_t *scores,
                                                size_t classes);

// Predicts the class with the highest score; the lowest index wins a tie.
hingeline_status hingeline_integer_model_predict(const struct hingeline_integer_model *model,
                                                 const int16_t *inputs,
                                                 size_t features,
                                                 size_t *predicted);

// Returns a fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 if the model is not initialised or is
// in use.
uint64_t hingeline_integer_model_checksum(const struct hingeline_integer_model *model);

// Initialises an optimiser. HINGELINE_INTEGER_MARGIN(1.0) and HINGELINE_INTEGER_L2(1e-4) compute margin and L2
// strength at compile time, so that the device needs no floating-point code. The rate begins at 2^-exponent. It is
// halved after 2^period steps, again after 3 * 2^period, 7 * 2^period and so on, down to 2^-last. Typical values:
// exponent 6 or 7, period 13 (8,192 steps, some epochs), last 12.
//
// HINGELINE_INVALID_SCHEDULE unless exponent <= last <= 31 and period <= 31.
hingeline_status hingeline_integer_sgd_init(struct hingeline_integer_sgd *sgd,
                                            uint32_t margin,
                                            uint32_t l2,
                                            uint32_t exponent,
                                            uint32_t period,
                                            uint32_t last);

// Returns the number of steps made; refused steps do not count.
uint32_t hingeline_integer_sgd_steps(const struct hingeline_integer_sgd *sgd);

// Makes one step on one sample of inputs from -128 to 127. The report may be NULL.
//
// These are refused, and leave model and optimiser unchanged: a label that is not below the number of classes, inputs
// out of range, a rate that is too large or too small.
hingeline_status hingeline_integer_sgd_step(struct hingeline_integer_sgd *sgd,
                                            struct hingeline_integer_model *model,
                                            const int16_t *inputs,
                                            size_t features,
                                            size_t label,
                                            struct hingeline_integer_step_report *step);

// Makes one step on the order's current sample, and advances the order. The report may be NULL.
hingeline_status hingeline_integer_sgd_step_next(struct hingeline_integer_sgd *sgd,
                                                 struct hingeline_integer_model *model,
                                                 const struct hingeline_integer_samples *samples,
                                                 struct hingeline_order *order,
                                                 struct hingeline_integer_step_report *step);

// Steps to the end of the order's epoch, or to the first sample that is refused. The steps before it remain, and the
// report, which may be NULL, contains its index.
hingeline_status hingeline_integer_sgd_epoch(struct hingeline_integer_sgd *sgd,
                                             struct hingeline_integer_model *model,
                                             const struct hingeline_integer_samples *samples,
                                             struct hingeline_order *order,
                                             struct hingeline_integer_epoch_report *epoch);

// Evaluates a model on a set: the optimiser's loss, and the correct predictions.
hingeline_status hingeline_integer_sgd_evaluate(const struct hingeline_integer_sgd *sgd,
                                                struct hingeline_integer_model *model,
                                                const struct hingeline_integer_samples *samples,
                                                struct hingeline_integer_evaluation *evaluation);

// Reads the range of flash from `start` to `end` to find the newest record. The structure is copied; its context must
// remain valid.
//
// HINGELINE_UNSUITABLE_FLASH unless the range is an even number of whole sectors, and the sizes of reads and writes
// divide 64 and a sector.
hingeline_status hingeline_checkpoints_open(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_flash *flash,
                                            uint32_t start,
                                            uint32_t end);

// Appends a state as the newest record, and writes its number, counted from 1, to `number`, which may be NULL.
// Occasionally it erases a region first, which may take seconds: hingeline_checkpoints_prepare does this when there is
// time.
hingeline_status hingeline_checkpoints_save(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_state *state,
                                            uint32_t *number);

// Restores the newest record, and writes its number to `number`, which may be NULL. HINGELINE_NO_CHECKPOINT if there
// is none, as on the very first start; the objects are then unchanged.
hingeline_status hingeline_checkpoints_load(struct hingeline_checkpoints *checkpoints,
                                            const struct hingeline_state *state,
                                            uint32_t *number);

// Returns the number of the newest record, 0 if there is none.
uint32_t hingeline_checkpoints_newest(const struct hingeline_checkpoints *checkpoints);

// Erases the region that is not in use, unless it is erased already, so that the next saves do not have to.
hingeline_status hingeline_checkpoints_prepare(struct hingeline_checkpoints *checkpoints);

// Writes whether the next save of this state erases a region first.
hingeline_status hingeline_checkpoints_is_erase_due(const struct hingeline_checkpoints *checkpoints,
                                                    const struct hingeline_state *state,
                                                    bool *due);

// Writes the number of saves of this state per erase of a region.
hingeline_status hingeline_checkpoints_saves_per_erase(const struct hingeline_checkpoints *checkpoints,
                                                       const struct hingeline_state *state,
                                                       uint32_t *saves);

// Erases everything in the range: the device forgets what it has learnt.
hingeline_status hingeline_checkpoints_clear(struct hingeline_checkpoints *checkpoints);

// Writes the number of bytes of a state's record.
hingeline_status hingeline_record_bytes(const struct hingeline_state *state, size_t *len);

// Writes a record into a buffer, and its length. HINGELINE_BUFFER_TOO_SMALL if it is longer than the buffer.
hingeline_status hingeline_encode(const struct hingeline_state *state, uint8_t *buffer, size_t capacity, size_t *len);

// Restores a state from a record in memory. All of it is checked before any object changes: a record that is torn, of
// other objects or of numbers that no run produces is refused, and the objects are unchanged.
hingeline_status hingeline_decode(const struct hingeline_state *state, const uint8_t *bytes, size_t len);

// Passes a record to a callback, in pieces of at most 64 bytes.
hingeline_status hingeline_encode_to(const struct hingeline_state *state, hingeline_write_fn write, void *context);

// Restores a state from the bytes that a callback reads: once to check all of them, and once more to restore the
// objects. If the second reading differs, the objects are as new (HINGELINE_CLEARED); any other refusal leaves them
// unchanged.
hingeline_status hingeline_decode_from(const struct hingeline_state *state, hingeline_read_fn read, void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HINGELINE_H */
