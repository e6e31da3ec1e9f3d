//! Randomness: where a node takes it from. Only signing needs it; nothing below the node draws any.

use rand_core::{CryptoRng, RngCore};

/// Draws random bytes fit for signing.
pub(crate) trait Rng: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        rand_core::OsRng.fill_bytes(bytes);
    }
}

/// The same bytes each time, so that a test or a simulation can be repeated.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FixedRng;

impl Rng for FixedRng {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// An [`Rng`] in the form that signing takes.
pub(crate) struct SigningRng<'a>(pub(crate) &'a dyn Rng);

impl CryptoRng for SigningRng<'_> {}

impl RngCore for SigningRng<'_> {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}
