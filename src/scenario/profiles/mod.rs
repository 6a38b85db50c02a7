//! The products that cluster hosts, as data: what each setting stands for, its default, and the fact in
//! the fact sheet that the default rests on. Every one can be overridden in the cluster's table.
//!
//! ```
//! use ninefold::scenario::profiles::{PROFILES, Product};
//! let vsphere = Product::find("vsphere-6").unwrap();
//! let declared = vsphere.profile().settings().find(|s| s.key == "failed_after_datastore").unwrap();
//! assert_eq!((declared.default.to_string(), declared.source), ("18 s".to_owned(), "VMW-28e"));
//! assert!(PROFILES.iter().all(|p| p.settings().all(|s| !s.source.is_empty())));
//! ```

mod custom;
mod guest;
mod hyper_v;
mod migration;
mod monitor;
mod restart;
mod ring;
mod setting;
mod storage_loss;
mod vmware;
mod xenserver;

pub use guest::{GUEST_PROFILES, GuestProfile, guest_keys};
pub use setting::{Follows, Preset, Setting, Value};

/// A product that clusters hosts, by its place in [`PROFILES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product(usize);

impl Product {
    /// One law from the crash to the first restart order.
    pub const CUSTOM: Product = Product(0);

    /// The product of a word.
    #[must_use]
    pub fn find(word: &str) -> Option<Product> {
        PROFILES.iter().position(|profile| profile.word == word).map(Product)
    }

    /// What is known of it.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        &PROFILES[self.0]
    }

    /// Its word in a scenario.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.profile().word
    }
}

/// What runs a cluster: each family is one state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Custom,
    /// A primary and secondaries.
    Primary,
    /// Five primaries.
    FivePrimaries,
    /// A pool with a statefile, fencing by watchdog.
    Pool,
    /// Failover clustering with quorum.
    Quorum,
    /// A token ring with fencing.
    Ring,
}

/// One product.
#[derive(Debug)]
pub struct Profile {
    pub word: &'static str,
    /// What people call that which acts; `None` where it is nobody's product.
    pub name: Option<&'static str>,
    pub family: Family,
    pub about: &'static str,
    /// Its settings, in groups that products share.
    groups: &'static [&'static [Setting]],
}

impl Profile {
    /// All its settings.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> + use<> {
        self.groups.iter().copied().flatten()
    }

    /// A setting by its key.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.settings().find(|setting| setting.key == key)
    }
}

/// Every product that is simulated.
pub const PROFILES: &[Profile] = &[
    custom::CUSTOM,
    vmware::HA_4,
    vmware::VSPHERE_6,
    vmware::VSPHERE_8,
    xenserver::XENSERVER,
    hyper_v::HYPER_V_2008,
    hyper_v::HYPER_V_2008_R2,
    hyper_v::HYPER_V_2012_R2,
    hyper_v::HYPER_V_2016,
    ring::PROXMOX,
    ring::PACEMAKER,
];

/// Every key that some product has, each once, with the first setting of that key: what kind of value it takes is the
/// same in all products.
#[must_use]
pub fn keys() -> Vec<(&'static str, &'static Setting)> {
    let mut keys: Vec<(&'static str, &'static Setting)> =
        PROFILES.iter().flat_map(Profile::settings).map(|setting| (setting.key, setting)).collect();
    keys.sort_by_key(|(key, _)| *key);
    keys.dedup_by_key(|(key, _)| *key);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_different_and_a_key_is_of_one_kind() {
        let keys = keys();
        for (number, profile) in PROFILES.iter().enumerate() {
            assert_eq!(Product::find(profile.word), Some(Product(number)), "{} is there twice", profile.word);
            let mut seen = Vec::new();
            for setting in profile.settings() {
                assert!(!seen.contains(&setting.key), "{} has {} twice", profile.word, setting.key);
                seen.push(setting.key);
                let (_, first) = keys.iter().find(|(key, _)| *key == setting.key).expect("it is a key");
                assert!(first.default.is_like(&setting.default), "{} is of two kinds", setting.key);
                if let Preset::Word { word, accepted } = setting.default {
                    assert!(accepted.contains(&word), "{}", setting.key);
                }
                if let Some(follows) = &setting.follows {
                    let from = profile.setting(follows.key).expect("it follows one of the same product");
                    let Preset::Fixed(seconds) = from.default else { panic!("{} varies", from.key) };
                    assert_eq!((follows.preset)(seconds), setting.default, "{}", setting.key);
                }
            }
        }
        assert_eq!(Product::CUSTOM.word(), "custom");
    }
}
