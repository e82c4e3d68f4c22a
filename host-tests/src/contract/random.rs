//! Random draws, from the words of `next_u32`, and the fingerprint of a model.

use super::Model;

/// `(u >> 8) * 2⁻²⁴`.
pub fn uniform(u: u32) -> f32 {
    (u >> 8) as f32 * 2.0_f32.powi(-24)
}

/// The high half of `u * n` in 64 bits.
pub fn index(u: u32, n: u32) -> u32 {
    ((u as u64 * n as u64) >> 32) as u32
}

/// Box-Muller: `√(−2 ln(1 − u₁)) · cos(τ · u₂)`, by `libm`.
pub fn normal(first: u32, second: u32) -> f32 {
    let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - uniform(first)));
    radius * libm::cosf(core::f32::consts::TAU * uniform(second))
}

/// FNV-1a over the little-endian bytes of weights, bias, scale and carry.
pub fn checksum(model: &Model) -> u64 {
    let mut bytes = Vec::new();
    for weight in model.flat_weights() {
        bytes.extend(weight.to_le_bytes());
    }
    for bias in &model.bias {
        bytes.extend(bias.to_le_bytes());
    }
    bytes.extend(model.scale.to_le_bytes());
    bytes.extend(model.carry.to_le_bytes());

    let mut hash = 14_695_981_039_346_656_037_u64;
    for byte in bytes {
        hash = hash ^ byte as u64;
        hash = hash.wrapping_mul(1_099_511_628_211);
    }
    hash
}
