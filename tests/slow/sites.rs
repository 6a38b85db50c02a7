//! Where things stand, and which networks lead from site to site.
//!
//! Two sites reach each other while a network between them is up, or several one after the other. Where no network of a
//! kind is there the way is perfect.

/// A cluster's sites. Sites count from 0; a site without hosts may hold the witness.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sites {
    /// The site of each host; none are named where there is one site.
    pub(crate) hosts: &'static [usize],
    /// The sites that each network for beats and orders joins.
    pub(crate) links: &'static [&'static [usize]],
    /// The same for storage.
    pub(crate) fabrics: &'static [&'static [usize]],
    /// Where the witness stands, if it is reached over the network, and the array, if not everywhere.
    pub(crate) witness: Option<usize>,
    pub(crate) array: Option<usize>,
    /// The site whose hosts come first where several sides could go on (HYP-59).
    pub(crate) preferred: Option<usize>,
}

impl Sites {
    pub(crate) fn of(&self, host: usize) -> usize {
        self.hosts.get(host).copied().unwrap_or(0)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        let ends = self.links.iter().chain(self.fabrics).copied().flatten();
        self.hosts.iter().chain(ends).chain(&self.witness).chain(&self.array).max().map_or(1, |last| last + 1)
    }

    pub(crate) fn is_stretched(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// Those at which hosts stand.
    pub(crate) fn with_hosts(&self) -> Vec<usize> {
        (0..self.count()).filter(|&site| !self.is_stretched() || self.hosts.contains(&site)).collect()
    }

    /// The hosts of a site that are numbered one after the other, as runs of them.
    pub(crate) fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for &site in self.hosts {
            match runs.last_mut() {
                Some((last, count)) if *last == site => *count += 1,
                _ => runs.push((site, 1)),
            }
        }
        runs
    }
}

/// What of it is cut just now.
pub(crate) struct Ways {
    pub(crate) sites: Sites,
    pub(crate) links_cut: Vec<u32>,
    pub(crate) fabrics_cut: Vec<u32>,
    pub(crate) lans_cut: Vec<u32>,
    /// Which sites reached which when that was looked at last.
    pub(crate) seen: Vec<bool>,
}

impl Ways {
    pub(crate) fn new(sites: Sites) -> Ways {
        let mut ways = Ways {
            sites,
            links_cut: vec![0; sites.links.len()],
            fabrics_cut: vec![0; sites.fabrics.len()],
            lans_cut: vec![0; sites.count()],
            seen: Vec::new(),
        };
        ways.seen = ways.sides();
        ways
    }

    /// The sites that packets get to from one.
    pub(crate) fn heard_at(&self, from: usize) -> Vec<usize> {
        (0..self.lans_cut.len()).filter(|&to| self.joins(from, to)).collect()
    }

    /// By pair of sites, whether they reach each other.
    pub(crate) fn sides(&self) -> Vec<bool> {
        let count = self.lans_cut.len();
        (0..count * count).map(|pair| self.joins(pair / count, pair % count)).collect()
    }

    /// Whether some hosts stand where others cannot be reached.
    pub(crate) fn is_split(&self) -> bool {
        self.sites.hosts.iter().any(|&site| !self.joins(self.sites.hosts[0], site))
    }

    /// Whether packets get from a site to another.
    pub(crate) fn joins(&self, from: usize, to: usize) -> bool {
        is_joined(self.sites.links, &self.links_cut, from, to)
    }

    /// Whether blocks do.
    pub(crate) fn carries_blocks(&self, from: usize, to: usize) -> bool {
        is_joined(self.sites.fabrics, &self.fabrics_cut, from, to)
    }
}

fn is_joined(networks: &[&[usize]], cut: &[u32], from: usize, to: usize) -> bool {
    let direct = |network: &&[usize]| network.contains(&from) && network.contains(&to);
    if from == to || !networks.iter().any(direct) {
        return true;
    }
    let mut reached = vec![from];
    loop {
        let up = networks.iter().zip(cut).filter(|(_, cut)| **cut == 0).map(|(network, _)| network);
        let next = up
            .filter(|network| network.iter().any(|site| reached.contains(site)))
            .flat_map(|network| network.iter())
            .find(|site| !reached.contains(site));
        match next {
            Some(&site) if site == to => return true,
            Some(&site) => reached.push(site),
            None => return false,
        }
    }
}
