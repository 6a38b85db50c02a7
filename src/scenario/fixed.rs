//! Numbers that are fixed: the limits of a scenario and the defaults of its keys.

/// What a scenario may hold at most. Checked before anything of that size is allocated.
pub mod limits {
    /// Bytes of scenario text.
    pub const TEXT_BYTES: usize = 64 << 20;
    /// Bytes of a file that a scenario names.
    pub const FILE_BYTES: usize = 16 << 20;
    /// Bytes of all such files together, those of all variants of a sweep.
    pub const FILES_BYTES: usize = 64 << 20;
    /// How many of them there are.
    pub const FILES: usize = 1_000;
    /// Characters of the name of such a file.
    pub const FILE_NAME_CHARS: usize = 1_000;
    /// Rows of a table in such a file.
    pub const ROWS: usize = 1_000_000;
    /// Hosts of all groups together.
    pub const HOSTS: u64 = 100_000;
    /// VMs of all services together, per strategy.
    pub const VMS: u64 = 1_000_000;
    /// Replications of a run.
    pub const REPLICATIONS: u64 = 10_000_000;
    /// Years of one duration, and of warm-up and horizon together.
    pub const YEARS: u64 = 100_000;
    /// Steps of one replication, as estimated: about half a minute, and some 500 MB of outages. Whoever wants to
    /// know more runs more replications, which go side by side and can be counted.
    pub const STEPS: f64 = 2e8;
    /// Bytes of one memory: 64 TiB, so that a sum over all hosts fits 64 bits.
    pub const MEMORY_BYTES: u64 = 64 << 40;
    /// Bits per second of one VM that boots, so that those of all VMs fit 64 bits.
    pub const BOOT_IO: f64 = 1e13;
    /// Sessions, or transactions, of one instance, so that those of all of them in many years fit 64 bits.
    pub const SESSIONS: u64 = 1_000_000_000;
    /// How many times as long a boot may take when all boot at once; beyond that a unit was mistaken.
    pub const BOOT_STORM: f64 = 1e6;
    /// Cores of a host or VM.
    pub const CORES: u64 = 65_536;
    /// Characters of a name.
    pub const NAME_CHARS: usize = 200;
    /// Values of an empirical law.
    pub const EMPIRICAL_VALUES: usize = 1_000_000;
    /// Scripted faults.
    pub const INJECTS: usize = 100_000;
    /// Gates.
    pub const GATES: usize = 1_000;
    /// Issues shown; the rest is counted.
    pub const ISSUES: usize = 100;
    /// Departures of a host that a quarantine looks back on: as many as the state of a host remembers.
    pub const DEPARTURES: u64 = crate::model::DEPARTURES_MAX as u64;
    /// Sites: pairs of them are looked at.
    pub const SITES: usize = 1_000;
    /// Dots of one dotted key. Bounds the depth of the tree, which is walked recursively.
    pub const KEY_DOTS: usize = 16;
}

/// Defaults of keys that a scenario leaves out, in seconds where they are times, each with the
/// fact it stands on (`facts/ha-products.md`) or "assumption" where no fact does.
pub(super) mod defaults {
    /// A number and where it comes from.
    pub(in crate::scenario) struct Fixed {
        pub(in crate::scenario) value: f64,
        pub(in crate::scenario) source: &'static str,
    }

    const fn fixed(value: f64, source: &'static str) -> Fixed {
        Fixed { value, source }
    }

    /// Power-on self test, hypervisor and agents of a rack server.
    pub(in crate::scenario) const HOST_BOOT: Fixed = fixed(300.0, "assumption");
    /// `t_pon`: power-on call until the guest starts booting.
    pub(in crate::scenario) const POWER_ON: Fixed = fixed(5.0, "ha-products 0.2 t_pon");
    /// `t_boot` of Windows, the median; spread is [`BOOT_SIGMA`].
    pub(in crate::scenario) const BOOT_MEDIAN: Fixed = fixed(60.0, "ha-products 0.2 t_boot");
    pub(in crate::scenario) const BOOT_SIGMA: f64 = 0.4;
    /// `t_app` of a web server and of a database.
    pub(in crate::scenario) const START_STATELESS: Fixed = fixed(5.0, "ha-products 0.2 t_app, web");
    pub(in crate::scenario) const START_STATEFUL: Fixed = fixed(15.0, "ha-products 0.2 t_app, DB");
    /// `t_rec` of a web server and of a database.
    pub(in crate::scenario) const RECOVER_STATELESS: Fixed = fixed(0.0, "ha-products 0.2 t_rec, web");
    pub(in crate::scenario) const RECOVER_STATEFUL: Fixed = fixed(30.0, "ha-products 0.2 t_rec, DB");
    /// Windows with VMware Tools; Linux has 30 s or 180 s (STO-11).
    pub(in crate::scenario) const DISK_TIMEOUT: Fixed = fixed(60.0, "STO-10");
    /// Bits per second of a VM that boots: 6 MB/s. STO-18 gives 50 to 300 requests a second for Windows; assumption:
    /// 200 of 32 KiB each, rounded.
    pub(in crate::scenario) const BOOT_IO: Fixed = fixed(48e6, "STO-18; assumption: 200 IOPS of 32 KiB");
    /// Bits per second of memory that a guest writes anew: 10 MB/s.
    pub(in crate::scenario) const DIRTY_RATE: Fixed = fixed(80e6, "assumption");
    /// How long planned work waits until a host is empty.
    pub(in crate::scenario) const DEADLINE: Fixed = fixed(14_400.0, "assumption");
    /// TCP's patience with a peer that does not answer.
    pub(in crate::scenario) const SESSION_TIMEOUT: Fixed = fixed(20.0, "GFC-30");
    pub(in crate::scenario) const DETECTION_FAILOVER: Fixed = fixed(5.0, "GFC-13");
    pub(in crate::scenario) const DETECTION_BALANCED: Fixed = fixed(5.0, "NLB-06");
    /// I/O stalls this long when one of several paths fails.
    pub(in crate::scenario) const PATH_FAILOVER_S: (f64, f64) = (30.0, 60.0);
    pub(in crate::scenario) const PATH_FAILOVER_SOURCE: &str = "STO-01";
    /// Mid-range Fibre Channel arrays; iSCSI arrays and filers.
    pub(in crate::scenario) const CONTROLLER_FAILOVER_FC_S: (f64, f64) = (5.0, 30.0);
    pub(in crate::scenario) const CONTROLLER_FAILOVER_S: (f64, f64) = (10.0, 60.0);
    pub(in crate::scenario) const CONTROLLER_FAILOVER_SOURCE: &str = "STO-07";
    pub(in crate::scenario) const CONTROLLERS: u32 = 2;
    /// From the loss of a copy until the arrays serve from the other, and until the replication product of a cluster does.
    pub(in crate::scenario) const SWITCH_ARRAY_S: (f64, f64) = (10.0, 60.0);
    pub(in crate::scenario) const SWITCH_CLUSTER_S: (f64, f64) = (10.0, 120.0);
    /// `t_man` off hours.
    pub(in crate::scenario) const DECISION: Fixed = fixed(3600.0, "ha-products 0.2 t_man");
    pub(in crate::scenario) const RESYNC: Fixed = fixed(3600.0, "assumption");
    /// The middle of 10 to 30 s.
    pub(in crate::scenario) const TAKEOVER: Fixed = fixed(20.0, "GFC-18");
    /// Out of office hours.
    pub(in crate::scenario) const MANUAL_RECOVERY: Fixed = fixed(3600.0, "ha-products 0.2 t_man");
    /// The upper end of 2.5 to 3 s.
    pub(in crate::scenario) const CONVERGENCE: Fixed = fixed(3.0, "NLB-07");
    pub(in crate::scenario) const NODES: u32 = 2;
    pub(in crate::scenario) const MEMBERS: u32 = 2;
    /// Contract: semantics section 3.
    pub(in crate::scenario) const MEMORY_OVERCOMMIT: f64 = 1.0;
    /// Contract: semantics section 3.
    pub(in crate::scenario) const CPU_OVERCOMMIT: f64 = 8.0;
}
