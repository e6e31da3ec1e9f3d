//! Making digests anew on the ways to leaves that have changed.
//!
//! All ways of all trees go down together, level by level, and are hashed level by level from below, so
//! that every level is one batch for the processor's vector units.

use blake3::IncrementCounter;
use blake3::platform::Platform;
use sillok_abi::{Hash, NodeBlock, Short, bit_of, short};

use super::Tree;
use super::arena::{Arena, Node, NodeRef};

/// A node on a way, the places whose ways go through it, and where its digest goes.
struct Visit {
    node: NodeRef,
    /// Of the touched places of its tree, as a range.
    from: u32,
    to: u32,
    into: Into,
}

#[derive(Clone, Copy)]
enum Into {
    /// The digest of a tree.
    Tree(u32),
    /// One half of a branch's block.
    Branch { branch: u32, right: bool },
}

/// A tree, and the places in it that were touched, in order, each once.
pub(super) struct Touched<'a> {
    pub(super) tree: &'a mut Tree,
    pub(super) places: Vec<Short>,
}

/// Makes the digests of these trees right.
pub(super) fn hash(arena: &mut Arena, trees: &mut [Touched<'_>]) {
    for touched in trees.iter_mut().filter(|touched| touched.tree.root.is_none()) {
        touched.tree.digest = Hash::default();
    }
    let levels = ways(arena, trees);
    let mut digests = Vec::new();
    for level in levels.iter().rev() {
        let blocks: Vec<&NodeBlock> = level.iter().map(|visit| arena.block(visit.node)).collect();
        hash_blocks(&blocks, &mut digests);
        arena.fetch_blocks(level.iter().filter_map(|visit| match visit.into {
            Into::Branch { branch, .. } => Some(branch),
            Into::Tree(_) => None,
        }));
        for (visit, digest) in level.iter().zip(&digests) {
            match visit.into {
                Into::Tree(tree) => trees[tree as usize].tree.digest = *digest,
                Into::Branch { branch, right } => arena.set_digest(branch, right, &short(digest)),
            }
        }
    }
}

/// All nodes on the ways to touched places, the roots first.
fn ways(arena: &Arena, trees: &[Touched<'_>]) -> Vec<Vec<Visit>> {
    let roots = trees.iter().enumerate().filter_map(|(index, touched)| {
        let to = touched.places.len() as u32;
        let node = touched.tree.root.filter(|_| to > 0)?;
        Some((index as u32, Visit { node, from: 0, to, into: Into::Tree(index as u32) }))
    });
    let (mut of, mut level): (Vec<u32>, Vec<Visit>) = roots.unzip();
    let mut levels = Vec::new();
    while !level.is_empty() {
        let (mut next_of, mut next) = (Vec::with_capacity(level.len()), Vec::with_capacity(level.len()));
        for (tree, visit) in of.iter().zip(&level) {
            let Node::Branch(index) = visit.node.node() else { continue };
            let fork = arena.fork(index);
            let places = &trees[*tree as usize].places[visit.from as usize..visit.to as usize];
            let middle = visit.from + places.partition_point(|place| !bit_of(place, fork.bit)) as u32;
            for (right, from, to) in [(false, visit.from, middle), (true, middle, visit.to)] {
                if from < to {
                    next_of.push(*tree);
                    let into = Into::Branch { branch: index, right };
                    next.push(Visit { node: fork.children[usize::from(right)], from, to, into });
                }
            }
        }
        arena.fetch_forks(next.iter().filter_map(|visit| match visit.node.node() {
            Node::Branch(branch) => Some(branch),
            Node::Leaf(_) => None,
        }));
        levels.push(std::mem::replace(&mut level, next));
        of = next_of;
    }
    levels
}

/// BLAKE3 of each block. The library hashes many inputs at once behind its documented interface only, so
/// its version is pinned, and a test compares with the documented one.
fn hash_blocks(blocks: &[&NodeBlock], digests: &mut Vec<Hash>) {
    const IV: [u32; 8] = [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ];
    /// A block of 64 bytes is first and last of its chunk, and the chunk is the root.
    const CHUNK_START: u8 = 1;
    const CHUNK_END: u8 = 2;
    const ROOT: u8 = 8;
    digests.clear();
    digests.resize(blocks.len(), Hash::default());
    Platform::detect().hash_many(
        blocks,
        &IV,
        0,
        IncrementCounter::No,
        0,
        CHUNK_START,
        CHUNK_END | ROOT,
        digests.as_flattened_mut(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_blocks_hash_as_each_alone() {
        for count in [0, 1, 3, 16, 17, 100] {
            let blocks: Vec<NodeBlock> = (0..count).map(|n: u8| [n.wrapping_mul(37); 64]).collect();
            let mut digests = Vec::new();
            hash_blocks(&blocks.iter().collect::<Vec<_>>(), &mut digests);
            let alone: Vec<Hash> = blocks.iter().map(|block| *blake3::hash(block).as_bytes()).collect();
            assert_eq!(digests, alone);
        }
    }
}
