//! Where VMs are: what runs on which host, what was lost with which host, and what waits for a host.
//!
//! All VMs are alike, and so are all hosts, which have room for all of them.

/// Where a VM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    On(usize),
    /// It stopped on a host, and the cluster will look for it. What stops together is a batch.
    Lost {
        host: usize,
        batch: u32,
    },
    /// The cluster would start it, and no host can take it.
    Waits,
}

/// All VMs: VM n starts on host n.
pub(crate) struct Guests {
    places: Vec<Place>,
    /// The host in whose memory a copy of the VM is that cannot write any more (VMW-42).
    copies: Vec<Option<usize>>,
    batches: u32,
}

impl Guests {
    pub(crate) fn new(hosts: usize) -> Guests {
        Guests { places: (0..hosts).map(Place::On).collect(), copies: vec![None; hosts], batches: 0 }
    }

    pub(crate) fn new_batch(&mut self) -> u32 {
        self.batches += 1;
        self.batches
    }

    fn all(&self, is: impl Fn(Place) -> bool) -> Vec<usize> {
        (0..self.places.len()).filter(|&vm| is(self.places[vm])).collect()
    }

    /// VMs that live on a host.
    pub(crate) fn on(&self, host: usize) -> Vec<usize> {
        self.all(|place| place == Place::On(host))
    }

    /// VMs of a batch that nobody has started elsewhere yet.
    pub(crate) fn of_batch(&self, number: u32) -> Vec<usize> {
        self.all(|place| matches!(place, Place::Lost { batch, .. } if batch == number))
    }

    /// VMs that were lost on a host, in a batch or before it.
    pub(crate) fn lost_on(&self, on: usize, until: u32) -> Vec<usize> {
        self.all(|place| matches!(place, Place::Lost { host, batch } if host == on && batch <= until))
    }

    /// Those of a list that are lost, and then those that wait.
    pub(crate) fn to_start(&self, vms: impl Iterator<Item = usize>) -> Vec<usize> {
        vms.filter(|&vm| self.is_lost(vm)).chain(self.waiting()).collect()
    }

    fn is_lost(&self, vm: usize) -> bool {
        matches!(self.places[vm], Place::Lost { .. })
    }

    fn waiting(&self) -> Vec<usize> {
        self.all(|place| place == Place::Waits)
    }

    pub(crate) fn lose(&mut self, vm: usize, batch: u32) {
        let Place::On(host) = self.places[vm] else { panic!("only a VM on a host can be lost") };
        self.places[vm] = Place::Lost { host, batch };
    }

    pub(crate) fn settle(&mut self, vm: usize, host: usize) {
        self.places[vm] = Place::On(host);
    }

    pub(crate) fn keep_waiting(&mut self, vm: usize) {
        self.places[vm] = Place::Waits;
    }

    /// The VM is started elsewhere, and what runs on this host is a copy.
    pub(crate) fn leave_copy(&mut self, vm: usize, host: usize) {
        self.copies[vm] = Some(host);
    }

    pub(crate) fn forget_copies(&mut self, host: usize) {
        self.forget_copies_of(host, |_| true);
    }

    pub(crate) fn forget_copies_of(&mut self, host: usize, goes: impl Fn(usize) -> bool) {
        for (vm, copy) in self.copies.iter_mut().enumerate() {
            if *copy == Some(host) && goes(vm) {
                *copy = None;
            }
        }
    }

    /// How many VMs and copies a host holds.
    pub(crate) fn load(&self, host: usize) -> usize {
        self.on(host).len() + self.copies.iter().filter(|copy| **copy == Some(host)).count()
    }
}
