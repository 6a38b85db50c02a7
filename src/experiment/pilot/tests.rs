use super::*;
use crate::scenario::{self, Input};

/// A member on each of three hosts, down while all three are: exponential faults, rare enough that 200 years see hardly any.
const THREE: &str = "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
    crash = { mttf = \"8000 h\", mttr = \"40 h\" }\n[service.s]\nrole = \"stateless\"\nvm = { cores = 1, memory = \"1 GiB\" }\n\
    power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
    [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n";

/// What is decided with so many looks, and what all replications cost by it.
fn decided(looks: f64) -> Option<(Decision, f64)> {
    let input = Input { name: "t", bytes: THREE.as_bytes(), overrides: &[], files: &[] };
    let model = &scenario::compile(&scenario::read(&input).0.expect("it is right")).expect("it fits")[0];
    let (services, numbers): (Vec<ServiceId>, Vec<u32>) = (vec![ServiceId(0)], (0..400).collect());
    let run = Run { model, services: &services, numbers: &numbers, seed: 3 };
    let decision = match run.decide_within([looks; 2], true, &Threads::new(Some(2)), &()) {
        Ok(decision) => decision.expect("nobody is rarer"),
        Err(Ends::TooCostly) => return None,
        Err(Ends::Stopped) => panic!("nobody stops it"),
    };
    let effort = decision.effort.clone()?;
    let mut all = run.new_run(&effort).expect("hosts fail");
    numbers.iter().for_each(|&number| drop(all.run(3, number)));
    let spent = all.diagnostics.work as f64 * costs::of_work(&all) + all.diagnostics.steps as f64 * STEP;
    Some((decision, spent))
}

/// With ever fewer looks there are fewer branches, then a part of the episodes, and in the end nobody is asked; what is done costs no more than
/// half as much again as it may: a pilot of a twelfth of the replications knows it no better.
#[test]
fn what_is_done_costs_what_it_may() {
    let [ample, some, few] = [4e8, 4e6, 1e6].map(|looks| {
        let (decision, spent) = decided(looks).unwrap_or_else(|| panic!("nothing with {looks} looks"));
        let effort = decision.effort.expect("somebody is told");
        assert_eq!((decision.services, decision.told[0][0]), (vec![ServiceId(0)], true));
        assert!(spent <= 1.5 * looks, "{spent:e} of {looks:e}");
        effort.branches
    });
    assert!(ample > some && some > 1.0 && few < 1.0, "{ample}, {some}, {few}");
    assert!(decided(1e4).is_none());
}

/// Two hosts that planned work empties; nothing else is amiss with the second one. A pilot of both finds nobody who is rare but the service on that
/// one, which no fault concerns: there is nothing to be made likelier then, and plain replications tell.
#[test]
fn a_service_that_no_fault_concerns_is_left_to_plain_replications() {
    let text = "schema = 1\ntitle = \"t\"\n[run]\nhorizon = \"1 y\"\n\
        [host.a]\ncores = 8\nmemory = \"16 GiB\"\ncrash = { mttf = \"10 d\", mttr = \"4 h\" }\n\
        [host.b]\ncores = 8\nmemory = \"16 GiB\"\n\
        [service.x]\nvm = { cores = 1, memory = \"1 GiB\" }\nplace = [\"a-1\"]\n\
        [service.y]\nvm = { cores = 1, memory = \"1 GiB\" }\nplace = [\"b-1\"]\n\
        [maintenance.m]\nhosts = [\"a\"]\nfirst = \"10 d\"\nevery = \"30 d\"\nlasts = \"1 h\"\n\
        [strategy.alone]\nprotect = []\n";
    let input = Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let model = &scenario::compile(&scenario::read(&input).0.expect("it is right")).expect("it fits")[0];
    let numbers: Vec<u32> = (0..200).collect();
    let found = super::super::rare::Rare::find(model, &numbers, 1, &Threads::new(Some(2)), &());
    let rare = found.expect("nobody stops it");
    assert!(rare.is_none_or(|rare| (0..2).all(|service| !rare.knows(service))));
}
