//! Automata walked over one text, side by side.
use crate::automaton::Automaton;
use crate::rows::DEAD;

/// How many bytes all of a group read before it is asked which are left.
const STRIDE: usize = 8;

/// Calls `found` with each pattern of any of `automata` that matches all of `text`.
///
/// PERF(bench_match::bench_patterns): a step waits for the one before it, and each automaton has steps of its own: two side by side
/// take as long as one, and eight less than half of what they take one after the other.
pub fn for_each_match(automata: &[Automaton], text: &[u8], mut found: impl FnMut(usize)) {
    let rest = in_groups_of::<8>(automata, text, &mut found);
    let rest = in_groups_of::<4>(rest, text, &mut found);
    let rest = in_groups_of::<2>(rest, text, &mut found);
    in_groups_of::<1>(rest, text, &mut found);
}

/// What is left of `automata` when groups of `N` have been walked.
#[inline(always)]
fn in_groups_of<'a, const N: usize>(
    automata: &'a [Automaton],
    text: &[u8],
    found: &mut impl FnMut(usize),
) -> &'a [Automaton] {
    let groups = automata.chunks_exact(N);
    let rest = groups.remainder();
    for group in groups {
        side_by_side::<N>(group.try_into().expect("a group of N"), text, found);
    }
    rest
}

#[inline(always)]
fn side_by_side<const N: usize>(group: &[Automaton; N], text: &[u8], found: &mut impl FnMut(usize)) {
    let mut states = group.each_ref().map(Automaton::start);
    let mut rest = text;
    while !rest.is_empty() {
        let (stride, behind) = rest.split_at(STRIDE.min(rest.len()));
        rest = behind;
        for &byte in stride {
            for lane in 0..N {
                // SAFETY: the state of a lane is its automaton's own.
                states[lane] = unsafe { group[lane].next(states[lane], byte) };
            }
        }
        let mut alive = (0..N).filter(|&lane| states[lane] != DEAD);
        let Some(first) = alive.next() else { return };
        if alive.next().is_none() {
            return alone(&group[first], states[first], rest, found);
        }
    }
    for (automaton, state) in group.iter().zip(states) {
        // SAFETY: as above.
        unsafe { automaton.report(state, found) };
    }
}

/// The rest of the way for the only one that is left.
fn alone(automaton: &Automaton, mut state: u32, text: &[u8], found: &mut impl FnMut(usize)) {
    for &byte in text {
        // SAFETY: the state is the automaton's own.
        state = unsafe { automaton.next(state, byte) };
        if state == DEAD {
            return;
        }
    }
    // SAFETY: as above.
    unsafe { automaton.report(state, found) };
}
