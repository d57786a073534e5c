//! Memory for one request: taken from the front, never given back.
//!
//! A host makes a new instance for every request and throws its memory away, so looking for free
//! places would cost more than it saves. Each call starts over at the front: nothing of one call
//! outlives it, which also keeps a host that reuses an instance within its memory.

#![expect(unsafe_code, reason = "an allocator hands out pointers")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

const PAGE: usize = 64 * 1024;

/// Hands out memory from `next` on; `end` is the end of the instance's memory.
pub(crate) struct Bump {
    start: Cell<usize>,
    next: Cell<usize>,
    end: Cell<usize>,
    /// Memory that may come again after it was handed out ends here. Behind it and `next` all is
    /// as the host gave it: zero.
    used: Cell<usize>,
}

// SAFETY: a wasm instance has one thread.
unsafe impl Sync for Bump {}

impl Bump {
    pub(crate) const fn new() -> Self {
        Self { start: Cell::new(0), next: Cell::new(0), end: Cell::new(0), used: Cell::new(0) }
    }

    /// Takes back everything that was handed out since the first call of this function.
    ///
    /// # Safety
    /// Nothing that was handed out since then is used again.
    pub(crate) unsafe fn start_over(&self) {
        if self.start.get() == 0 {
            self.start.set(self.next.get());
        }
        self.give_back(self.next.get());
        self.next.set(self.start.get());
    }

    /// Notes that memory up to `end` will be handed out again.
    fn give_back(&self, end: usize) {
        self.used.set(self.used.get().max(end));
    }

    /// `size` bytes at a multiple of `align`; null where the host gives no more memory.
    #[inline]
    fn take(&self, size: usize, align: usize) -> *mut u8 {
        let at = self.next.get().wrapping_add(align - 1) & !(align - 1);
        match at.checked_add(size) {
            Some(next) if next <= self.end.get() => {
                self.next.set(next);
                at as *mut u8
            }
            _ => self.grow(size, align),
        }
    }

    #[cold]
    fn grow(&self, size: usize, align: usize) -> *mut u8 {
        let Some(wanted) = size.checked_add(align) else {
            return std::ptr::null_mut();
        };
        let pages = wanted.div_ceil(PAGE);
        let old = core::arch::wasm32::memory_grow::<0>(pages);
        if old == usize::MAX {
            return std::ptr::null_mut();
        }
        let from = old * PAGE;
        // What is left before `from` is used too, where nobody else grew the memory in between.
        if from != self.end.get() {
            self.next.set(from);
        }
        self.end.set(from + pages * PAGE);
        self.take(size, align)
    }
}

// SAFETY: what `take` hands out is inside the instance's memory, aligned, and handed out once.
unsafe impl GlobalAlloc for Bump {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size(), layout.align())
    }

    /// Writes zeros only where something may have been written before: the buffer for a payload
    /// is as long as that, and new.
    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let block = self.take(layout.size(), layout.align());
        let used = self.used.get().saturating_sub(block as usize).min(layout.size());
        if used > 0 && !block.is_null() {
            // SAFETY: the block is at least as long.
            unsafe { std::ptr::write_bytes(block, 0, used) };
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    /// The last block grows in place, which a text that is being written does all the time.
    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let at = block as usize;
        let is_last = at + layout.size() == self.next.get();
        if is_last && at.checked_add(size).is_some_and(|next| next <= self.end.get()) {
            if size < layout.size() {
                self.give_back(at + layout.size());
            }
            self.next.set(at + size);
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        let new = self.take(size, layout.align());
        if !new.is_null() {
            // SAFETY: both blocks are at least as long as the old one, and they do not overlap.
            unsafe { std::ptr::copy_nonoverlapping(block, new, layout.size()) };
        }
        new
    }
}
