//! What products support: at the limit nothing is said, beyond it an error names limit and source, and
//! `limits = "ignore"` makes a warning of it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use ninefold::scenario::{Input, Issue, Severity, compile, compile_with_issues, read};

/// A cluster of so many hosts with so many VMs on storage of a kind.
struct Cluster {
    product: &'static str,
    hosts: u32,
    vms: u32,
    kind: &'static str,
    settings: &'static str,
}

impl Cluster {
    fn of(product: &'static str) -> Cluster {
        Cluster { product, hosts: 4, vms: 4, kind: "fc", settings: "" }
    }

    fn text(&self) -> String {
        let Cluster { product, hosts, vms, kind, settings } = self;
        let detection = if *product == "custom" { "detection = \"30 s\"" } else { "" };
        format!(
            "schema = 1\n[storage.san]\nkind = \"{kind}\"\n\
             [host.h]\ncount = {hosts}\ncores = 1024\nmemory = \"4 TiB\"\nstorage = [\"san\"]\n\
             [cluster.c]\nproduct = \"{product}\"\nhosts = [\"h\"]\n{detection}\n{settings}\n\
             [service.a]\ninstances = {vms}\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\" }}\n\
             [strategy.s]\nprotect = [\"host-cluster\"]\n"
        )
    }

    /// All issues, of reading and compiling.
    fn issues(&self) -> Vec<Issue> {
        issues_of(&self.text())
    }

    fn codes(&self) -> Vec<&'static str> {
        self.issues().iter().map(|issue| issue.code).collect()
    }
}

fn issues_of(text: &str) -> Vec<Issue> {
    let (spec, mut issues) =
        read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    if let Some(spec) = spec {
        issues.extend(compile_with_issues(&spec).1);
    }
    issues
}

const IGNORE: &str = "limits = \"ignore\"";

#[test]
fn hosts_in_a_cluster() {
    for (product, most, source) in [
        ("vmware-ha-4", 32, "VML-14"),
        ("vsphere-6", 64, "VMW-96"),
        ("vsphere-8", 96, "VMW-97"),
        ("xenserver", 16, "XEN-07, CON-08"),
        ("hyper-v-2008", 16, "HYP-49"),
        ("hyper-v-2008-r2", 16, "HYP-51"),
        ("hyper-v-2012-r2", 64, "HYP-52"),
        ("hyper-v-2016", 64, "HYP-52"),
    ] {
        assert!(Cluster { hosts: most, ..Cluster::of(product) }.issues().is_empty(), "{product}");
        let more = Cluster { hosts: most + 1, ..Cluster::of(product) };
        let issues = more.issues();
        assert_eq!(issues.len(), 1, "{product}: {issues:#?}");
        assert_eq!((issues[0].code, issues[0].path.as_str()), ("E036", "cluster.c.hosts"), "{product}");
        let what = format!("{} hosts in cluster \"c\", and {product} supports {most} ({source})", most + 1);
        assert_eq!(issues[0].what, what);
        let ignored = Cluster { settings: IGNORE, ..more }.issues();
        assert_eq!(ignored.len(), 1);
        assert_eq!((ignored[0].code, ignored[0].severity), ("W108", Severity::Warning), "{product}");
    }
    for product in ["custom", "pacemaker"] {
        assert!(Cluster { hosts: 500, ..Cluster::of(product) }.issues().is_empty(), "{product}");
    }
}

/// OSS-11: three hosts for quorum, more than fifty only reported. Advice, which `ignore` silences.
#[test]
fn proxmox_is_advised() {
    for (hosts, expected) in [(2, &["W108"][..]), (3, &[]), (50, &[]), (51, &["W108"])] {
        let cluster = Cluster { hosts, ..Cluster::of("proxmox") };
        assert_eq!(cluster.codes(), expected, "{hosts} hosts");
        assert!(Cluster { settings: IGNORE, ..cluster }.codes().is_empty());
    }
}

/// VML-14: 160 VMs a host up to eight hosts, 40 beyond.
#[test]
fn vms_on_a_host() {
    for (product, hosts, each) in [
        ("vmware-ha-4", 8, 160),
        ("vmware-ha-4", 9, 40),
        ("vsphere-6", 2, 1_024),
        ("hyper-v-2008", 4, 64),
        ("hyper-v-2008-r2", 2, 384),
        ("hyper-v-2012-r2", 2, 1_024),
        ("hyper-v-2016", 2, 1_024),
    ] {
        let full = Cluster { hosts, vms: hosts * each, ..Cluster::of(product) };
        assert!(full.issues().is_empty(), "{product}, {hosts} hosts");
        let more = Cluster { vms: hosts * each + 1, ..full };
        let issues = more.issues();
        assert_eq!(issues.len(), 1, "{product}: {issues:#?}");
        assert_eq!((issues[0].code, issues[0].path.as_str()), ("E036", "cluster.c"));
        let what = format!(
            "under strategy \"s\" {} VMs start on h-1, and {product} supports {each} on a host",
            each + 1
        );
        assert!(issues[0].what.starts_with(&what), "{}", issues[0].what);
        assert!(issues[0].what.ends_with("1 of the hosts of \"c\" has more"), "{}", issues[0].what);
        assert_eq!(Cluster { settings: IGNORE, ..more }.codes(), ["W108"]);
    }
    assert!(Cluster { vms: 4_000, ..Cluster::of("xenserver") }.issues().is_empty());
}

#[test]
fn vms_in_a_cluster() {
    for (product, hosts, most, source) in [
        ("vsphere-6", 10, 8_000, "VMW-96"),
        ("vsphere-8", 10, 10_000, "VMW-97"),
        ("hyper-v-2008-r2", 10, 1_000, "HYP-51"),
        ("hyper-v-2016", 10, 8_000, "HYP-52"),
    ] {
        let full = Cluster { hosts, vms: most, ..Cluster::of(product) };
        assert!(full.issues().is_empty(), "{product}");
        let more = Cluster { vms: most + 1, ..full };
        let issues = more.issues();
        assert_eq!(issues.len(), 1, "{product}: {issues:#?}");
        assert!(
            issues[0].what.ends_with(&format!("{product} supports {most} ({source})")),
            "{}",
            issues[0].what
        );
        assert_eq!(Cluster { settings: IGNORE, ..more }.codes(), ["W108"]);
    }
}

/// STO-19. Local disks are no matter of the product: that they tie a VM is a warning of its own, W102.
#[test]
fn kinds_of_storage() {
    const ALL: [&str; 5] = ["fc", "iscsi", "nfs", "nas", "das"];
    for (product, unusable) in [
        ("custom", &[][..]),
        ("pacemaker", &[]),
        ("proxmox", &[]),
        ("vmware-ha-4", &[]),
        ("vsphere-6", &[]),
        ("xenserver", &[]),
        ("hyper-v-2008", &["nfs", "nas"]),
        ("hyper-v-2008-r2", &["nfs", "nas"]),
        ("hyper-v-2012-r2", &["nfs"]),
        ("hyper-v-2016", &["nfs"]),
    ] {
        for kind in ALL {
            let cluster = Cluster { kind, ..Cluster::of(product) };
            let expected: &[&str] = match kind {
                // XEN-22: and no statefile on them.
                "das" if product == "xenserver" => &["W108", "W102"],
                "das" => &["W102"],
                _ if unusable.contains(&kind) => &["E037"],
                _ => &[],
            };
            assert_eq!(cluster.codes(), expected, "{product} on {kind}");
            if expected == ["E037"] {
                assert_eq!(cluster.issues()[0].path, "storage.san.kind");
                assert_eq!(Cluster { settings: IGNORE, ..cluster }.codes(), ["W108"], "{product} on {kind}");
            }
        }
    }
}

/// A limit is one of the product that a strategy uses, is told once however many strategies use it, and does not
/// count where the cluster protects nothing.
#[test]
fn limits_follow_the_strategies() {
    let base = Cluster { hosts: 20, kind: "nfs", ..Cluster::of("vsphere-6") }.text();
    assert!(issues_of(&base).is_empty());
    let more = base.clone()
        + "[strategy.x]\nprotect = [\"host-cluster\"]\ncluster.c.product = \"xenserver\"\n\
           [strategy.y]\nprotect = [\"host-cluster\"]\ncluster.c.product = \"xenserver\"\n\
           [strategy.none]\nprotect = []\ncluster.c.product = \"hyper-v-2008\"\n";
    let issues = issues_of(&more);
    let found: Vec<(&str, &str)> = issues.iter().map(|i| (i.code, i.path.as_str())).collect();
    assert_eq!(found, [("E036", "strategy.x.cluster.c.hosts")]);
    let line = more[..more.find("[strategy.x]").unwrap()].matches('\n').count() + 1;
    assert_eq!((issues[0].place.line, issues[0].place.column), (line, 11));
    // One strategy may ignore what another does not.
    let ignored = more.replacen("\"xenserver\"\n", "\"xenserver\"\ncluster.c.limits = \"ignore\"\n", 1);
    let codes: Vec<&str> = issues_of(&ignored).iter().map(|i| i.code).collect();
    assert_eq!(codes, ["W108", "E036"]);
}

/// MTX-95: what a product does not support is an error, unless the scenario says that limits are to be ignored.
#[test]
fn a_pool_stands_at_one_site() {
    let text = |settings: &str| {
        let more =
            format!("{settings}\n[site.a]\n[site.b]\n[host.w]\nsite = \"b\"\ncores = 8\nmemory = \"8 GiB\"");
        let more = format!("{more}\nstorage = [\"san\"]\n[service.a]");
        let one = Cluster::of("xenserver").text().replacen("[service.a]", &more, 1);
        one.replacen("[host.h]", "[host.h]\nsite = \"a\"", 1).replacen("[\"h\"]", "[\"h\", \"w\"]", 1)
    };
    for product in ["xenserver", "vsphere-6"] {
        let codes = |settings| -> Vec<&str> {
            issues_of(&text(settings).replace("xenserver", product)).iter().map(|issue| issue.code).collect()
        };
        let (enforced, ignored): (&[&str], &[&str]) =
            if product == "xenserver" { (&["E036"], &["W108"]) } else { (&[], &[]) };
        assert_eq!((codes("").as_slice(), codes(IGNORE).as_slice()), (enforced, ignored), "{product}");
    }
}

/// All VMs that start on the hosts count, also those that the cluster does not protect.
#[test]
fn unprotected_vms_count() {
    let text = Cluster { vms: 255, ..Cluster::of("hyper-v-2008") }.text()
        + "[service.loose]\nvm = { cores = 1, memory = \"1 GiB\" }\n[strategy.s.service.loose]\nprotect = []\n";
    assert!(issues_of(&text).is_empty());
    let more = text.replace("[service.loose]", "[service.loose]\ninstances = 2");
    let codes: Vec<&str> = issues_of(&more).iter().map(|i| i.code).collect();
    assert_eq!(codes, ["E036"]);
    let (spec, _) = read(&Input { name: "t.toml", bytes: more.as_bytes(), overrides: &[], files: &[] });
    assert_eq!(compile(&spec.unwrap()).unwrap_err()[0].code, "E036");
}
