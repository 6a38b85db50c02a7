//! A fingerprint of a replication: two replications with the same digest had the same history.

use std::hash::Hasher;

use crate::engine::Time;
use crate::sim::{Observer, Signal};

/// Hashes every signal with its instant (FNV-1a over the discriminant and the fields, so that the
/// digest is the same on every machine).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    hash: u64,
    pub signals: u64,
}

impl Default for Digest {
    fn default() -> Digest {
        Digest { hash: 0xCBF2_9CE4_8422_2325, signals: 0 }
    }
}

impl Digest {
    /// The fingerprint so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.hash
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}

impl Observer for Digest {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.signals += 1;
        self.write(&now.0.to_le_bytes());
        // The text of a signal names its fields, and does not change with the layout of the enum.
        self.write(format!("{signal:?}").as_bytes());
        self.write(&self.signals.to_le_bytes());
    }
}
