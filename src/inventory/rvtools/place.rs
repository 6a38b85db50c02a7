//! Where things are: the vSphere that was asked and the datacenter in it. Names of hosts, clusters and datastores say what
//! they are only there: another vSphere, or another datacenter, may have the same ones.

/// Parts are empty where the export does not say them; then they may be any.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// In lower case.
    pub(super) server: String,
    pub(super) datacenter: String,
}

/// How well two names go together that an export may have left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Differs,
    /// One of them is not said.
    Open,
    Same,
}

impl Fit {
    pub(super) fn of(one: &str, other: &str) -> Fit {
        match (one == other, one.is_empty() || other.is_empty()) {
            (true, _) => Fit::Same,
            (false, true) => Fit::Open,
            (false, false) => Fit::Differs,
        }
    }
}

impl Place {
    pub(super) fn of(server: &str, datacenter: &str) -> Place {
        Place { server: server.to_lowercase(), datacenter: datacenter.to_owned() }
    }

    /// How well two places go together; none where their servers differ.
    pub(super) fn fit(&self, other: &Place) -> Option<(Fit, Fit)> {
        let server = Fit::of(&self.server, &other.server);
        (server != Fit::Differs).then(|| (server, Fit::of(&self.datacenter, &other.datacenter)))
    }

    /// Whether both may be one.
    pub(super) fn may_be(&self, other: &Place) -> bool {
        self.fit(other).is_some_and(|(_, datacenter)| datacenter != Fit::Differs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_may_be_anything_and_another_server_is_another_place() {
        let east = Place::of("VC1", "East");
        assert_eq!(east.fit(&Place::of("vc1", "East")), Some((Fit::Same, Fit::Same)));
        assert_eq!(east.fit(&Place::of("", "West")), Some((Fit::Open, Fit::Differs)));
        assert_eq!(east.fit(&Place::of("vc2", "East")), None);
        assert!(east.may_be(&Place::of("vc1", "")) && !east.may_be(&Place::of("vc1", "West")));
    }
}
