#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hingeline_fuzz::readers::tensors(bytes));
