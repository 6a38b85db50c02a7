//! A tournament over numbered slots: each slot holds a key, and the slot with the smallest key is
//! known at any time. Equal keys fall to the lower slot.
//!
//! Four contestants meet in each match, and a match keeps its winner's key beside the winner, so
//! that a match is one cache line and has no unpredictable branch. Measured against two, eight and
//! sixteen contestants, against winners without keys, and against keys without winners: four with
//! keys is the fastest from 64 to 100,000 slots (`cargo bench --bench kernel`).
//!
//! ```
//! use ninefold::engine::Tournament;
//! let mut race = Tournament::new(100);
//! race.set(40, 7);
//! race.set(3, 9);
//! assert_eq!((race.least(), race.winner()), (7, 40));
//! race.set(40, Tournament::OUT);
//! assert_eq!((race.least(), race.winner()), (9, 3));
//! ```

/// The slot with the smallest key, kept up to date in one walk up a tree.
#[derive(Clone, Debug)]
pub struct Tournament {
    /// The keys themselves, four to a match.
    leaves: Vec<[u64; 4]>,
    /// Matches of the later rounds, round after round; the last one is the final.
    matches: Vec<Match>,
    /// Where each round begins in `matches`.
    rounds: Vec<u32>,
    best: Contestant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Contestant {
    key: u64,
    slot: u32,
}

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Match([Contestant; 4]);

const NOBODY: Contestant = Contestant { key: Tournament::OUT, slot: 0 };

impl Match {
    /// The first of the smallest. Two pairs, then the final: no branch, and the pairs at the same time.
    #[inline]
    fn winner(&self) -> Contestant {
        let [a, b, c, d] = self.0;
        better(better(a, b), better(c, d))
    }
}

/// The one with the smaller key; strict comparison lets the lower slot win a tie.
#[inline]
fn better(lower: Contestant, higher: Contestant) -> Contestant {
    let wins = higher.key < lower.key;
    Contestant {
        key: if wins { higher.key } else { lower.key },
        slot: if wins { higher.slot } else { lower.slot },
    }
}

impl Tournament {
    /// The key of a slot that does not take part.
    pub const OUT: u64 = u64::MAX;

    /// A tournament of `slots` slots, all of them out.
    #[must_use]
    pub fn new(slots: usize) -> Tournament {
        assert!(u32::try_from(slots).is_ok(), "{slots} slots are more than a tournament holds");
        let groups = slots.div_ceil(4).max(1);
        let mut rounds = Vec::new();
        let mut total = 0;
        let mut contestants = groups;
        loop {
            let matches = contestants.div_ceil(4);
            rounds.push(total as u32);
            total += matches;
            if matches == 1 {
                break;
            }
            contestants = matches;
        }
        Tournament {
            leaves: vec![[Tournament::OUT; 4]; groups],
            matches: vec![Match([NOBODY; 4]); total],
            rounds,
            best: NOBODY,
        }
    }

    /// The smallest key, [`Tournament::OUT`] where no slot takes part.
    #[inline]
    #[must_use]
    pub fn least(&self) -> u64 {
        self.best.key
    }

    /// The slot that holds the smallest key; without meaning where no slot takes part.
    #[inline]
    #[must_use]
    pub fn winner(&self) -> u32 {
        self.best.slot
    }

    /// The key of a slot.
    #[inline]
    #[must_use]
    pub fn key(&self, slot: u32) -> u64 {
        self.leaves[slot as usize >> 2][slot as usize & 3]
    }

    /// Gives a slot a new key.
    #[inline]
    pub fn set(&mut self, slot: u32, key: u64) {
        let mut place = slot as usize >> 2;
        self.leaves[place][slot as usize & 3] = key;
        let mut winner = self.first_round(place);
        for &round in &self.rounds {
            let contest = &mut self.matches[round as usize + (place >> 2)];
            let seat = &mut contest.0[place & 3];
            if *seat == winner {
                return; // Nobody above has heard of the change.
            }
            *seat = winner;
            winner = contest.winner();
            place >>= 2;
        }
        self.best = winner;
    }

    /// Takes every slot out.
    pub fn clear(&mut self) {
        self.leaves.fill([Tournament::OUT; 4]);
        self.matches.fill(Match([NOBODY; 4]));
        self.best = NOBODY;
    }

    /// Writes a key without playing the matches: much cheaper when most slots change at once.
    /// [`Tournament::play_all`] must follow before anything is asked.
    #[inline]
    pub fn set_quietly(&mut self, slot: u32, key: u64) {
        self.leaves[slot as usize >> 2][slot as usize & 3] = key;
    }

    /// Plays every match again, after [`Tournament::set_quietly`].
    pub fn play_all(&mut self) {
        for place in 0..self.leaves.len() {
            let winner = self.first_round(place);
            self.matches[place >> 2].0[place & 3] = winner;
        }
        for r in 0..self.rounds.len() {
            let (from, to) =
                (self.rounds[r] as usize, self.rounds.get(r + 1).map_or(self.matches.len(), |&n| n as usize));
            for m in from..to {
                let winner = self.matches[m].winner();
                if to < self.matches.len() {
                    self.matches[to + ((m - from) >> 2)].0[(m - from) & 3] = winner;
                } else {
                    self.best = winner;
                }
            }
        }
    }

    /// The winner among four neighbouring slots.
    #[inline]
    fn first_round(&self, place: usize) -> Contestant {
        let [a, b, c, d] = self.leaves[place];
        let slot = (place as u32) << 2;
        let first = better(Contestant { key: a, slot }, Contestant { key: b, slot: slot | 1 });
        let second = better(Contestant { key: c, slot: slot | 2 }, Contestant { key: d, slot: slot | 3 });
        better(first, second)
    }
}

#[cfg(test)]
mod tests {
    use super::Tournament;
    use proptest::prelude::*;

    /// The definition: scan all keys, keep the first smallest.
    fn scan(keys: &[u64]) -> (u64, u32) {
        let mut best = (Tournament::OUT, 0);
        for (slot, &key) in keys.iter().enumerate() {
            if key < best.0 {
                best = (key, slot as u32);
            }
        }
        best
    }

    proptest! {
        #[test]
        fn agrees_with_a_scan(
            slots in 1usize..300,
            moves in prop::collection::vec((0usize..300, prop_oneof![4 => 0u64..50, 1 => Just(Tournament::OUT)]), 1..400),
        ) {
            let mut race = Tournament::new(slots);
            let mut keys = vec![Tournament::OUT; slots];
            for (slot, key) in moves {
                let slot = slot % slots;
                keys[slot] = key;
                race.set(slot as u32, key);
                prop_assert_eq!(race.least(), scan(&keys).0);
                if race.least() != Tournament::OUT {
                    prop_assert_eq!((race.least(), race.winner()), scan(&keys));
                }
            }
            let mut quiet = Tournament::new(slots);
            for (slot, &key) in keys.iter().enumerate() {
                quiet.set_quietly(slot as u32, key);
            }
            quiet.play_all();
            prop_assert_eq!((quiet.least(), quiet.winner()), (race.least(), race.winner()));
            race.clear();
            prop_assert_eq!(race.least(), Tournament::OUT);
        }
    }

    #[test]
    fn a_tie_falls_to_the_lower_slot() {
        let mut race = Tournament::new(1000);
        for slot in [999, 500, 17, 18, 400] {
            race.set(slot, 5);
        }
        let mut order = Vec::new();
        while race.least() != Tournament::OUT {
            order.push(race.winner());
            race.set(race.winner(), Tournament::OUT);
        }
        assert_eq!(order, [17, 18, 400, 500, 999]);
    }
}
