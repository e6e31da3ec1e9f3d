//! Fetching one snapshot, from all peers that have it.

use std::collections::BTreeSet;
use std::time::Instant;

use sillok_abi::Hash;

use super::crowd::{Answered, Crowd};
use super::{Join, JoinError};
use crate::consensus::Peer;
use crate::fail_point::FailPoint;
use crate::limits;
use crate::snapshot::{Ask, Chunk, Head, Manifest, SnapshotError, SnapshotFolder, read};

impl Join<'_> {
    /// Fetches the snapshot with this id; none if those who had it are gone, or it is not what it says.
    pub(super) fn fetch(&mut self, crowd: &mut Crowd, id: &Hash) -> Result<Option<Manifest>, JoinError> {
        let folder = SnapshotFolder::at(&self.shelf.part(id));
        let Some(manifest) = self.head(crowd, id, &folder)? else { return Ok(None) };
        let whole = fetch_chunks(crowd, id, &folder, &manifest)?;
        Ok(whole.then_some(manifest))
    }

    /// The manifest, whose header is final; from the folder, if it was fetched before.
    fn head(
        &mut self,
        crowd: &mut Crowd,
        id: &Hash,
        folder: &SnapshotFolder,
    ) -> Result<Option<Manifest>, JoinError> {
        if let (Ok(manifest), Ok(finality)) = (folder.manifest(), folder.finality())
            && manifest.id() == *id
            && manifest.check_header(&finality, &self.genesis.hash(), self.validators).is_ok()
        {
            tracing::info!(height = manifest.height(), "going on to fetch a snapshot");
            return Ok(Some(manifest));
        }
        let mut alone = Instant::now();
        while alone.elapsed() < limits::JOIN_SURVEY {
            if !crowd.with(id).is_empty() {
                alone = Instant::now();
            }
            if let Some(peer) = crowd.idle_with(id).first() {
                crowd.ask(*peer, Ask::Head(*id));
            }
            let Some(Answered { peer, ask: Ask::Head(_), answer }) = crowd.step() else { continue };
            let Some(answer) = answer else {
                crowd.fail(peer);
                continue;
            };
            match self.check_head(id, &answer) {
                Ok((manifest, head)) => {
                    folder.make_chunks()?;
                    folder.write_head(&manifest, &head.finality)?;
                    let (height, chunks) = (manifest.height(), manifest.chunks.len());
                    tracing::info!(height, chunks, bytes = manifest.bytes(), "fetching a snapshot");
                    return Ok(Some(manifest));
                }
                Err(SnapshotError::OtherValidators(height)) => {
                    return Err(JoinError::OtherValidators(height - 1));
                }
                Err(error) => {
                    tracing::warn!(peer = peer.0, %error, "a peer offers what is no snapshot of this chain");
                    crowd.refuse(peer, "a false head of a snapshot");
                }
            }
            if crowd.with(id).is_empty() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn check_head(&self, id: &Hash, answer: &[u8]) -> Result<(Manifest, Head), SnapshotError> {
        let head: Head = read(answer).ok_or(SnapshotError::Manifest)?;
        let manifest = Manifest::decode(&head.manifest)?;
        if manifest.id() != *id {
            return Err(SnapshotError::Manifest);
        }
        manifest.check_header(&head.finality, &self.genesis.hash(), self.validators)?;
        Ok((manifest, head))
    }
}

/// Fetches the chunks that are not there; false if nobody has had the snapshot for some time.
fn fetch_chunks(
    crowd: &mut Crowd,
    id: &Hash,
    folder: &SnapshotFolder,
    manifest: &Manifest,
) -> Result<bool, JoinError> {
    let is_missing = |(index, chunk): &(u32, &Chunk)| folder.chunk(*index, chunk).is_err();
    let missing = (0u32..).zip(&manifest.chunks).filter(is_missing);
    let mut missing: BTreeSet<u32> = missing.map(|(index, _)| index).collect();
    let mut left = missing.len();
    let mut alone = Instant::now();
    while left > 0 {
        if !crowd.with(id).is_empty() {
            alone = Instant::now();
        } else if alone.elapsed() > limits::JOIN_SURVEY {
            return Ok(false);
        }
        for peer in crowd.idle_with(id) {
            let Some(index) = missing.pop_first() else { break };
            if !crowd.ask(peer, Ask::Chunk(*id, index)) {
                missing.insert(index);
            }
        }
        let Some(Answered { peer, ask: Ask::Chunk(_, index), answer }) = crowd.step() else { continue };
        if take_chunk(crowd, folder, manifest, peer, index, answer)? {
            left -= 1;
        } else {
            missing.insert(index);
        }
    }
    Ok(true)
}

/// Keeps a chunk if it is the right one.
fn take_chunk(
    crowd: &mut Crowd,
    folder: &SnapshotFolder,
    manifest: &Manifest,
    peer: Peer,
    index: u32,
    answer: Option<Vec<u8>>,
) -> Result<bool, JoinError> {
    let Some((bytes, chunk)) = answer.zip(manifest.chunks.get(index as usize)) else {
        crowd.fail(peer);
        return Ok(false);
    };
    if let Err(error) = chunk.check(index, &bytes) {
        tracing::warn!(peer = peer.0, %error, "a peer sent a false chunk");
        crowd.refuse(peer, "a false chunk of a snapshot");
        return Ok(false);
    }
    folder.write_chunk(index, &bytes)?;
    FailPoint::Fetched.pass();
    Ok(true)
}
