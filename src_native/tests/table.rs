//! The C function table, called the way C calls it.
use std::ptr;

use gwmatch_native::{gwm_api, GwmApi, GwmSlice, ABI};

fn api() -> &'static GwmApi {
    // SAFETY: the table is static.
    unsafe { &*gwm_api() }
}

fn slices<'a>(patterns: &[&'a [u8]]) -> Vec<GwmSlice> {
    patterns.iter().map(|text: &&'a [u8]| GwmSlice { at: text.as_ptr(), size: text.len() }).collect()
}

/// Index and message of a refusal, with a buffer of `capacity` bytes.
fn refusal(patterns: &[&[u8]], capacity: usize) -> (usize, String) {
    let (mut bad, mut message) = (usize::MAX, vec![b'?'; capacity + 1]);
    let slices = slices(patterns);
    // SAFETY: slices and buffers live through the call, and have the sizes that are said.
    let set = unsafe {
        let at = message.as_mut_ptr().cast();
        (api().set_new)(slices.as_ptr(), slices.len(), 65_536, 1 << 20, &mut bad, at, capacity)
    };
    assert!(set.is_null());
    assert_eq!(message[capacity], b'?', "nothing is written beyond the capacity");
    let end = message.iter().position(|&byte| byte == 0).unwrap_or(0);
    (bad, String::from_utf8(message[..end].to_vec()).expect("UTF-8"))
}

#[test]
fn a_set_lives_through_the_table() {
    assert_eq!(api().abi, ABI);
    let slices = slices(&[b"a|ab", b"/.*", b"", b"a+"]);
    let (mut bad, mut message) = (77, [b'?'; 8]);
    // SAFETY: as the header demands; the set is freed once.
    unsafe {
        let at = message.as_mut_ptr().cast();
        let set = (api().set_new)(slices.as_ptr(), slices.len(), 65_536, 1 << 20, &mut bad, at, message.len());
        assert!(!set.is_null());
        assert_eq!((bad, message), (77, [b'?'; 8]), "untouched on success");
        assert_eq!((api().set_count)(set), 4);
        assert_eq!((api().set_automata)(set), 1);
        assert!((api().set_memory)(set) > 0);
        let mut bits = u64::MAX;
        for (text, count, expected) in [(&b"a"[..], 2, 0b1001), (b"ab", 1, 0b0001), (b"/x", 1, 0b0010), (b"b", 0, 0)] {
            assert_eq!((api().set_matches)(set, text.as_ptr(), text.len(), &mut bits), count);
            assert_eq!(bits, expected);
        }
        assert_eq!((api().set_matches)(set, ptr::null(), 0, &mut bits), 1, "NULL is the empty text");
        assert_eq!(bits, 0b0100);
        (api().set_free)(set);
    }
}

#[test]
fn the_empty_set_takes_nulls() {
    // SAFETY: NULL is allowed wherever there is nothing to read or write.
    unsafe {
        let set = (api().set_new)(ptr::null(), 0, 65_536, 1 << 20, ptr::null_mut(), ptr::null_mut(), 0);
        assert!(!set.is_null());
        assert_eq!(((api().set_count)(set), (api().set_automata)(set)), (0, 0));
        assert_eq!((api().set_matches)(set, ptr::null(), 0, ptr::null_mut()), 0);
        (api().set_free)(set);
        (api().set_free)(ptr::null_mut());
        let empty = [GwmSlice { at: ptr::null(), size: 0 }];
        let set = (api().set_new)(empty.as_ptr(), 1, 65_536, 1 << 20, ptr::null_mut(), ptr::null_mut(), 0);
        assert_eq!((api().set_count)(set), 1);
        (api().set_free)(set);
        let broken = [GwmSlice { at: b"(".as_ptr(), size: 1 }];
        assert!((api().set_new)(broken.as_ptr(), 1, 65_536, 0, ptr::null_mut(), ptr::null_mut(), 0).is_null());
    }
}

#[test]
fn a_refusal_names_pattern_and_reason() {
    let reason = "the pattern is not UTF-8 at offset 1";
    assert_eq!(refusal(&[b"/a", b"/\xff"], 256), (1, reason.to_owned()));
    assert_eq!(refusal(&[b"/\xff"], reason.len() + 1), (0, reason.to_owned()));
    assert_eq!(refusal(&[b"/\xff"], reason.len()), (0, reason[..reason.len() - 1].to_owned()));
    assert_eq!(refusal(&[b"/\xff"], 1), (0, String::new()));
    assert_eq!(refusal(&[b"/\xff"], 0), (0, String::new()));
}
