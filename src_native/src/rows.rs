//! The rows of an automaton's states, laid into each other.
//!
//! Most states of a pattern lead on for one byte or two, and to the dead state for all others. So a row is only its ways on, in
//! one array that all rows share: the way of state `s` for class `c` stands at `s + c`, and says `c` so that it is known from
//! those of other rows. Zero is the dead state, and what stands where nobody has a way.

/// The state that nothing leads out of.
pub const DEAD: u32 = 0;

/// Bits of a way that say its class.
const CLASS_BITS: u32 = 8;

/// States are told in the bits that are left.
const STATES: usize = 1 << (u32::BITS - CLASS_BITS);

/// How far from the end of the array a place for a row is looked for, in words of 64 places.
const NEAR: usize = 16;

/// Ways on, for every state and class; immutable.
pub struct Rows {
    ways: Box<[u32]>,
}

impl Rows {
    /// The state after a byte of `class`.
    ///
    /// # Safety
    /// `state` is DEAD or one of those that `Laying::finish` returned or this function did, and `class` one of its classes.
    #[inline(always)]
    pub unsafe fn next(&self, state: u32, class: u8) -> u32 {
        let at = state as usize + usize::from(class);
        debug_assert!(at < self.ways.len());
        // SAFETY: `Laying::finish` has put places for every class behind the last state.
        let way = unsafe { *self.ways.get_unchecked(at) };
        if way as u8 == class {
            way >> CLASS_BITS
        } else {
            DEAD
        }
    }

    /// Heap bytes.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.ways)
    }
}

/// Rows on their way into the array.
pub struct Laying {
    taken: Bits,
    states: Bits,
    /// The state of each row that was put, in the order in which they came.
    laid: Vec<u32>,
    classes: usize,
}

impl Laying {
    /// For rows of up to `classes` ways.
    pub fn new(classes: usize) -> Laying {
        let mut states = Bits::default();
        states.set(DEAD as usize);
        Laying { taken: Bits::default(), states, laid: Vec::new(), classes }
    }

    /// A place for the next row, whose ways are of `classes`; None where no number is left for it.
    pub fn put(&mut self, classes: &[u8]) -> Option<()> {
        let state = self.place(classes);
        if state + self.classes >= STATES {
            return None;
        }
        self.states.set(state);
        for &class in classes {
            self.taken.set(state + usize::from(class));
        }
        self.laid.push(state as u32);
        Some(())
    }

    /// The first place near the end where nothing of a row is in the way of others.
    fn place(&self, classes: &[u8]) -> usize {
        let end = self.taken.words().max(self.states.words());
        for word in end.saturating_sub(NEAR)..end {
            let start = word * 64;
            let occupied = classes
                .iter()
                .fold(self.states.at(start), |bits, &class| bits | self.taken.at(start + usize::from(class)));
            if occupied != u64::MAX {
                return start + occupied.trailing_ones() as usize;
            }
        }
        end * 64
    }

    /// The rows, and the state of each in the order in which they came: `ways` has for each its classes and the rows that
    /// they lead to.
    pub fn finish(self, ways: &[Vec<(u8, usize)>]) -> (Rows, Vec<u32>) {
        let last = self.laid.iter().max().map_or(0, |&state| state as usize);
        let mut array = vec![0; last + self.classes];
        for (&state, row) in self.laid.iter().zip(ways) {
            for &(class, target) in row {
                array[state as usize + usize::from(class)] = self.laid[target] << CLASS_BITS | u32::from(class);
            }
        }
        (Rows { ways: array.into() }, self.laid)
    }
}

/// A growing set of small numbers.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, number: usize) {
        let word = number / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    fn words(&self) -> usize {
        self.0.len()
    }

    /// The 64 bits from `number` on.
    fn at(&self, number: usize) -> u64 {
        let word = |at: usize| self.0.get(at).copied().unwrap_or(0);
        let (first, shift) = (number / 64, number % 64);
        if shift == 0 {
            word(first)
        } else {
            word(first) >> shift | word(first + 1) << (64 - shift)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(classes: usize, rows: &[Vec<(u8, usize)>]) -> (Rows, Vec<u32>) {
        let mut laying = Laying::new(classes);
        for row in rows {
            laying.put(&row.iter().map(|&(class, _)| class).collect::<Vec<_>>()).expect("there is room");
        }
        laying.finish(rows)
    }

    #[test]
    fn every_row_has_its_own_ways_and_no_others() {
        let count = 700;
        let ways =
            |row: usize| (0..=255u8).filter(move |&class| (usize::from(class) * 31 + row * 17) % (2 + row % 40) == 0);
        let rows: Vec<Vec<(u8, usize)>> = (0..count)
            .map(|row| ways(row).map(|class| (class, (row * 7 + usize::from(class)) % count)).collect())
            .collect();
        let (laid, states) = laid(256, &rows);
        assert!(!states.contains(&DEAD));
        for (row, &state) in rows.iter().zip(&states) {
            for class in 0..=255u8 {
                let target = row.iter().find(|&&(way, _)| way == class).map_or(DEAD, |&(_, target)| states[target]);
                // SAFETY: a state of `finish`, and one of 256 classes.
                assert_eq!(unsafe { laid.next(state, class) }, target);
            }
        }
        // SAFETY: as above.
        assert!((0..=255u8).all(|class| unsafe { laid.next(DEAD, class) } == DEAD));
    }

    #[test]
    fn chains_take_a_few_bytes_for_each_state() {
        let rows: Vec<Vec<(u8, usize)>> =
            (0..1_000).map(|row| if row < 999 { vec![((row % 40) as u8, row + 1)] } else { Vec::new() }).collect();
        let (laid, _) = laid(40, &rows);
        assert!(laid.memory() < 1_000 * 6, "{}", laid.memory());
    }

    #[test]
    fn nothing_leads_on_where_no_row_is() {
        let (laid, states) = laid(3, &[]);
        assert!(states.is_empty());
        // SAFETY: DEAD, and one of three classes.
        assert!((0..3u8).all(|class| unsafe { laid.next(DEAD, class) } == DEAD));
    }

    #[test]
    fn states_that_no_number_is_left_for_are_refused() {
        assert!(Laying::new(STATES).put(&[0]).is_none());
        assert!(Laying::new(STATES / 2).put(&[0]).is_some());
    }
}
