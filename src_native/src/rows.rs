//! The rows of an automaton's states, laid into each other.
//!
//! Most states of a pattern lead on for one byte or two, and to the dead state for all others. So a row is only its ways on, in
//! one array that all rows share: the way of state `s` for class `c` stands at `s + c`, and says `c` so that it is known from
//! those of other rows. Zero is the dead state, and what stands where nobody has a way.

/// The state that nothing leads out of.
pub const DEAD: u32 = 0;

/// Bits of a way that say its class: one of up to 256 classes of bytes, or the end of a text.
const CLASS_BITS: u32 = 9;

const CLASS: u32 = (1 << CLASS_BITS) - 1;

/// What a way leads to is told in the bits that are left.
pub const TARGETS: usize = 1 << (u32::BITS - CLASS_BITS);

/// How far from the end of the array a place for a row is looked for, in words of 64 places.
const NEAR: usize = 16;

/// Ways on, for every state and class; immutable.
pub struct Rows {
    ways: Box<[u32]>,
}

impl Rows {
    /// What the way of a state for `class` leads to; DEAD where it has none.
    ///
    /// # Safety
    /// `state` is DEAD, one that `Laid::state` named, or one that a way was made to lead to; `class` is below the number
    /// of classes.
    #[inline(always)]
    pub unsafe fn next(&self, state: u32, class: u16) -> u32 {
        let at = state as usize + usize::from(class);
        debug_assert!(at < self.ways.len());
        // SAFETY: `Laying::finish` has put places for every class behind the last state.
        let way = unsafe { *self.ways.get_unchecked(at) };
        if way & CLASS == u32::from(class) {
            way >> CLASS_BITS
        } else {
            DEAD
        }
    }

    /// Heap bytes: at most four for each class of each state, and for one class more.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.ways)
    }
}

/// Rows on their way to a place in the array.
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
    pub fn put(&mut self, classes: &[u16]) -> Option<()> {
        let state = self.place(classes);
        if state + self.classes > TARGETS {
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
    fn place(&self, classes: &[u16]) -> usize {
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

    /// Every row in its place, without a way yet.
    pub fn finish(self) -> Laid {
        let last = self.laid.iter().max().map_or(0, |&state| state as usize);
        Laid { ways: vec![0; last + self.classes], states: self.laid }
    }
}

/// Rows in their places, whose ways are put in.
pub struct Laid {
    ways: Vec<u32>,
    states: Vec<u32>,
}

impl Laid {
    /// The state of a row.
    pub fn state(&self, row: usize) -> u32 {
        self.states[row]
    }

    /// Lets a row lead to `target` for one of the classes that it was put with. A state comes from `state`.
    pub fn lead(&mut self, row: usize, class: u16, target: u32) {
        self.ways[self.states[row] as usize + usize::from(class)] = target << CLASS_BITS | u32::from(class);
    }

    pub fn rows(self) -> Rows {
        Rows { ways: self.ways.into() }
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

    fn laid(classes: usize, rows: &[Vec<(u16, usize)>]) -> (Rows, Vec<u32>) {
        let mut laying = Laying::new(classes);
        for row in rows {
            laying.put(&row.iter().map(|&(class, _)| class).collect::<Vec<_>>()).expect("there is room");
        }
        let mut laid = laying.finish();
        for (row, ways) in rows.iter().enumerate() {
            ways.iter().for_each(|&(class, target)| laid.lead(row, class, laid.state(target)));
        }
        let states = (0..rows.len()).map(|row| laid.state(row)).collect();
        (laid.rows(), states)
    }

    #[test]
    fn every_row_has_its_own_ways_and_no_others() {
        let count = 700;
        let ways =
            |row: usize| (0..257u16).filter(move |&class| (usize::from(class) * 31 + row * 17) % (2 + row % 40) == 0);
        let rows: Vec<Vec<(u16, usize)>> = (0..count)
            .map(|row| ways(row).map(|class| (class, (row * 7 + usize::from(class)) % count)).collect())
            .collect();
        let (laid, states) = laid(257, &rows);
        assert!(!states.contains(&DEAD));
        for (row, &state) in rows.iter().zip(&states) {
            for class in 0..257 {
                let target = row.iter().find(|&&(way, _)| way == class).map_or(DEAD, |&(_, target)| states[target]);
                // SAFETY: a state of `Laid`, and one of 257 classes.
                assert_eq!(unsafe { laid.next(state, class) }, target);
            }
        }
        // SAFETY: as above.
        assert!((0..257).all(|class| unsafe { laid.next(DEAD, class) } == DEAD));
    }

    #[test]
    fn chains_take_a_few_bytes_for_each_state() {
        let rows: Vec<Vec<(u16, usize)>> =
            (0..1_000).map(|row| if row < 999 { vec![((row % 40) as u16, row + 1)] } else { Vec::new() }).collect();
        let (laid, _) = laid(40, &rows);
        assert!(laid.memory() < 1_000 * 6, "{}", laid.memory());
    }

    #[test]
    fn rows_without_a_hole_take_no_more_than_their_ways() {
        let rows: Vec<Vec<(u16, usize)>> = (0..500).map(|row| (0..3).map(|class| (class, row)).collect()).collect();
        let (laid, _) = laid(3, &rows);
        assert!(laid.memory() <= 4 * (500 * 3 + 3), "{}", laid.memory());
    }

    #[test]
    fn nothing_leads_on_where_no_row_is() {
        let (laid, states) = laid(3, &[]);
        assert!(states.is_empty());
        // SAFETY: DEAD, and one of three classes.
        assert!((0..3).all(|class| unsafe { laid.next(DEAD, class) } == DEAD));
    }

    #[test]
    fn states_that_no_number_is_left_for_are_refused() {
        assert!(Laying::new(TARGETS).put(&[0]).is_none());
        assert!(Laying::new(TARGETS / 2).put(&[0]).is_some());
    }
}
