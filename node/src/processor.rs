//! Whether this processor has the instructions that the node was compiled to: those of x86-64-v3, if it was
//! (`.cargo/config.toml`).
//!
//! Asked before anything else: an instruction that the processor lacks ends a process without a word. What the
//! compiler may use counts as there for `is_x86_feature_detected`, so the processor is asked itself (`CPUID`, AMD64
//! Architecture Programmer's Manual volume 3, appendix E.3).

/// What the processor lacks, if anything.
#[cfg(all(target_arch = "x86_64", target_feature = "avx2"))]
pub(crate) fn lacks() -> Option<&'static str> {
    use std::arch::x86_64::{__cpuid, __cpuid_count, CpuidResult};
    const EXTENDED: u32 = 0x8000_0000;
    const NOTHING: CpuidResult = CpuidResult { eax: 0, ebx: 0, ecx: 0, edx: 0 };
    let answer = |leaf: u32, last: u32| if leaf > last { NOTHING } else { __cpuid_count(leaf, 0) };
    let (plain, extended) = (__cpuid(0).eax, __cpuid(EXTENDED).eax);
    first_missing(answer(1, plain).ecx, answer(7, plain).ebx, answer(EXTENDED | 1, extended).ecx)
}

/// What the processor lacks, if anything: nothing beyond what each has is used.
#[cfg(not(all(target_arch = "x86_64", target_feature = "avx2")))]
pub(crate) fn lacks() -> Option<&'static str> {
    None
}

/// The first instructions of x86-64-v3 that are missing, by ECX of leaf 1, EBX of leaf 7 and ECX of leaf 8000_0001h.
#[cfg(any(test, all(target_arch = "x86_64", target_feature = "avx2")))]
fn first_missing(first: u32, seventh: u32, extended: u32) -> Option<&'static str> {
    let all = [
        ("AVX2", seventh, 5),
        ("AVX, as the system lets it be used", first, 27),
        ("FMA", first, 12),
        ("MOVBE", first, 22),
        ("F16C", first, 29),
        ("BMI1", seventh, 3),
        ("BMI2", seventh, 8),
        ("LZCNT", extended, 5),
    ];
    all.into_iter().find(|(_, register, bit)| register >> bit & 1 == 0).map(|(name, ..)| name)
}

#[cfg(test)]
mod tests {
    use super::{first_missing, lacks};

    const FIRST: u32 = 1 << 27 | 1 << 12 | 1 << 22 | 1 << 29;
    const SEVENTH: u32 = 1 << 5 | 1 << 3 | 1 << 8;

    #[test]
    fn each_instruction_that_is_missing_is_named() {
        assert_eq!(first_missing(FIRST, SEVENTH, 1 << 5), None);
        assert_eq!(first_missing(FIRST, SEVENTH & !(1 << 5), 1 << 5), Some("AVX2"));
        assert_eq!(first_missing(FIRST & !(1 << 22), SEVENTH, 1 << 5), Some("MOVBE"));
        assert_eq!(first_missing(FIRST, SEVENTH & !(1 << 8), 1 << 5), Some("BMI2"));
        assert_eq!(first_missing(FIRST, SEVENTH, 0), Some("LZCNT"));
        assert_eq!(first_missing(0, 0, 0), Some("AVX2"));
    }

    #[test]
    fn the_processor_that_runs_this_lacks_nothing() {
        assert_eq!(lacks(), None);
    }
}
