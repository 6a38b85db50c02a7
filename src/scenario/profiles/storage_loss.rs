//! What products do for VMs whose host has lost their storage.

use super::setting::Preset::{Between, Fixed};
use super::setting::{Setting, setting, word};

const PROTECTION: &[&str] = &["off", "conservative", "aggressive"];
const SWITCH: &[&str] = &["off", "on"];

const VMCP: &str = "VM component protection: whether VMs without storage are stopped and restarted elsewhere; conservative: where a healthy host with room is known";
const LOSSES: &[&str] = &["apd", "pdl"];
const PATH_LOSS: &str = "how a host that loses its paths to block storage learns of it: by silence, or the array says that the disks are gone, on which component protection acts at once";
const CSV: &str = "cluster shared volumes: I/O goes through another host that still reaches the storage";
const REDIRECT: &str = "until I/O goes through another host";
const PAUSE: &str = "how long I/O is held back, or the VM paused, before the guest feels the loss";
const DISK_FAILED: &str = "from the loss of a VM's disks to their being missed, without shared volumes";

pub(super) const VSPHERE: &[Setting] = &[
    word("vmcp", "off", PROTECTION, "VMW-58, VMW-62", VMCP),
    setting("apd_timeout", Fixed(140.0), "VMW-59", "until all paths are taken to be down"),
    setting("apd_delay", Fixed(180.0), "VMW-60", "from there to the reaction"),
    word("path_loss", "apd", LOSSES, "VMW-64, VMW-65", PATH_LOSS),
    setting("pdl_delay", Between(1.0, 5.0), "MTX-42, VMW-64", "from the array's word to the reaction"),
    setting("apd_starts_after_nfs", Fixed(41.0), "STO-08", "how much later the loss of a filer is noticed"),
];

pub(super) const HYPER_V_2008: &[Setting] = &[
    word("csv", "off", SWITCH, "HYP-46", CSV),
    setting("redirect_pause", Between(0.0, 10.0), "MTX-45", REDIRECT),
    setting("storage_pause", Fixed(0.0), "HYP-26", PAUSE),
    setting("disk_failed_after", Between(5.0, 60.0), "MTX-44", DISK_FAILED),
];

pub(super) const HYPER_V_2012: &[Setting] = &[
    word("csv", "on", SWITCH, "HYP-26", CSV),
    setting("redirect_pause", Between(0.0, 10.0), "MTX-45", REDIRECT),
    setting("storage_pause", Fixed(120.0), "HYP-28", PAUSE),
    setting("disk_failed_after", Between(5.0, 60.0), "MTX-44", DISK_FAILED),
];

pub(super) const HYPER_V_2016: &[Setting] = &[
    word("csv", "on", SWITCH, "HYP-26", CSV),
    setting("redirect_pause", Between(0.0, 10.0), "MTX-45", REDIRECT),
    setting("storage_pause", Fixed(1800.0), "HYP-25", PAUSE),
    setting("disk_failed_after", Between(5.0, 60.0), "MTX-44", DISK_FAILED),
];
