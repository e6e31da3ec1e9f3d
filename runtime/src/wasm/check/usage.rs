//! What a module may use, and what it does use, of everything that has a limit.

use super::errors::CodeError;
use crate::code_limits::CodeLimits;

/// Picks the limit, and with it the figure.
pub(super) type Item = fn(&mut CodeLimits) -> &mut u32;

/// Limits and figures side by side.
pub(super) struct Usage {
    limits: CodeLimits,
    used: CodeLimits,
    /// What compiling takes: see `work`.
    pub(super) work: u64,
}

impl Usage {
    pub(super) fn new(limits: &CodeLimits) -> Self {
        Usage { limits: limits.clone(), used: CodeLimits::all(0), work: 0 }
    }

    /// Records that the module uses this much of something once; the most counts.
    pub(super) fn most(
        &mut self,
        item: Item,
        found: impl TryInto<u32>,
        refusal: CodeError,
    ) -> Result<(), CodeError> {
        let found = found.try_into().unwrap_or(u32::MAX);
        let used = item(&mut self.used);
        *used = found.max(*used);
        if found > *item(&mut self.limits) { Err(refusal) } else { Ok(()) }
    }

    /// Records that the module uses this much more of something.
    pub(super) fn add(
        &mut self,
        item: Item,
        found: impl TryInto<u32>,
        refusal: CodeError,
    ) -> Result<(), CodeError> {
        let sum = item(&mut self.used).saturating_add(found.try_into().unwrap_or(u32::MAX));
        self.most(item, sum, refusal)
    }

    /// What the module was found to use, and what compiling it takes.
    pub(super) fn found(self) -> (CodeLimits, u64) {
        (self.used, self.work)
    }
}
