//! Randomness without state: every draw has an address.
//!
//! A replication asks for draw k of a [`Stream`], which stands for one component and one purpose, and gets
//! the same number whenever, in whatever order and under whatever strategy it asks. So strategies are
//! compared under the same failure history, adding a component to a scenario shifts nobody else's draws, and
//! nothing needs seeding or carrying along.
//!
//! The bits come from SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
//! 2014), whose k-th output can be computed without the ones before it. Seed and replication make a key, key and
//! stream the state that a stream starts from; within a replication no two streams start alike. It was measured
//! against Philox4x32-10, which costs about five times as much (`cargo bench --bench random`); the tests look for what a counter hash could get wrong: neighbouring draws,
//! streams, replications and seeds.
//!
//! ```
//! use ninefold::engine::{Randomness, Stream};
//! let crash = Stream::new("host-1", "crash");
//! let first = Randomness::new(42, 0);
//! assert_eq!(first.uniform(crash, 7), first.uniform(crash, 7));
//! assert_ne!(first.uniform(crash, 7), Randomness::new(42, 1).uniform(crash, 7));
//! ```

use rand::rand_core::TryRng;
use std::convert::Infallible;

/// The draws of one component for one purpose: a stable 64-bit hash of both names.
///
/// Two different pairs of names have the same hash with a probability of 2^-64; whoever compiles a scenario
/// checks that its streams differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream(pub u64);

impl Stream {
    /// The stream of a `component` for a `purpose`, the same on every machine and in every version.
    ///
    /// FNV-1a over both names with a byte between them that UTF-8 never contains, so that ("ab", "c") and
    /// ("a", "bc") differ; then a finalizer, because FNV leaves short names close together.
    #[must_use]
    pub fn new(component: &str, purpose: &str) -> Stream {
        let bytes = component.bytes().chain([0xff]).chain(purpose.bytes());
        let fnv = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Stream(mix(fnv))
    }
}

impl Stream {
    /// One of many streams of a component that keeps a single hash: number `purpose`, spread over all bits.
    #[inline]
    #[must_use]
    pub const fn numbered(component: u64, purpose: u64) -> Stream {
        Stream(component ^ mix(purpose ^ WHITE))
    }
}

/// The step of SplitMix64's state: 2^64 over the golden ratio, odd.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Any number whose bits look random: seed 0 shall not begin with the state 0.
const WHITE: u64 = 0xd1b5_4a32_d192_ed03;

/// Output number `k`, from 0, of SplitMix64 started from `state`.
#[inline]
const fn nth(state: u64, k: u32) -> u64 {
    mix(state.wrapping_add((k as u64 + 1).wrapping_mul(GOLDEN_GAMMA)))
}

/// The finalizer of SplitMix64, a bijection.
#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The randomness of one replication. It has no state: draws can be read in any order, any number of times.
#[derive(Clone, Copy, Debug)]
pub struct Randomness {
    key: u64,
}

impl Randomness {
    /// The randomness of replication `replication` of an experiment with this `seed`.
    #[must_use]
    pub const fn new(seed: u64, replication: u32) -> Randomness {
        Randomness { key: nth(mix(seed ^ WHITE), replication) }
    }

    /// 64 random bits: draw number `draw` of `stream`.
    #[must_use]
    #[inline]
    pub const fn bits(&self, stream: Stream, draw: u32) -> u64 {
        nth(mix(stream.0 ^ self.key), draw)
    }

    /// A number uniform between 0 and 1, never either: (n + 1/2) / 2^53 with 53 random bits n.
    ///
    /// The smallest is 2^-54, so that an exponential time drawn from it is at most 37.4 means.
    #[must_use]
    #[inline]
    pub const fn uniform(&self, stream: Stream, draw: u32) -> f64 {
        open_unit(self.bits(stream, draw))
    }

    /// A generator for `rand`'s samplers that reads `stream` from draw `first` on.
    #[must_use]
    pub const fn cursor(&self, stream: Stream, first: u32) -> Cursor {
        Cursor { randomness: *self, stream, draw: first }
    }
}

/// The upper 53 bits as the middle of one of 2^53 equal cells of (0, 1).
#[inline]
pub(super) const fn open_unit(bits: u64) -> f64 {
    const CELL: f64 = 1.0 / (1_u64 << 53) as f64;
    let n = bits >> 11;
    // Exact below one half. Above, n + 1/2 has one bit too many and rounds to even, which would make the
    // topmost cell 1: it is kept one cell below. A branch, which is never taken, and not a choice between two
    // numbers: a draw waits for each step of this.
    if n == (1 << 53) - 1 {
        return topmost(CELL);
    }
    (n as f64 + 0.5) * CELL
}

#[cold]
#[inline(never)]
const fn topmost(cell: f64) -> f64 {
    1.0 - cell
}

/// Walks along one stream, for samplers written against [`rand::Rng`].
///
/// ```
/// use ninefold::engine::{Randomness, Stream};
/// use rand::RngExt;
/// let mut cursor = Randomness::new(42, 0).cursor(Stream::new("host-1", "crash"), 0);
/// let roll = cursor.random_range(1..=6);
/// assert!((1..=6).contains(&roll));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    randomness: Randomness,
    stream: Stream,
    draw: u32,
}

impl Cursor {
    /// The number of the draw that comes next.
    #[must_use]
    pub const fn position(&self) -> u32 {
        self.draw
    }

    fn next_bits(&mut self) -> u64 {
        let bits = self.randomness.bits(self.stream, self.draw);
        self.draw = self.draw.wrapping_add(1);
        bits
    }
}

/// `rand` implements `Rng` for every generator that cannot fail.
impl TryRng for Cursor {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
