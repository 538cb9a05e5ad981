#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rotaudit_fuzz::hold("redact", bytes));
