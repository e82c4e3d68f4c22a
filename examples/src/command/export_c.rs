//! A model as a header in C99 that needs no library, not even the C library.

use std::fmt::{Debug, Write};

use super::integers::{Integers, Raw, Width};
use super::stored::Stored;

/// Writes the header.
pub fn code(stored: &Stored, integers: Option<&Integers>, name: &str) -> String {
    let (classes, features, upper) = (stored.classes.len(), stored.features.len(), name.to_ascii_uppercase());
    let mut code = format!(
        "/* A linear classifier of {classes} classes over {features} features, written by `hingeline export`, not by hand.
   Weights {checksum} in binary32 before they were written. C99 or C++; no library is needed. */
#ifndef HINGELINE_{name}_H
#define HINGELINE_{name}_H

#include <stdint.h>

#define {upper}_CLASSES {classes}
#define {upper}_FEATURES {features}

/* The features, in their order: {order} */
static const char *const {name}_class_names[{classes}] = {{
    {names}
}};
",
        checksum = stored.weights_checksum,
        // Nothing in a name begins or ends a comment.
        order = stored.features.iter().map(|name| quoted(name).replace("*/", "* /").replace("/*", "/ *")).collect::<Vec<_>>().join(", "),
        names = stored.classes.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
    );
    match integers {
        None => floats(&mut code, stored, name),
        Some(integers) => whole(&mut code, integers, name),
    }
    let _ = write!(code, "\n#endif\n");
    code
}

/// A string literal of C; bytes that are not plain ASCII are written as octal numbers, which end after three digits.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            // A question mark may begin a trigraph.
            b'"' | b'\\' | b'?' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a constant array, with enough digits to read the same numbers back.
fn array<T: Debug>(code: &mut String, kind: &str, name: &str, values: &[T], row: usize, suffix: &str) {
    let _ = write!(code, "\nstatic const {kind} {name}[{}] = {{\n", values.len());
    for row in values.chunks(row) {
        let row: Vec<_> = row.iter().map(|value| format!("{value:?}{suffix}")).collect();
        let _ = writeln!(code, "    {},", row.join(", "));
    }
    code.push_str("};\n");
}

fn floats(code: &mut String, stored: &Stored, name: &str) {
    let (classes, features) = (stored.classes.len(), stored.features.len());
    let is_kept = !stored.standardiser.is_none();
    if is_kept {
        array(code, "float", &format!("{name}_mean"), &stored.standardiser.mean, features, "f");
        array(code, "float", &format!("{name}_factor"), &stored.standardiser.factor, features, "f");
    }
    array(code, "float", &format!("{name}_weights"), &stored.weights.concat(), features, "f");
    array(code, "float", &format!("{name}_bias"), &stored.bias, classes, "f");
    // Each feature is standardised once, not once for each class.
    let stack = if is_kept { format!(" It takes {} bytes of stack.", 4 * features + 64) } else { String::new() };
    let (standardise, z) = if is_kept {
        let standardise = format!(
            "    float z[{features}];
    for (i = 0; i < {features}; i++)
        z[i] = (x[i] - {name}_mean[i]) * {name}_factor[i];
"
        );
        (standardise, "z")
    } else {
        (String::new(), "x")
    };
    let _ = write!(
        code,
        "
/* The score of each class for a sample's features as given. It has the bits of hingeline's score unless products are
   fused with sums. GCC fuses them on processors that can, unless it is given -std=c99 (ISO C) or -ffp-contract=off; -ffast-math and the
   x87 unit compute other bits too.{stack} */
static inline void {name}_scores(const float x[{features}], float scores[{classes}])
{{
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
    int c, i, l, h;
{standardise}    for (c = 0; c < {classes}; c++) {{
        const float *const w = {name}_weights + c * {features};
        float lanes[16];
        for (l = 0; l < 16; l++) {{
            float lane = -0.0f;
            for (i = l; i < {features}; i += 16) {{
                const float product = w[i] * {z}[i];
                lane += product;
            }}
            lanes[l] = lane;
        }}
        for (h = 8; h > 0; h /= 2)
            for (l = 0; l < h; l++)
                lanes[l] += lanes[l + h];
        scores[c] = lanes[0] + {name}_bias[c];
    }}
}}
"
    );
    predict(code, name, [classes, features], "float", "float");
}

fn whole(code: &mut String, integers: &Integers, name: &str) {
    let (classes, features) = (integers.bias.len(), integers.scales.len());
    let zeros: Vec<_> = integers.scales.iter().map(|scale| scale.zero()).collect();
    let factors: Vec<_> = integers.scales.iter().map(|scale| scale.factor()).collect();
    let kind = if integers.width == Width::I16 { "int16_t" } else { "int8_t" };
    array(code, "int16_t", &format!("{name}_zero"), &zeros, features, "");
    array(code, "uint16_t", &format!("{name}_factor"), &factors, features, "");
    array(code, kind, &format!("{name}_weights"), &integers.weights, features, "");
    array(code, "int32_t", &format!("{name}_bias"), &integers.bias, classes, "");
    let raw = match integers.raw {
        Raw::U8 => "uint8_t",
        Raw::I8 => "int8_t",
        Raw::I16 | Raw::F32 => "int16_t",
    };
    let (shift, half) = (integers.raw.shift(), 1 << (integers.raw.shift() - 1));
    let _ = write!(
        code,
        "
/* The score of each class for a sample's raw features, with {bits} fraction bits: exactly hingeline's score. It assumes
   that a right shift of a number below 0 keeps its sign, as compilers implement it. It takes {stack} bytes of stack. */
static inline void {name}_scores(const {raw} raw[{features}], int32_t scores[{classes}])
{{
    int16_t inputs[{features}];
    int c, i;
    for (i = 0; i < {features}; i++) {{
        int32_t x = (((int32_t)raw[i] - {name}_zero[i]) * (int32_t){name}_factor[i] + {half}) >> {shift};
        inputs[i] = (int16_t)(x < -128 ? -128 : x > 127 ? 127 : x);
    }}
    for (c = 0; c < {classes}; c++) {{
        const {kind} *const w = {name}_weights + c * {features};
        int32_t score = {name}_bias[c];
        for (i = 0; i < {features}; i++)
            score += (int32_t)w[i] * inputs[i];
        scores[c] = score;
    }}
}}
",
        bits = integers.bits + 5,
        stack = 2 * features,
    );
    predict(code, name, [classes, features], raw, "int32_t");
}

fn predict(code: &mut String, name: &str, [classes, features]: [usize; 2], x: &str, score: &str) {
    let is_float = score == "float";
    let refusal = if is_float { ", or -1 if a score is not finite" } else { "" };
    // An infinity or a NaN minus itself is a NaN, which differs from 0.
    let check = if is_float { "        if (scores[c] - scores[c] != 0.0f)\n            return -1;\n" } else { "" };
    let _ = write!(
        code,
        "
/* The class of the highest score, the first of equal ones{refusal}. */
static inline int {name}_predict(const {x} x[{features}])
{{
    {score} scores[{classes}];
    int c, best = 0;
    {name}_scores(x, scores);
    for (c = 0; c < {classes}; c++) {{
{check}        if (scores[c] > scores[best])
            best = c;
    }}
    return best;
}}
"
    );
}
