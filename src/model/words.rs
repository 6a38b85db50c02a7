//! The small closed vocabularies of a datacenter, with the words that a scenario and the results
//! use for them.

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every value with its word.
            pub const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant)),*];

            /// Its word in a scenario.
            #[must_use]
            pub const fn word(self) -> &'static str {
                $name::WORDS[self as usize].0
            }
        }
    )*};
}

vocabulary! {
    /// A kind of traffic, carried by networks and by the links of a host.
    Traffic {
        /// Heartbeats and orders of the host cluster.
        Management = "management",
        /// From clients to services.
        Client = "client",
        /// From hosts to storage.
        Storage = "storage",
        /// Between the nodes of a guest cluster.
        Private = "private",
    }
    /// How storage is attached.
    StorageKind {
        /// Fibre Channel array.
        Fc = "fc",
        /// iSCSI array.
        Iscsi = "iscsi",
        /// NFS filer.
        Nfs = "nfs",
        /// Other filer.
        Nas = "nas",
        /// Disks of one host.
        Das = "das",
    }
    /// Whether a service keeps state.
    Role {
        /// Any instance can answer any request.
        Stateless = "stateless",
        /// It cannot be at two places at once.
        Stateful = "stateful",
    }
    /// How long a balancer sends a client to the same member.
    Affinity {
        /// For a connection.
        None = "none",
        /// For as long as the members are the same: by the client's address.
        Single = "single",
        /// By the network that it comes from.
        Network = "network",
    }
    /// How a VM fails.
    VmFault {
        /// Its operating system.
        GuestCrash = "guest_crash",
        /// Its application ends.
        AppCrash = "app_crash",
        /// Its application no longer answers.
        AppHang = "app_hang",
        /// It stands still for a while, and goes on.
        Pause = "pause",
    }
    /// What a VM waits for that a cluster is to restart.
    WaitReason {
        /// No host has room for it, or none is up.
        Room = "room",
        /// Others of its instance live on every host that has room for it.
        Apart = "anti-affinity",
        /// No host reaches its disks.
        Storage = "storage",
        /// The services that it comes after.
        Dependency = "dependency",
        /// Its priority's turn.
        Turn = "turn",
        /// The next attempt after one that failed.
        Retry = "retry",
        /// Somebody who tries again after the cluster has given up.
        Person = "person",
    }
    /// How old components are at the start.
    Ages {
        /// As in a datacenter that has been running for years.
        Stationary = "stationary",
        /// Everything is new.
        New = "new",
    }
    /// The layer inside the guests.
    GuestLayer {
        /// One serves, the others wait.
        Failover = "guest-failover",
        /// All serve.
        Balanced = "nlb",
    }
}

impl Traffic {
    /// How many kinds there are.
    pub const COUNT: usize = Traffic::WORDS.len();
}

impl StorageKind {
    /// Whether it serves files and not blocks.
    #[must_use]
    pub const fn is_filer(self) -> bool {
        matches!(self, StorageKind::Nfs | StorageKind::Nas)
    }

    /// Whether hosts reach it over the storage network: Fibre Channel has a fabric of its own, and
    /// local disks need none.
    #[must_use]
    pub const fn is_networked(self) -> bool {
        matches!(self, StorageKind::Iscsi | StorageKind::Nfs | StorageKind::Nas)
    }
}
