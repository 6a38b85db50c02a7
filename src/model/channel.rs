//! What VMs that boot at the same time share.

use super::StorageId;

/// What VMs that boot at the same time share (STO-18): the bandwidth of a storage, or of the disks in one host. There
/// is one only where all of its VMs together want more than there is; elsewhere nobody slows anybody.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    pub storage: StorageId,
    /// Bits a second.
    pub bandwidth: u64,
    /// How many VMs it has, and what they want when all of them boot at once.
    pub vms: u32,
    pub most: u64,
}

impl Channel {
    /// How many times as long a boot takes at worst.
    #[must_use]
    pub fn worst(&self) -> f64 {
        self.most as f64 / self.bandwidth as f64
    }
}
