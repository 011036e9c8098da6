//! The border: a table of C functions over [`set::Set`], as `gwmatch_native.h` describes it.
//!
//! Nothing here decides anything; it turns pointers into slices, and stops panics.
pub mod automaton;
mod openings;
pub mod pattern;
mod rows;
pub mod set;
mod walk;

use std::ffi::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{ptr, slice};

use crate::set::Set;

/// Version of the table's layout and meaning; `GWM_ABI` of the header.
pub const ABI: u32 = 1;

/// Bytes that someone else owns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct GwmSlice {
    pub at: *const u8,
    pub size: usize,
}

type SetNew = unsafe extern "C" fn(*const GwmSlice, usize, usize, usize, *mut usize, *mut c_char, usize) -> *mut Set;

/// The function table; see the header for what each one promises.
#[repr(C)]
pub struct GwmApi {
    pub abi: u32,
    pub set_new: SetNew,
    pub set_free: unsafe extern "C" fn(*mut Set),
    pub set_matches: unsafe extern "C" fn(*const Set, *const u8, usize, *mut u64) -> i32,
    pub set_count: unsafe extern "C" fn(*const Set) -> usize,
    pub set_automata: unsafe extern "C" fn(*const Set) -> usize,
    pub set_memory: unsafe extern "C" fn(*const Set) -> usize,
}

static API: GwmApi = GwmApi { abi: ABI, set_new, set_free, set_matches, set_count, set_automata, set_memory };

/// The table; the only exported symbol.
#[no_mangle]
pub extern "C" fn gwm_api() -> *const GwmApi {
    &API
}

/// A set over `patterns[0..count)`, or NULL with `*bad` and `message` filled in.
///
/// # Safety
/// `patterns` has `count` readable slices, each with `size` readable bytes (NULL only where there are none). `bad` is
/// NULL or writable; `message` has `capacity` writable bytes.
unsafe extern "C" fn set_new(
    patterns: *const GwmSlice,
    count: usize,
    automaton_limit: usize,
    set_budget: usize,
    bad: *mut usize,
    message: *mut c_char,
    capacity: usize,
) -> *mut Set {
    let build = || {
        // SAFETY: the caller's promise on `patterns`; the bytes are read before this call returns.
        let texts: Vec<&[u8]> = unsafe { view(patterns, count).iter().map(|text| view(text.at, text.size)).collect() };
        Set::new(&texts, automaton_limit, set_budget)
    };
    let (index, reason) = match guard(None, || Some(build())) {
        Some(Ok(set)) => return Box::into_raw(Box::new(set)),
        Some(Err(refused)) => (refused.index, refused.reason.0),
        None => (count, "a bug in gwmatch-native: building the set panicked".to_owned()),
    };
    // SAFETY: the caller's promise on `bad` and `message`.
    unsafe {
        if !bad.is_null() {
            bad.write(index);
        }
        write_message(&reason, message, capacity);
    }
    ptr::null_mut()
}

/// Ends a set.
///
/// # Safety
/// `set` is NULL, or came from `set_new`, is freed once, and no other call on it is under way.
unsafe extern "C" fn set_free(set: *mut Set) {
    if !set.is_null() {
        // SAFETY: the caller's promise: the box of `set_new`, and nobody else holds it.
        guard((), || drop(unsafe { Box::from_raw(set) }));
    }
}

/// Number of patterns that match all of the text, and which; -1 on a bug in this crate.
///
/// # Safety
/// `set` came from `set_new` and lives; `text` has `size` readable bytes; `bits` has (count + 63) / 64 writable words.
/// Either may be NULL when it has none.
unsafe extern "C" fn set_matches(set: *const Set, text: *const u8, size: usize, bits: *mut u64) -> i32 {
    guard(-1, || {
        // SAFETY: the caller's promise. The words may be uninitialised, so they are written before they are borrowed.
        let (set, text, bits) = unsafe {
            let set = &*set;
            if set.words() == 0 {
                return 0;
            }
            ptr::write_bytes(bits, 0, set.words());
            (set, view(text, size), slice::from_raw_parts_mut(bits, set.words()))
        };
        i32::try_from(set.mark(text, bits)).unwrap_or(-1)
    })
}

/// Patterns in the set.
///
/// # Safety
/// `set` came from `set_new` and lives.
unsafe extern "C" fn set_count(set: *const Set) -> usize {
    // SAFETY: the caller's promise.
    guard(0, || unsafe { (*set).count() })
}

/// Joint automata that the set fell apart into.
///
/// # Safety
/// `set` came from `set_new` and lives.
unsafe extern "C" fn set_automata(set: *const Set) -> usize {
    // SAFETY: the caller's promise.
    guard(0, || unsafe { (*set).automata() })
}

/// Heap bytes kept.
///
/// # Safety
/// `set` came from `set_new` and lives.
unsafe extern "C" fn set_memory(set: *const Set) -> usize {
    // SAFETY: the caller's promise.
    guard(0, || unsafe { (*set).memory() })
}

/// What `run` returns, or `otherwise` when it panics: unwinding into C is undefined.
fn guard<T>(otherwise: T, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(otherwise)
}

/// The `size` items at `at`; C may say "none" with NULL, Rust may not.
///
/// # Safety
/// `at` has `size` readable items for as long as the answer is used.
unsafe fn view<'a, T>(at: *const T, size: usize) -> &'a [T] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(at, size) }
}

/// Writes as many whole characters of `reason` as fit before the NUL.
///
/// # Safety
/// `message` has `capacity` writable bytes.
unsafe fn write_message(reason: &str, message: *mut c_char, capacity: usize) {
    let Some(room) = capacity.checked_sub(1) else { return };
    let size = (0..=room.min(reason.len())).rev().find(|&size| reason.is_char_boundary(size)).unwrap_or(0);
    // SAFETY: size <= capacity - 1, and a Rust string does not overlap the caller's buffer.
    unsafe {
        ptr::copy_nonoverlapping(reason.as_ptr(), message.cast(), size);
        message.add(size).write(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guard_stops_a_panic() {
        assert_eq!(guard(-1, || 7), 7);
        assert_eq!(guard(-1, || panic!("expected by this test")), -1);
    }

    #[test]
    fn a_message_is_cut_at_a_character() {
        for (capacity, expected) in
            [(0, &b"???"[..]), (1, b"\0??"), (2, b"a\0?"), (3, b"a\0?"), (4, b"a\xc3\xa9\0"), (9, b"a\xc3\xa9\0")]
        {
            let mut buffer = *b"?????????";
            // SAFETY: the buffer has 9 bytes, and no capacity here is larger.
            unsafe { write_message("a\u{e9}", buffer.as_mut_ptr().cast(), capacity) };
            assert_eq!(&buffer[..expected.len()], expected, "capacity {capacity}");
        }
    }

    #[test]
    fn the_versions_agree() {
        let python = include_str!("../python/gwmatch_native/__init__.py");
        assert!(python.contains(&format!("__version__ = \"{}\"", env!("CARGO_PKG_VERSION"))));
        assert!(include_str!("../gwmatch_native.h").contains(&format!("#define GWM_ABI {ABI}\n")));
    }
}
