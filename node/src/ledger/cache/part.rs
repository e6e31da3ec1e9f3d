//! A part of the cache: slots of which each has a key and its value, an index over them, and a hand that goes round
//! to find what can go (the CLOCK algorithm, Corbató 1968).
//!
//! A slot is as long as most keys take with their values, and lies on as few lines of the processor's cache as can
//! be: what a look-up takes is to wait for them.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use super::Sought;
use super::index::SlotIndex;

/// So many bytes of key and value have room in a slot; longer ones lie elsewhere.
const INLINE: usize = 96;
/// What a slot weighs by itself, with its place in the index.
const SLOT: u64 = size_of::<Slot>() as u64 + 16;
/// Slots come in pieces of so many: nothing is moved when there are to be more.
const PIECE: usize = 256;

/// Since when a slot holds a value that is free: no view is of this height.
const FREE: u64 = u64::MAX;

/// A value of the flat state, or that there is none, and since which height.
#[repr(align(64))]
struct Slot {
    hash: u64,
    since: u64,
    key_bytes: u32,
    has_value: bool,
    /// Whether it was read since the hand came by.
    is_read: AtomicBool,
    /// The key, and after it the value.
    bytes: SmallVec<[u8; INLINE]>,
}

impl Slot {
    fn new(Sought { hash, key }: Sought<'_>, value: Option<&[u8]>, since: u64) -> Self {
        let mut slot = Slot {
            hash,
            since,
            key_bytes: 0,
            has_value: false,
            is_read: AtomicBool::new(false),
            bytes: SmallVec::new(),
        };
        slot.set(key, value, since);
        slot
    }

    fn set(&mut self, key: &[u8], value: Option<&[u8]>, since: u64) {
        let value_bytes = value.unwrap_or_default();
        self.bytes.clear();
        self.bytes.reserve_exact(key.len() + value_bytes.len());
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value_bytes);
        self.key_bytes = u32::try_from(key.len()).expect("no key of state takes gigabytes");
        self.has_value = value.is_some();
        self.since = since;
    }

    fn weight(&self) -> u64 {
        SLOT + if self.bytes.spilled() { self.bytes.capacity() as u64 } else { 0 }
    }
}

/// Slots, found by hash.
pub(super) struct Part {
    index: SlotIndex,
    pieces: Vec<Vec<Slot>>,
    /// How many slots there are.
    slots: u32,
    free: Vec<u32>,
    hand: u32,
    weight: u64,
    capacity: u64,
}

impl Part {
    /// An empty one of so many bytes.
    pub(super) fn new(capacity: u64) -> Self {
        let (index, pieces, free) = (SlotIndex::default(), Vec::new(), Vec::new());
        Part { index, pieces, slots: 0, free, hand: 0, weight: 0, capacity }
    }

    /// From now on keeps at most so many bytes.
    pub(super) fn bound(&mut self, capacity: u64) {
        self.capacity = capacity;
        self.make_room();
    }

    /// Whether something can be put in and nothing has to go for it.
    pub(super) fn has_room(&self) -> bool {
        self.weight < self.capacity / 10 * 9
    }

    /// What is known of a key at a height.
    pub(super) fn get(&self, sought: &Sought<'_>, height: u64) -> Option<Option<Vec<u8>>> {
        let slot = self.slot(self.place(sought.hash)?);
        let (key, value) = slot.bytes.split_at(slot.key_bytes as usize);
        if slot.since > height || key != sought.key {
            return None;
        }
        // Read first: a line that is written to has to be fetched anew by others.
        if !slot.is_read.load(Ordering::Relaxed) {
            slot.is_read.store(true, Ordering::Relaxed);
        }
        Some(slot.has_value.then(|| value.to_vec()))
    }

    /// Keeps a key's value; answers whether something of this hash was here.
    pub(super) fn put(&mut self, sought: Sought<'_>, value: Option<&[u8]>, height: u64) -> bool {
        let found = self.place(sought.hash);
        match found {
            Some(place) => {
                let slot = self.slot_mut(place);
                let before = slot.weight();
                slot.set(sought.key, value, height);
                self.weight = self.weight - before + self.slot(place).weight();
            }
            None => self.insert(Slot::new(sought, value, height)),
        }
        self.make_room();
        found.is_some()
    }

    fn insert(&mut self, slot: Slot) {
        self.weight += slot.weight();
        let hash = slot.hash;
        let place = match self.free.pop() {
            Some(place) => {
                *self.slot_mut(place) = slot;
                place
            }
            None => self.append(slot),
        };
        self.index.insert(hash, place);
    }

    /// Adds a slot after all others.
    fn append(&mut self, slot: Slot) -> u32 {
        if self.slots as usize == self.pieces.len() * PIECE {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        self.pieces.last_mut().expect("one with room").push(slot);
        self.slots += 1;
        self.slots - 1
    }

    /// Lets go what the hand comes to and nobody has read since it came by last, until what is left has room.
    fn make_room(&mut self) {
        while self.weight > self.capacity {
            let place = self.hand;
            self.hand = (place + 1) % self.slots;
            let slot = self.slot_mut(place);
            let is_read = mem::take(slot.is_read.get_mut());
            if !is_read && slot.since != FREE {
                self.remove(place);
            }
        }
    }

    fn remove(&mut self, place: u32) {
        let slot = self.slot_mut(place);
        let (hash, weight) = (slot.hash, slot.weight());
        (slot.since, slot.bytes) = (FREE, SmallVec::new());
        self.weight -= weight;
        self.free.push(place);
        self.index.remove(hash, place);
    }

    fn place(&self, hash: u64) -> Option<u32> {
        self.index.find(hash, |place| self.slot(place).hash)
    }

    fn slot(&self, place: u32) -> &Slot {
        &self.pieces[place as usize / PIECE][place as usize % PIECE]
    }

    fn slot_mut(&mut self, place: u32) -> &mut Slot {
        &mut self.pieces[place as usize / PIECE][place as usize % PIECE]
    }
}

#[cfg(test)]
impl Part {
    /// What it holds, slot by slot.
    pub(super) fn weight(&self) -> u64 {
        let held = self.pieces.iter().flatten().filter(|slot| slot.since != FREE);
        let weight = held.map(Slot::weight).sum();
        assert_eq!(self.weight, weight, "what it takes itself to hold");
        weight
    }
}
