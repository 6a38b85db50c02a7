//! From a cluster's plan to what it does for VMs without disks.

use super::super::profiles::Family;
use super::super::resolve::ClusterPlan;
use crate::engine::{Law, Span};
use crate::model::{StorageLoss, StorageRestart, StorageRestartPolicy};

pub(super) fn storage_loss(plan: &ClusterPlan) -> StorageLoss {
    match plan.product.profile().family {
        Family::Primary => StorageLoss { restart: vmcp(plan), ..StorageLoss::default() },
        Family::Quorum => {
            let csv = plan.word("csv") == "on";
            let pause = plan.span("storage_pause");
            // MTX-44: a disk that is gone is missed by a poll; MTX-46: with shared volumes I/O is held back first.
            let after = if csv {
                Law::Constant { value_s: pause.as_secs_f64() }
            } else {
                plan.law("disk_failed_after")
            };
            StorageLoss {
                pause,
                redirect: csv.then(|| plan.law("redirect_pause").into()),
                restart: Some(StorageRestart {
                    after: after.into(),
                    later_on_filers: Span::ZERO,
                    disk_move: plan.law("disk_move").into(),
                    policy: StorageRestartPolicy::Always,
                    when_told: None,
                }),
            }
        }
        Family::Custom | Family::FivePrimaries | Family::Pool | Family::Ring => StorageLoss::default(),
    }
}

fn vmcp(plan: &ClusterPlan) -> Option<StorageRestart> {
    let policy = match plan.word("vmcp") {
        "conservative" => StorageRestartPolicy::WithTarget,
        "aggressive" => StorageRestartPolicy::UnlessHopeless,
        _ => return None,
    };
    let after = plan.span("apd_timeout") + plan.span("apd_delay");
    Some(StorageRestart {
        after: Law::Constant { value_s: after.as_secs_f64() }.into(),
        later_on_filers: plan.span("apd_starts_after_nfs"),
        disk_move: Law::Constant { value_s: 0.0 }.into(),
        policy,
        when_told: (plan.word("path_loss") == "pdl").then(|| plan.law("pdl_delay").into()),
    })
}
