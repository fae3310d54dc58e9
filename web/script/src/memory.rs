//! The engine's memory, counted.
//!
//! The engine has a limit of its own, but a program can catch the error that tells of it, and go on with an answer that depends
//! on the target. Here it is written down that memory ran out.
#![allow(unsafe_code)] // QuickJS is C: whoever allocates for it hands out pointers.

use std::rc::Rc;

use rquickjs::allocator::{Allocator, RustAllocator};

use crate::meter::{Limit, Meter};

/// So that no sum in the allocator below overflows; more than any limit, and than any allocation can be.
const TOO_MUCH: usize = (isize::MAX as usize) / 2;

/// Rust's own allocator, with a meter.
pub(crate) struct Counted(pub(crate) Rc<Meter>);

impl Counted {
    /// What stands before each allocation and the rounding up.
    fn whole(size: usize) -> Option<usize> {
        (size < TOO_MUCH).then(|| size.next_multiple_of(8) + 8)
    }

    /// Makes an allocation that the meter allows.
    fn counted(&mut self, size: usize, make: impl FnOnce() -> *mut u8) -> *mut u8 {
        let whole = Self::whole(size).unwrap_or(usize::MAX);
        if !self.0.allocate(whole) {
            return std::ptr::null_mut();
        }
        let made = make();
        if made.is_null() {
            // The machine has less than the limit.
            self.0.free(whole);
            self.0.pass(Limit::Memory);
        }
        made
    }
}

// SAFETY: every pointer is one of `RustAllocator`, or null, which stands for an allocation that failed; and every pointer that
// comes back goes to it, with the size that it wrote before it.
unsafe impl Allocator for Counted {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        self.counted(size, || RustAllocator.alloc(size))
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        // Of nothing the allocator below makes none, which would look like a failure.
        let whole = count.saturating_mul(size).max(1);
        self.counted(whole, || RustAllocator.calloc(1, whole))
    }

    unsafe fn dealloc(&mut self, ptr: *mut u8) {
        unsafe {
            self.0.free(RustAllocator::usable_size(ptr) + 8);
            RustAllocator.dealloc(ptr);
        }
    }

    unsafe fn realloc(&mut self, ptr: *mut u8, new_size: usize) -> *mut u8 {
        if ptr.is_null() {
            return self.alloc(new_size);
        }
        let old = unsafe { RustAllocator::usable_size(ptr) } + 8;
        let made = self.counted(new_size, || unsafe { RustAllocator.realloc(ptr, new_size) });
        if !made.is_null() {
            self.0.free(old);
        }
        made
    }

    unsafe fn usable_size(ptr: *mut u8) -> usize {
        unsafe { RustAllocator::usable_size(ptr) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn a_machine_that_has_less_than_the_limit_has_passed_it() {
        let meter = Rc::new(Meter::new(Limits { steps: 0, memory: usize::MAX, output: 0 }));
        let mut memory = Counted(Rc::clone(&meter));
        assert!(!memory.alloc(8).is_null());
        assert_eq!(meter.passed(), None);
        assert!(memory.alloc(TOO_MUCH - 1).is_null());
        assert_eq!(meter.passed(), Some(Limit::Memory));
    }
}
