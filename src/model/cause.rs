//! What took a service down.

/// The kind of fault, or planned work, that an outage is booked on. An outage keeps the cause that
/// began it, waiting for capacity included, so that causes sum to the downtime exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Cause {
    HostCrash,
    HostHang,
    RackOutage,
    SiteOutage,
    StorageOutage,
    ControllerFailure,
    NetworkOutage,
    LinkFailure,
    WitnessOutage,
    GuestCrash,
    AppCrash,
    AppHang,
    Maintenance,
    VmPause,
    Migration,
}

impl Cause {
    /// Every cause, in the order of reports.
    pub const ALL: [Cause; 15] = [
        Cause::HostCrash,
        Cause::HostHang,
        Cause::RackOutage,
        Cause::SiteOutage,
        Cause::StorageOutage,
        Cause::ControllerFailure,
        Cause::NetworkOutage,
        Cause::LinkFailure,
        Cause::WitnessOutage,
        Cause::GuestCrash,
        Cause::AppCrash,
        Cause::AppHang,
        Cause::Maintenance,
        Cause::VmPause,
        Cause::Migration,
    ];

    /// Its word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Cause::HostCrash => "host-crash",
            Cause::HostHang => "host-hang",
            Cause::RackOutage => "rack-outage",
            Cause::SiteOutage => "site-outage",
            Cause::StorageOutage => "storage-outage",
            Cause::ControllerFailure => "controller-failure",
            Cause::NetworkOutage => "network-outage",
            Cause::LinkFailure => "link-failure",
            Cause::WitnessOutage => "witness-outage",
            Cause::GuestCrash => "guest-crash",
            Cause::AppCrash => "app-crash",
            Cause::AppHang => "app-hang",
            Cause::Maintenance => "maintenance",
            Cause::VmPause => "vm-pause",
            Cause::Migration => "migration",
        }
    }

    /// What the fault of a VM is called as a cause.
    #[must_use]
    pub const fn of_vm_fault(fault: super::VmFault) -> Cause {
        match fault {
            super::VmFault::GuestCrash => Cause::GuestCrash,
            super::VmFault::AppCrash => Cause::AppCrash,
            super::VmFault::AppHang => Cause::AppHang,
            super::VmFault::Pause => Cause::VmPause,
        }
    }

    /// Planned work is announced: nobody has to notice it, and what it stops, stops cleanly.
    #[must_use]
    pub const fn is_planned(self) -> bool {
        matches!(self, Cause::Maintenance)
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn the_list_is_complete_and_in_the_order_of_the_numbers() {
        for (number, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, number);
        }
    }
}
