//! Scenarios to begin with, every key of them explained.

use super::product_limits;
use super::profiles::{Family, Preset, Product};

/// What kind of datacenter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One service on two hosts.
    TwoHosts,
    /// A cluster of hosts with three kinds of services.
    Cluster,
    /// Two sites with mirrored storage.
    TwoSites,
    /// A database and web servers, clustered inside their guests.
    GuestCluster,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::TwoHosts, Kind::Cluster, Kind::TwoSites, Kind::GuestCluster];

    fn body(self) -> &'static str {
        match self {
            Kind::TwoHosts => include_str!("two-hosts.toml"),
            Kind::Cluster => include_str!("cluster.toml"),
            Kind::TwoSites => include_str!("two-sites.toml"),
            Kind::GuestCluster => include_str!("guest-cluster.toml"),
        }
    }

    /// One of its strategies.
    fn strategy(self) -> &'static str {
        if self == Kind::GuestCluster { "combined" } else { "host-cluster" }
    }
}

const HEAD: &str = include_str!("head.toml");
const TAIL: &str = include_str!("tail.toml");

/// What to type next, and what comes of it.
const NEXT: [(&str, &str); 6] = [
    ("ninefold check @FILE@", "what is wrong, what is odd, and what every default became"),
    ("ninefold run @FILE@", "every strategy on the same failures, with intervals; files in results/"),
    ("ninefold advise @FILE@", "which strategy for which service, and why"),
    ("ninefold trace @FILE@ --strategy @STRATEGY@", "one replication, line by line"),
    ("ninefold diff @FILE@ @FILE@ --set-b run.ages=new", "what a key is worth"),
    ("ninefold explain E017", "what a code means that check has told"),
];

/// Why there is no such scenario.
#[must_use]
pub fn objection(kind: Kind, product: Product) -> Option<String> {
    let limits = product_limits::of(product);
    if let Some(advice) = limits.advice.filter(|advice| advice.least > 2 && kind == Kind::TwoHosts) {
        let what = format!("{} wants {} hosts or more ({})", product.word(), advice.least, advice.source);
        return Some(format!("{what}: take another kind, or another product"));
    }
    let sites = limits.sites.filter(|limit| limit.most < 2)?;
    (kind == Kind::TwoSites).then(|| {
        format!(
            "a cluster of {} does not span two sites ({}): take another kind, or another product",
            product.word(),
            sites.source
        )
    })
}

/// A scenario for a file of that name.
///
/// ```
/// use ninefold::scenario::profiles::Product;
/// use ninefold::scenario::starter::{Kind, starter};
/// use ninefold::scenario::{Input, read};
/// let text = starter(Kind::Cluster, Product::find("vsphere-8").unwrap(), "dc.toml");
/// let (spec, issues) = read(&Input { name: "dc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
/// assert!(spec.is_some() && issues.is_empty());
/// ```
#[must_use]
pub fn starter(kind: Kind, product: Product, file: &str) -> String {
    let profile = product.profile();
    // Where products count votes, and count none of a witness by themselves, two halves would wait for each other.
    let votes = matches!(
        profile.setting("witness").map(|setting| setting.default),
        Some(Preset::Word { word: "none", .. })
    );
    let witness = if votes {
        "witness = \"share\"           # one more vote, so that half of the hosts is not no majority; default \"none\"\n"
    } else if profile.family == Family::Quorum {
        "# witness = \"auto\"          # one more vote: \"none\", \"disk\", \"share\", \"cloud\" or \"auto\", the default\n"
    } else {
        ""
    };
    let file = if file.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)) {
        file.to_owned()
    } else {
        "FILE".to_owned()
    };
    let commands = NEXT.map(|(command, about)| {
        (command.replace("@FILE@", &file).replace("@STRATEGY@", kind.strategy()), about)
    });
    let width = commands.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let next: String =
        commands.iter().map(|(command, about)| format!("#   {command:width$}  {about}\n")).collect();
    let text = [HEAD, kind.body(), TAIL].concat() + &next;
    let text = text.replace("@STRATEGY@", kind.strategy());
    text.replace("# @WITNESS@\n", witness)
        .replace("@PRODUCT@", product.word())
        .replace("@ABOUT@", profile.about)
}
