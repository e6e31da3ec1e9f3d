//! State trees, made from what is on disk: the whole one of the tip, and those of earlier heights as far as
//! a proof needs them.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::thread;

use sillok_runtime::{Direction, Fault, FieldKey, FieldRoots, PageLimit, StateTree, TreeBuilder};

use super::versions::Versions;
use super::{Ledger, keys, read};
use crate::limits;
use crate::storage::{Entry, StorageError, Table};

impl Ledger {
    /// The tree of the state at the tip, made from the flat state. From then on it is known which keys have values,
    /// and as much as there is room for is in the cache: what is read one by one as transactions come takes far longer
    /// than here, where all of it passes by.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn tree(&self) -> Result<StateTree, Fault> {
        let page = |from: &[u8], limit| {
            Ok(self.storage.page(Table::State, from, &keys::BEYOND_STATE, Direction::Ascending, limit)?)
        };
        let height = self.tip().height;
        let tree = thread::scope(|scope| {
            let (passed, pages) = sync_channel(limits::TREE_PAGES_AHEAD);
            // The other half of what a start takes longest for.
            scope.spawn(move || pages.iter().for_each(|page: Vec<Entry>| self.source.take_up(&page, height)));
            let mut builder = TreeBuilder::default();
            each_page(&[], page, |entries| {
                entries.iter().try_for_each(|(key, value)| builder.add(key, value))?;
                passed.send(entries).map_err(|_| Fault::new("the thread that takes up state has ended"))
            })?;
            drop(passed);
            Ok::<_, Fault>(builder.finish())
        })?;
        self.source.known.complete(height);
        Ok(tree)
    }

    /// The tree after the block at `height`, which another one follows. Of the fields only those in `whole`
    /// have their keys; of the others it holds the roots alone.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn tree_at(&self, height: u64, whole: &BTreeSet<FieldKey>) -> Result<StateTree, Fault> {
        let roots = Versions { storage: &*self.storage, table: Table::FieldRoots, height };
        let state = self.view(height);
        let damaged = || StorageError::Corrupt("a field's root is damaged".into());
        let mut builder = TreeBuilder::default();
        let page = |from: &[u8], limit| Ok(roots.page(from, &keys::BEYOND_STATE, limit)?);
        let mut add = |field: &[u8], root: &[u8]| {
            let field: &FieldKey = field.try_into().map_err(|_| damaged())?;
            if !whole.contains(field) {
                builder.add_field(field, root.try_into().map_err(|_| damaged())?);
                return Ok(());
            }
            let beyond = keys::after_all(field);
            let page = |from: &[u8], limit| state.page(from, &beyond, Direction::Ascending, limit);
            each_page(field, page, |entries| {
                entries.iter().try_for_each(|(key, value)| builder.add(key, value))
            })
        };
        each_page(&[], page, |fields| fields.iter().try_for_each(|(field, root)| add(field, root)))?;
        Ok(builder.finish())
    }

    /// The roots, in `tree`, of the fields that the tip has changed: the next block writes them down.
    ///
    /// # Errors
    /// If it can't be read which they are.
    pub(crate) fn tip_roots(&self, tree: &StateTree) -> Result<FieldRoots, StorageError> {
        let height = keys::height(self.tip().height);
        let changed: Vec<Vec<u8>> = read(&*self.storage, Table::Undo, &height)?.unwrap_or_default();
        let fields = changed.iter().filter_map(|key| key.first_chunk::<{ size_of::<FieldKey>() }>());
        Ok(fields.map(|field| (*field, tree.field_root(field))).collect())
    }
}

/// Goes through the entries from `from` on, a page at a time; `page` reads one.
fn each_page(
    from: &[u8],
    page: impl Fn(&[u8], PageLimit) -> Result<Vec<Entry>, Fault>,
    mut take: impl FnMut(Vec<Entry>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let limit = PageLimit { entries: limits::TREE_PAGE_ENTRIES, bytes: limits::TREE_PAGE_BYTES };
    let mut from = from.to_vec();
    loop {
        let entries = page(&from, limit)?;
        let Some((last, _)) = entries.last() else { return Ok(()) };
        from = keys::next(last);
        take(entries)?;
    }
}
