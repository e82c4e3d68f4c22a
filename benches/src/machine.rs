//! The machine that the figures were measured on.

/// The processor's name, and those of its instruction sets that a kernel could use.
pub fn processor() -> String {
    cfg_select! {
        target_arch = "x86_64" => {
            let brand = raw_cpuid::CpuId::new().get_processor_brand_string();
            let name = brand.map_or_else(|| "unknown".to_owned(), |brand| brand.as_str().trim().to_owned());
            let sets = [
                ("sse2", is_x86_feature_detected!("sse2")),
                ("sse4.2", is_x86_feature_detected!("sse4.2")),
                ("avx", is_x86_feature_detected!("avx")),
                ("avx2", is_x86_feature_detected!("avx2")),
                ("fma", is_x86_feature_detected!("fma")),
                ("avx512f", is_x86_feature_detected!("avx512f")),
                ("avx512vl", is_x86_feature_detected!("avx512vl")),
                ("avx512dq", is_x86_feature_detected!("avx512dq")),
                ("avx512bw", is_x86_feature_detected!("avx512bw")),
            ];
            let sets: Vec<_> = sets.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
            format!("{name}, {}; {}", family(), sets.join(" "))
        }
        _ => { std::env::consts::ARCH.to_owned() }
    }
}

/// Family and model, since a virtual machine may report an uninformative name for its processor.
#[cfg(target_arch = "x86_64")]
fn family() -> String {
    let features = raw_cpuid::CpuId::new().get_feature_info();
    features.map_or_else(String::new, |f| format!("family {} model {}", f.family_id(), f.model_id()))
}
