//! Every starter loads, checks without a word, runs, is valid under the schema, and explains each of its keys.

use std::collections::BTreeSet;

use ninefold::experiment::{self, Plan};
use ninefold::scenario::compile;
use ninefold::scenario::profiles::{PROFILES, Product};
use ninefold::scenario::starter::{Kind, objection, starter};

use super::{checked, output, schema, text};

fn all() -> impl Iterator<Item = (Kind, Product)> {
    let products = || {
        PROFILES.iter().filter_map(|profile| Product::find(profile.word)).filter(|p| *p != Product::CUSTOM)
    };
    Kind::ALL.into_iter().flat_map(move |kind| products().map(move |product| (kind, product)))
}

#[test]
fn every_starter_loads_checks_and_runs() {
    let validator = schema::validator();
    let (mut made, mut refused) = (0, Vec::new());
    for (kind, product) in all() {
        let name = format!("{kind:?} {}", product.word());
        if let Some(why) = objection(kind, product) {
            refused.push(format!("{name}: {why}"));
            continue;
        }
        let scenario = starter(kind, product, "dc.toml");
        let (spec, issues) = checked(scenario.as_bytes(), &[], &[]);
        let shown: String = issues.iter().map(|issue| issue.render()).collect();
        assert!(issues.is_empty(), "{name}:\n{shown}");
        assert!(validator.is_valid(&schema::json(&scenario)), "{name}");
        // The gate is a comment that only has to be uncommented.
        let (before, gate) = scenario.split_once("# [[gate]]").unwrap();
        let gated = format!("{before}[[gate]]{}", gate.replacen("\n# ", "\n", 2));
        let (asked, issues) = checked(gated.as_bytes(), &[], &[]);
        assert!(issues.is_empty() && asked.unwrap().gates.len() == 1, "{name}: {gated}");
        let spec = spec.unwrap();
        let plan = Plan {
            title: spec.title.clone(),
            sha256: String::new(),
            seed: 1,
            replications: 24,
            threads: Some(2),
        };
        let summary = experiment::run(&compile(&spec).unwrap(), &plan, &()).unwrap();
        assert!(summary.strategies.len() >= 2, "{name}");
        let down: f64 = summary.strategies[0].services.iter().map(|service| service.downtime_s.mean).sum();
        assert!(down > 0.0, "{name}: nothing ever fails");
        made += 1;
    }
    assert_eq!((made, refused.len()), (38, 2), "{refused:#?}");
}

/// Where a key stands for the first time, its line or the one above says what it is.
#[test]
fn every_key_of_a_starter_is_explained() {
    for kind in Kind::ALL {
        let scenario = starter(kind, Product::find("hyper-v-2016").unwrap(), "dc.toml");
        let mut seen = BTreeSet::new();
        for line in scenario.lines().filter(|line| !line.starts_with('#')) {
            let Some((key, rest)) = line.split_once(" = ") else { continue };
            let is_prose = matches!(key, "title" | "protect");
            assert!(
                !seen.insert(key) || is_prose || rest.contains(" # "),
                "{kind:?}: nothing explains {line}"
            );
            assert!(line.chars().count() <= 125, "{kind:?}: {line}");
        }
        assert!(
            scenario.starts_with("#:schema ./ninefold.schema.json\n") && scenario.contains("# [[gate]]"),
            "{kind:?}"
        );
        assert!(!scenario.contains('@'), "{kind:?}: a placeholder is left:\n{scenario}");
    }
}

/// What the help lists is taken, and whoever gives something else that is a product is told why it will not do.
#[test]
fn the_help_lists_the_products_that_init_takes() {
    let folder = tempfile::tempdir().unwrap();
    let help = output(folder.path(), &["init", "--help"]);
    let all = text(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, list) = all.split_once("default: vsphere-8] [possible values: ").unwrap();
    let listed: Vec<&str> = list.split(']').next().unwrap().split(", ").collect();
    let offered = PROFILES.iter().map(|profile| profile.word).filter(|word| *word != "custom");
    assert_eq!(listed, offered.collect::<Vec<_>>());
    for product in &listed {
        let made = output(folder.path(), &["init", "-", "--product", product]);
        assert_eq!(made.status.code(), Some(0), "{product}: {}", text(&made.stderr));
    }
    let known = listed.join(", ");
    for (product, why) in [
        ("wsfc-2016", "it clusters guests, not hosts: see --kind guest-cluster; init takes "),
        ("haproxy", "it clusters guests, not hosts"),
        ("custom", "it has no numbers of its own to begin with; init takes "),
        ("vsphere-9", "possible values: "),
    ] {
        let refused = output(folder.path(), &["init", "--product", product]);
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(why) && told.contains(&known), "{product}: {told}");
    }
}

#[test]
fn init_writes_a_file_and_overwrites_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let first = output(path, &["init"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let (scenario, beside) = (path.join("scenario.toml"), path.join("ninefold.schema.json"));
    assert_eq!(std::fs::read_to_string(&beside).unwrap(), ninefold::scenario::schema());
    std::fs::write(&scenario, "mine").unwrap();
    std::fs::write(&beside, "mine too").unwrap();
    let second = output(path, &["init"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("--force"), "{}", text(&second.stderr));
    assert_eq!(std::fs::read_to_string(&scenario).unwrap(), "mine");
    assert_eq!(output(path, &["init", "other.toml"]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&beside).unwrap(), "mine too", "somebody's own schema stays");
    assert_eq!(output(path, &["init", "--force", "--kind", "two-hosts"]).status.code(), Some(0));
    let printed = output(path, &["init", "-", "--kind", "two-hosts"]);
    assert_eq!(std::fs::read(&scenario).unwrap(), printed.stdout);
    assert_eq!(output(path, &["check", "scenario.toml"]).status.code(), Some(0));
    for wrong in [
        &["init", "x.toml", "--product", "vsphere"][..],
        &["init", "x.toml", "--product", "custom"],
        &["init", "x.toml", "--kind", "two-sites", "--product", "xenserver"],
        &["init", ".."],
    ] {
        let refused = output(path, wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {}", text(&refused.stderr));
    }
    assert!(!path.join("x.toml").exists());
    // What the file says to type next can be typed.
    assert_eq!(output(path, &["init", "guests.toml", "--kind", "guest-cluster"]).status.code(), Some(0));
    let of = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    let scenario = of("other.toml") + &of("guests.toml");
    let next: Vec<&str> = scenario.lines().filter_map(|line| line.strip_prefix("#   ninefold ")).collect();
    assert_eq!(next.len(), 12, "{scenario}");
    for line in next {
        let command = line.split("  ").next().unwrap();
        let mut typed: Vec<&str> = command.split(' ').collect();
        if ["run", "advise", "diff"].contains(&typed[0]) {
            typed.extend(["--replications", "20"]);
        }
        let run = output(path, &typed);
        assert_eq!(run.status.code(), Some(0), "{typed:?}: {}", text(&run.stderr));
    }
}
