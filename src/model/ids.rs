//! Dense numbers for everything in a model: an index into the table of its kind.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The index into the table.
            #[inline]
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A physical host.
    HostId
    /// Something that can be out of service besides hosts and VMs.
    PartId
    /// A rack or a site: hosts that lose their power together.
    DomainId
    /// People who repair.
    CrewId
    /// A site, as a place where things stand.
    PlaceId
    /// A network that carries one or more kinds of traffic.
    NetworkId
    /// A storage array, or the local disks of hosts.
    StorageId
    /// The disks of one host and their copy in another.
    LocalMirrorId
    /// The bandwidth of a storage, or of one host's own disks, which VMs that boot share.
    ChannelId
    /// A host cluster.
    ClusterId
    /// A service: an application in one or more instances.
    ServiceId
    /// One instance of a service: what is up, degraded or down.
    InstanceId
    /// A virtual machine.
    VmId
    /// A maintenance plan.
    MaintenanceId
    /// A scripted fault.
    InjectId
}
