//! Calls one after the other on one state, each on top of what the earlier ones changed.

use sillok_abi::{Account, Call, CallTree, Receipt};

use crate::execution::{CallEnd, Context, Grant, finish};
use crate::fault::Fault;
use crate::state::Changes;

/// A run of calls as a block makes them, but without transactions around them: nobody signs, and nonces,
/// shares and quotas play no part. For benches, replays and tools.
pub struct Session {
    context: Context,
}

impl Session {
    pub(crate) fn new(context: Context) -> Self {
        Session { context }
    }

    /// Makes a call with at most `gas`, as if each account had signed its tree. The receipt's id is zero.
    pub fn call(&mut self, call: Call, gas: u64, signed: &[(Account, CallTree)]) -> Result<Receipt, Fault> {
        let context = &mut self.context;
        context.begin(gas);
        for (account, tree) in signed {
            context.authority.grant(&Grant { account: *account, tree, nonce: None });
        }
        let mark = context.mark();
        let (call, ended) = context.enter_root(call, None);
        if !matches!(ended, Ok(CallEnd::Returned(_))) {
            context.rollback(mark);
        }
        context.overlay.seal();
        finish(context, [0; 32], &call, gas, ended)
    }

    /// What the calls have changed.
    pub fn into_changes(self) -> Result<Changes, Fault> {
        let (overlay, mut books) = self.context.into_parts();
        let mut changes = overlay.into_changes();
        changes.extend(books.changes()?);
        Ok(changes)
    }
}
