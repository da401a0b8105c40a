//! Where the program's memory comes from: mimalloc, for Rust's values and for the numbers of GMP and MPFR alike.
//!
//! A number of a few hundred bits lives as long as one operation, and the C library took a fifth of a verification to find it a place. The library
//! leaves the choice to whoever links it; this is the program's, and the only room with unsafe code.

use gmp_mpfr_sys::gmp::set_memory_functions;
use mimalloc::MiMalloc;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::ffi::c_void;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Lets GMP and MPFR take their memory where Rust does.
///
/// To be called before the first of their numbers: what the C library gave, it must take back.
pub fn share() {
    // SAFETY: the functions below are a malloc, a realloc and a free of one heap, which never return null, and nothing of another heap is there yet.
    #[allow(unsafe_code)]
    unsafe {
        set_memory_functions(Some(allocate), Some(reallocate), Some(free));
    }
}

/// Room for `size` bytes, as aligned as any number of theirs.
fn room(size: usize) -> Layout {
    // None is not asked for, and std may not be asked for it. A panic ends the program here: it does not unwind into C.
    Layout::from_size_align(size.max(1), align_of::<u128>()).expect("a number is smaller than all memory")
}

extern "C" fn allocate(size: usize) -> *mut c_void {
    let layout = room(size);
    // SAFETY: the layout is not empty.
    #[allow(unsafe_code)]
    let memory = unsafe { alloc(layout) };
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    memory.cast()
}

extern "C" fn reallocate(memory: *mut c_void, old: usize, new: usize) -> *mut c_void {
    let layout = room(new);
    // SAFETY: GMP hands back what these two gave, with the size that it asked for.
    #[allow(unsafe_code)]
    let moved = unsafe { realloc(memory.cast(), room(old), layout.size()) };
    if moved.is_null() {
        handle_alloc_error(layout);
    }
    moved.cast()
}

extern "C" fn free(memory: *mut c_void, size: usize) {
    // SAFETY: as above.
    #[allow(unsafe_code)]
    unsafe {
        dealloc(memory.cast(), room(size));
    }
}

#[cfg(test)]
mod tests {
    use super::{allocate, share};
    use gmp_mpfr_sys::gmp::get_memory_functions;
    use rug::ops::Pow;
    use rug::{Float, Integer};
    use std::ffi::c_void;
    use std::ptr::fn_addr_eq;
    use std::thread;

    /// Whether GMP asks `allocate`.
    fn is_shared() -> bool {
        let (mut asked, mut moved, mut freed) = (None, None, None);
        // SAFETY: it writes the three functions that are in force.
        #[allow(unsafe_code)]
        unsafe {
            get_memory_functions(&mut asked, &mut moved, &mut freed);
        }
        asked.is_some_and(|function| fn_addr_eq(function, allocate as extern "C" fn(usize) -> *mut c_void))
    }

    /// Numbers that grow, shrink, and are dropped by another thread than the one that made them, are what they are: `(10^9 + 7)^n - 1` is a multiple of
    /// `10^9 + 6`, `(sqrt 2)^2` is 2 but for rounding.
    #[test]
    fn numbers_keep_their_digits_wherever_their_memory_is() {
        assert!(!is_shared());
        share();
        assert!(is_shared());
        let base = Integer::from(1_000_000_007);
        let powers: Vec<Integer> = (0..200_u32).map(|power| base.clone().pow(power)).collect();
        let roots: Vec<Float> = (1..60).map(|size| Float::with_val(64 * size, 2).sqrt()).collect();
        let made_here = thread::scope(|scope| {
            let halves = scope.spawn(|| powers.iter().map(|power| Integer::from(power - 1_u32)).collect::<Vec<_>>());
            halves.join().expect("no panic")
        });
        thread::spawn(move || {
            for mut less_one in made_here {
                assert!(less_one.is_divisible(&Integer::from(1_000_000_006)));
                less_one >>= less_one.significant_bits() / 2;
                less_one.shrink_to_fit();
                drop(less_one);
            }
        })
        .join()
        .expect("no panic");
        for mut root in roots {
            let bits = root.prec();
            root.square_mut();
            assert!((root.clone() - 2_u32).abs() <= Float::with_val(bits, Float::i_exp(1, 3 - bits as i32)), "{root}");
            root.set_prec(53);
            root.set_prec(4096);
        }
        // Texts are given back with the size of what they were read from.
        let digits = powers[199].to_string_radix(10);
        assert_eq!(digits.parse::<Integer>().as_ref(), Ok(&powers[199]));
    }
}
