//! The allocator of a contract: it hands out memory upwards and takes back only what it handed out
//! last.
//!
//! A call is short and its instance's memory is gone after it, so freeing in general would cost more
//! gas than it saves. Taking back the latest piece is free, and lets vectors grow in place.
#![allow(
    unsafe_code,
    reason = "a global allocator can't be written without; host.rs is the only other place"
)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr;

/// Bytes in a page of Wasm memory.
const PAGE_BYTES: usize = 64 * 1024;

unsafe extern "C" {
    /// The first byte after the contract's stack and static data; the linker defines it.
    static __heap_base: u8;
}

/// Hands out `[heap base, end of memory)` from below. All three are 0 until the first allocation.
struct BumpAllocator {
    /// The first byte not handed out.
    next: Cell<usize>,
    /// The end of the memory that the instance has.
    end: Cell<usize>,
}

#[global_allocator]
static ALLOCATOR: BumpAllocator = BumpAllocator { next: Cell::new(0), end: Cell::new(0) };

// SAFETY: contracts run in Wasm without threads, and no allocator function calls another allocation,
// so that no two accesses to the cells overlap.
unsafe impl Sync for BumpAllocator {}

impl BumpAllocator {
    /// Makes `[start, start + size)` the piece handed out last, if memory can hold it.
    fn take(&self, start: usize, size: usize) -> Option<usize> {
        let next = start.checked_add(size)?;
        if next > self.end.get() {
            let missing = next - self.end.get();
            if memory_grow::<0>(missing.div_ceil(PAGE_BYTES)) == usize::MAX {
                return None;
            }
            self.end.set(memory_size::<0>() * PAGE_BYTES);
        }
        self.next.set(next);
        Some(start)
    }

    /// The first address at or after `next` that is a multiple of `align`.
    fn aligned(&self, align: usize) -> Option<usize> {
        if self.next.get() == 0 {
            self.next.set(ptr::addr_of!(__heap_base).expose_provenance());
            self.end.set(memory_size::<0>() * PAGE_BYTES);
        }
        self.next.get().checked_next_multiple_of(align)
    }
}

// SAFETY:
// 1. A piece starts at a multiple of its layout's alignment and has its size (`aligned`, `take`).
// 2. Pieces never overlap: `next` only moves past what was handed out, and moves back only to the
//    start of the last piece, whose owner has given it up.
// 3. All of it lies in memory that the instance has (`take` grows it first, or fails) and above the
//    stack and static data (`__heap_base`). Nothing else grows memory or uses what lies above.
// 4. Failure is a null pointer, never a panic: sums and multiples are checked.
unsafe impl GlobalAlloc for BumpAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.aligned(layout.align()).and_then(|start| self.take(start, layout.size())) {
            Some(start) => ptr::with_exposed_provenance_mut(start),
            None => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if piece.addr() + layout.size() == self.next.get() {
            self.next.set(piece.addr());
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if piece.addr() + layout.size() == self.next.get() {
            return if self.take(piece.addr(), size).is_some() { piece } else { ptr::null_mut() };
        }
        if size <= layout.size() {
            return piece;
        }
        // SAFETY: the alignment is the old one, which was valid; a size that overflows isize fails in
        // `take`, because memory ends before.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: the old piece has `layout.size()` bytes, the new one more, and they are apart.
            unsafe { ptr::copy_nonoverlapping(piece, new, layout.size()) };
        }
        new
    }
}
