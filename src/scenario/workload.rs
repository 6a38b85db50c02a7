//! What an application inside a failover group is, where that is said: what bringing it online typically costs, and where
//! its data are.
//!
//! ```
//! use ninefold::scenario::workload::Workload;
//! let sql = Workload::find("sql-failover-instance").unwrap();
//! assert_eq!((sql.online_s, sql.source, sql.shared_disk), ((10.0, 60.0), "GFC-19", true));
//! ```

use crate::engine::Law;

/// A kind of application.
#[derive(Debug)]
pub struct Workload {
    pub word: &'static str,
    pub about: &'static str,
    /// From the decision to serving on another node, at least and at most (s).
    pub online_s: (f64, f64),
    pub source: &'static str,
    /// One set of disks that moves; else each node has its own, kept equal by the application.
    pub shared_disk: bool,
}

impl PartialEq for Workload {
    fn eq(&self, other: &Workload) -> bool {
        self.word == other.word
    }
}

const fn workload(
    word: &'static str,
    about: &'static str,
    online_s: (f64, f64),
    source: &'static str,
    shared_disk: bool,
) -> Workload {
    Workload { word, about, online_s, source, shared_disk }
}

/// Every kind that is known.
pub const WORKLOADS: &[Workload] = &[
    workload("file-server", "file and print server", (10.0, 30.0), "GFC-18", true),
    workload("sql-failover-instance", "SQL Server, one set of disks", (10.0, 60.0), "GFC-19", true),
    workload("sql-availability-group", "SQL Server, a copy on each node", (5.0, 30.0), "GFC-21", false),
    workload("exchange", "Exchange, a copy on each member", (30.0, 60.0), "GFC-25", false),
    workload("dhcp", "DHCP server", (10.0, 30.0), "GFC-28", true),
    workload("message-queue", "message queue", (10.0, 30.0), "GFC-28", true),
];

impl Workload {
    /// The kind of a word.
    #[must_use]
    pub fn find(word: &str) -> Option<&'static Workload> {
        WORKLOADS.iter().find(|workload| workload.word == word)
    }

    /// What a takeover costs as a whole.
    #[must_use]
    pub fn takeover(&self) -> Law {
        Law::Uniform { min_s: self.online_s.0, max_s: self.online_s.1 }
    }
}
