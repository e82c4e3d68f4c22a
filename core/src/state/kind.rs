//! The numbers of all types in a record. No number is ever reused for another type.

pub(crate) const MODEL: u32 = 1;
pub(crate) const AVERAGE: u32 = 2;
pub(crate) const ORDER: u32 = 3;
pub(crate) const RESERVOIR: u32 = 4;
pub(crate) const MOMENTS: u32 = 5;
pub(crate) const STANDARDISER: u32 = 6;
pub(crate) const CONFUSION: u32 = 7;

pub(crate) const PROGRESS: u32 = 16;
pub(crate) const SGD: u32 = 17;
pub(crate) const GRADIENT_DESCENT: u32 = 18;
pub(crate) const MINI_BATCH: u32 = 19;
pub(crate) const SEARCH: u32 = 20;
pub(crate) const LINE_SEARCH: u32 = 21;
pub(crate) const EARLY_STOPPING: u32 = 22;
pub(crate) const RANDOM_SEARCH: u32 = 23;
pub(crate) const RANDOM_LOCAL_SEARCH: u32 = 24;

pub(crate) const WESTON_WATKINS: u32 = 32;
pub(crate) const CRAMMER_SINGER: u32 = 33;
pub(crate) const SOFTMAX: u32 = 34;
pub(crate) const WEIGHTED: u32 = 35;
pub(crate) const OBJECTIVE: u32 = 36;

pub(crate) const CONSTANT: u32 = 48;
pub(crate) const INVERSE_TIME: u32 = 49;
pub(crate) const STEP_DECAY: u32 = 50;
pub(crate) const COSINE: u32 = 51;
pub(crate) const PEGASOS: u32 = 52;
pub(crate) const LIMITED: u32 = 53;

pub(crate) const INTEGER_MODEL: u32 = 64;
pub(crate) const INTEGER_SGD: u32 = 65;
pub(crate) const INTEGER_MOMENTS: u32 = 66;
pub(crate) const INPUT_SCALES: u32 = 67;
pub(crate) const INTEGER_WESTON_WATKINS: u32 = 68;
pub(crate) const INTEGER_CRAMMER_SINGER: u32 = 69;
pub(crate) const INTEGER_WEIGHTED: u32 = 70;
pub(crate) const HALVING: u32 = 71;
pub(crate) const INTEGER_PROGRESS: u32 = 72;
