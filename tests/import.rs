//! From an export to a scenario: what `ninefold import` makes of exports of all generations, with parts missing, and of
//! names that nobody should give anything.
//!
//! `merged` holds what is told apart or brought together by where it is; `spreadsheets` what spreadsheets make of an export.
//!
//! `scenarios/rvtools` and the folders in `tests/import` hold one small datacenter three times, as three generations of RVTools would export it:
//! six hosts of two kinds under HA, an edge cluster that is overcommitted, a host that stands alone.
//! `NINEFOLD_BLESS=1 cargo test --test import` accepts a changed scenario. `NINEFOLD_LONG=1` imports 100,000 VMs as well.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

#[path = "import/merged.rs"]
mod merged;
#[path = "import/spreadsheets.rs"]
mod spreadsheets;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ninefold::inventory::rvtools::{self, Export};
use ninefold::inventory::{Grouping, Imported, Inventory, Problem, proxmox, scenario};
use ninefold::scenario::{Input, IsolationResponse, Issue, Severity, Spec, compile_with_issues, read};
use ninefold::{capacity, model::Model};

/// The first is shipped, as an example.
const MODERN: &str = "scenarios/rvtools";
const GENERATIONS: [&str; 3] = [MODERN, "tests/import/old", "tests/import/internal"];
const GROUPINGS: [Grouping; 6] = [
    Grouping::Stem,
    Grouping::Folder,
    Grouping::ResourcePool,
    Grouping::Vapp,
    Grouping::Size,
    Grouping::None,
];

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

type Files = Vec<(String, Vec<u8>)>;

fn files(generation: &str) -> Files {
    let mut files: Files = fs::read_dir(at(generation))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files.retain(|(name, _)| rvtools::sheet_of_file(name).is_some());
    files
}

fn inventory(files: Files) -> Inventory {
    rvtools::read(&Export::Files(files)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What a scenario means, and its issues; a single error is a failure.
fn loaded(text: &str) -> (Spec, Vec<Model>, Vec<Issue>) {
    let (spec, mut issues) =
        read(&Input { name: "dc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let errors = |issues: &[Issue]| -> String {
        issues.iter().filter(|issue| issue.severity == Severity::Error).map(Issue::render).collect()
    };
    let spec = spec.unwrap_or_else(|| panic!("{}\n{text}", errors(&issues)));
    let (models, more) = compile_with_issues(&spec);
    issues.extend(more);
    issues.extend(capacity::refusals(&spec, &models));
    issues.extend(capacity::stranded(&spec, &models));
    assert!(errors(&issues).is_empty(), "{}\n{text}", errors(&issues));
    (spec, models, issues)
}

fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code).collect()
}

fn ninefold(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn three_generations_of_one_datacenter_are_one_scenario() {
    let texts = GENERATIONS.map(|generation| scenario(&inventory(files(generation)), Grouping::Stem).text);
    assert_eq!(texts[0], texts[1], "modern and old");
    assert_eq!(texts[0], texts[2], "modern and internal");
    let golden = at("tests/import/expected.toml");
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        fs::write(&golden, &texts[0]).unwrap();
    }
    assert_eq!(texts[0], fs::read_to_string(golden).unwrap(), "NINEFOLD_BLESS=1 to accept");
    // The one warning is true: desktops of the edge cluster lie on disks in its hosts.
    let (_, models, issues) = loaded(&texts[0]);
    assert_eq!(codes(&issues), ["W102"]);
    assert_eq!(models.len(), 2);
}

#[test]
fn the_readme_shows_lines_of_that_scenario() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let golden = fs::read_to_string(at("tests/import/expected.toml")).unwrap();
    let begins = readme.find("<!-- import -->\n```toml\n").unwrap() + "<!-- import -->\n```toml\n".len();
    let lasts = readme[begins..].find("```").unwrap();
    let mut shown = 0;
    for line in readme[begins..begins + lasts].lines() {
        assert!(line == "…" || golden.lines().any(|other| other == line), "README.md: {line}");
        shown += 1;
    }
    assert_eq!(shown, 13);
}

/// Cells as a spreadsheet has them: numbers and truths are no texts.
fn workbook(files: &Files) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, bytes) in files {
        let sheet = book.add_worksheet();
        sheet.set_name(rvtools::sheet_of_file(name).unwrap()).unwrap();
        for (row, record) in records(bytes).iter().enumerate() {
            for (column, cell) in record.iter().enumerate() {
                let (row, column) = (row as u32, column as u16);
                match (cell.parse::<f64>(), cell.as_str()) {
                    (Ok(number), _) => sheet.write(row, column, number).unwrap(),
                    (_, "True") => sheet.write(row, column, true).unwrap(),
                    (_, "False") => sheet.write(row, column, false).unwrap(),
                    (_, text) => sheet.write(row, column, text).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn bytes(records: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    records.iter().for_each(|record| writer.write_record(record).unwrap());
    writer.into_inner().unwrap()
}

#[test]
fn a_workbook_says_what_its_sheets_say_as_files() {
    let files = files(MODERN);
    let book = rvtools::read(&Export::Workbook(workbook(&files))).unwrap();
    for grouping in GROUPINGS {
        assert_eq!(scenario(&book, grouping), scenario(&inventory(files.clone()), grouping), "{grouping:?}");
    }
}

#[test]
fn figures_are_those_counted_by_hand() {
    let inventory = inventory(files(MODERN));
    assert_eq!((inventory.hosts.len(), inventory.clusters.len(), inventory.vms.len()), (9, 2, 27));
    let left_out: Vec<(&str, u64)> = inventory.left_out.iter().map(|(what, n)| (what.as_str(), *n)).collect();
    assert_eq!(
        left_out,
        [
            ("VMs that are orphaned or inaccessible", 1),
            ("VMs that are powered off", 1),
            ("VMs that are suspended", 1),
            ("agents of vSphere Cluster Services (vCLS)", 1),
            ("placeholders of Site Recovery Manager", 1),
            ("templates", 1),
            ("clusters without hosts", 1),
            ("datastores without a VM that runs", 1),
        ]
    );
    let production = &inventory.clusters[0];
    assert!(production.restarts.value && production.failover_level.value == 1);
    let imported = scenario(&inventory, Grouping::Stem).text;
    let (spec, ..) = loaded(&imported);
    let service =
        |name: &str| spec.services.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("{name}"));
    // Eight web servers, two on each of four hosts: esx-1, esx-2 of one rack and esx-b-1, esx-b-2 of the other.
    assert_eq!((service("web").instances, service("web").place.len()), (8, 8));
    // Four application servers, of which one is turned off where its host is alone, and not left on.
    let own = |name: &str| service(name).isolation_response.map(|(response, _)| response);
    let [one, rest] = ["app-power-off", "app"];
    assert_eq!((service(one).instances, service(rest).instances), (1, 3));
    assert_eq!((own(one), own(rest)), (Some(IsolationResponse::PowerOff), None));
    // Two databases that a rule keeps apart, and a smaller one.
    assert_eq!((service("sql-8c-96g").instances, service("sql-4c-32g").instances), (2, 1));
    let clusters: Vec<f64> =
        spec.clusters.iter().map(|c| c.settings.memory_overcommit.unwrap_or(1.0)).collect();
    // The edge: 3 x 48 GiB and 3 x 4 GiB = 156 GiB on 2 x 64 GiB. One host left, with room for the largest: (156 + 48) / 64.
    assert_eq!(clusters, [1.0, 3.2]);
    // What HA leaves alone: a build server whose priority is "disabled", and the host that stands alone.
    let strategy = &imported[imported.find("[strategy.as-it-is]").unwrap()..];
    let alone: Vec<&str> =
        strategy.lines().filter(|line| line.starts_with("[strategy.as-it-is.service")).collect();
    assert_eq!(alone, ["[strategy.as-it-is.service.build]", "[strategy.as-it-is.service.nas]"]);
}

#[test]
fn services_are_what_the_grouping_says() {
    let inventory = inventory(files(MODERN));
    let counts = GROUPINGS.map(|grouping| {
        let (spec, ..) = loaded(&scenario(&inventory, grouping).text);
        assert_eq!(spec.services.iter().map(|s| s.instances).sum::<u32>(), 27, "{grouping:?}");
        spec.services.len()
    });
    let [stem, folder, pool, vapp, size, none] = counts;
    assert_eq!((none, stem), (27, 12));
    // Two of 4 cores and 8 GiB or the like share a size here, never less than their folders and pools do.
    assert!(size <= pool && size <= vapp && size <= folder && folder <= none, "{counts:?}");
}

/// Every column of every sheet taken away once, and every sheet.
#[test]
fn exports_with_parts_missing_are_read_or_say_what_is_missing() {
    let whole = files(MODERN);
    let (mut read, mut refused) = (0, Vec::new());
    for (number, (_, content)) in whole.iter().enumerate() {
        let table = records(content);
        for column in 0..table[0].len() {
            let without: Vec<Vec<String>> = table
                .iter()
                .map(|row| {
                    row.iter().enumerate().filter(|(at, _)| *at != column).map(|(_, c)| c.clone()).collect()
                })
                .collect();
            let mut files = whole.clone();
            files[number].1 = bytes(&without);
            match rvtools::read(&Export::Files(files)) {
                Ok(inventory) => {
                    loaded(&scenario(&inventory, Grouping::Stem).text);
                    read += 1;
                }
                Err(problems) => {
                    let Problem { place, what, remedy } = &problems[0];
                    assert!(what.contains(&table[0][column]), "{place}: {what}: {}", table[0][column]);
                    refused.push(format!("{place}: {what}; {}", remedy.split(',').next().unwrap()));
                }
            }
        }
    }
    assert_eq!(
        refused,
        [
            "sheet vCluster: there is no column Name; add the column",
            "sheet vDatastore: there is no column Name; add the column",
            "sheet vHost: there is no column Host; add the column",
            "sheet vInfo: there is no column VM; add the column",
            "sheet vInfo: there is no column CPUs; add the column",
            "sheet vInfo: there is no column Memory; add the column",
        ]
    );
    assert!(read > 50, "{read}");
    for gone in ["vHost", "vCluster", "vDatastore"] {
        let mut files = whole.clone();
        files.retain(|(name, _)| !name.contains(gone));
        let imported = scenario(&inventory(files), Grouping::Stem);
        loaded(&imported.text);
    }
    let only_vinfo = scenario(
        &inventory(vec![whole.into_iter().find(|(n, _)| n.contains("vInfo")).unwrap()]),
        Grouping::Stem,
    );
    loaded(&only_vinfo.text);
    assert!(only_vinfo.text.contains("cores = 8 # ASSUMED: a core for every four"), "{}", only_vinfo.text);
}

/// What people and attackers call things.
const HOSTILE: [&str; 16] = [
    "a\"]\n[host.x]\ncount = 9",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{202e}gnp.exe",
    "# comment",
    "'''",
    "\"\"\"",
    "esx-1",
    "web-1.2",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "日本語-サーバ",
    "\u{feff}\u{200b}",
    "..\\..\\etc",
    "a,b;c\td",
    "\u{1F600}\u{0301}",
    "ﬁ-İ-ß",
];

/// Numbers that look random and are the same everywhere.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// An export with any sizes and such names.
fn random(seed: u64) -> Files {
    let mut draws = Draws(seed);
    let names = |draws: &mut Draws| match draws.below(12) {
        0 => "x".repeat(10_000),
        1..=4 => draws.one(&HOSTILE).to_owned(),
        _ => format!("{}{}", draws.one(&["web", "web-", "db_", "10.0.0.", "\u{e9}-"]), draws.below(20)),
    };
    let clusters: Vec<String> =
        (0..1 + draws.below(3)).map(|_| names(&mut draws)).chain([String::new()]).collect();
    let row = |cells: &[&str]| -> Vec<String> { cells.iter().map(|&cell| cell.to_owned()).collect() };
    let mut hosts = vec![row(&[
        "Host",
        "Datacenter",
        "Cluster",
        "# Cores",
        "# Memory",
        "CPU Model",
        "ESX Version",
        "Current EVC",
        "VI SDK Server",
        "vSAN Fault Domain Name",
    ])];
    let server = |draws: &mut Draws| draws.one(&["", "vc1", "vc1", "VC2"]).to_owned();
    for _ in 0..1 + draws.below(12) {
        let (name, cluster) =
            (names(&mut draws), clusters[draws.below(clusters.len() as u64) as usize].clone());
        let datacenter = draws.one(&["", "a", "\"b\n"]).to_owned();
        let size = (draws.one(&["4", "16", "64", "0"]), draws.one(&["8192", "65.536,00", "524288", "0"]));
        let version = draws.one(&["VMware ESXi 4.1.0", "VMware ESXi 6.5.0", "8.0.1", "\u{1b}[31m"]);
        let cpu = draws.one(&["Xeon \"v4\" \\ \n", "", "EPYC"]);
        let evc = draws.one(&["", "intel-\"x\""]);
        let (of, domain) = (server(&mut draws), draws.one(&["", "", "Preferred", "a\n"]));
        hosts.push(row(&[&name, &datacenter, &cluster, size.0, size.1, cpu, version, evc, &of, domain]));
    }
    let mut vcluster = vec![row(&[
        "Name",
        "HA enabled",
        "Failover Level",
        "AdmissionControlEnabled",
        "Host monitoring",
        "VM Monitoring",
        "Failure Interval",
        "Isolation Response",
        "DRS enabled",
        "NumHosts",
        "VI SDK Server",
    ])];
    for cluster in clusters.iter().chain(&clusters) {
        let truth = |draws: &mut Draws| draws.one(&["True", "FALSCH", "VRAI", "0", ""]);
        let (ha, admission, drs) = (truth(&mut draws), truth(&mut draws), truth(&mut draws));
        let level = draws.one(&["0", "1", "2", "40", "4294967299"]);
        let monitoring = draws.one(&["vmMonitoringOnly", "vmAndAppMonitoring", "vmMonitoringDisabled", "?"]);
        let interval = draws.one(&["30", "60", "120", ""]);
        let isolation = draws.one(&["none", "powerOff", "shutdown", ""]);
        let watched = draws.one(&["enabled", "disabled"]);
        let (count, of) = (draws.one(&["", "1", "2", "3"]), server(&mut draws));
        vcluster.push(row(&[
            cluster, ha, level, admission, watched, monitoring, interval, isolation, drs, count, &of,
        ]));
    }
    let mut vinfo = vec![row(&[
        "VM",
        "Powerstate",
        "CPUs",
        "Memory",
        "HA Restart Priority",
        "Cluster rule(s)",
        "Cluster rule name(s)",
        "Path",
        "Folder",
        "Resource pool",
        "vApp",
        "Cluster",
        "Host",
        "VI SDK Server",
        "Datacenter",
        "VM ID",
    ])];
    let mut places = Vec::new();
    for _ in 0..1 + draws.below(40) {
        let host = hosts[1 + draws.below(hosts.len() as u64 - 1) as usize].clone();
        let (host, cluster) = if draws.below(8) == 0 {
            (String::new(), names(&mut draws))
        } else {
            (host[0].clone(), host[2].clone())
        };
        let size = (draws.one(&["1", "2", "16", "128"]), draws.one(&["512", "4096", "2716", "131072"]));
        let priority = draws.one(&["high", "lowest", "disabled", "clusterRestartPriority", ""]);
        let store = draws.one(&["san", "local", "a]b", "\"", ""]);
        let rule = draws.one(&["", "", "Anti Affinity"]);
        let (name, rule_name, folder) = (names(&mut draws), names(&mut draws), names(&mut draws));
        places.push((store, host.clone()));
        let of = server(&mut draws);
        let (datacenter, number) = (draws.one(&["", "a", "b"]), draws.below(60).to_string());
        vinfo.push(row(&[
            &name,
            "poweredOn",
            size.0,
            size.1,
            priority,
            rule,
            &rule_name,
            &format!("[{store}] x.vmx"),
            &folder,
            &rule_name,
            &folder,
            &cluster,
            &host,
            &of,
            datacenter,
            &number,
        ]));
    }
    let mut stores = vec![row(&["Name", "Type", "Address", "Hosts", "VI SDK Server"])];
    for name in ["san", "local", "local", "\""] {
        let (_, host) = &places[draws.below(places.len() as u64) as usize];
        let all = hosts[1..].iter().map(|host| host[0].clone()).collect::<Vec<_>>().join(", ");
        let list = if name == "san" { &all } else { host };
        stores.push(row(&[
            name,
            draws.one(&["VMFS", "NFS", "vsan", "?"]),
            draws.one(&["1.2.3.4", ""]),
            list,
            &server(&mut draws),
        ]));
    }
    [("vInfo", vinfo), ("vHost", hosts), ("vCluster", vcluster), ("vDatastore", stores)]
        .into_iter()
        .map(|(sheet, table)| (format!("RVTools_tab{sheet}.csv"), bytes(&table)))
        .collect()
}

/// Whatever an export says and however things are called in it, the scenario loads, fits on its hosts and is admitted.
#[test]
fn every_import_is_a_scenario_that_loads_and_fits() {
    let seeds = if std::env::var_os("NINEFOLD_LONG").is_some() { 5_000 } else { 150 };
    let (mut overcommitted, mut protected, mut restricted, mut refused) = (0, 0, 0, 0);
    for seed in 0..seeds {
        let inventory = match rvtools::read(&Export::Files(random(seed))) {
            Ok(inventory) => inventory,
            Err(problems) => {
                // Sizes that nobody could mean, or an export that names no host by chance.
                let is_meant = |what: &str| what.contains("times its") || what.starts_with("it has no hosts");
                assert!(problems.iter().all(|p| is_meant(&p.what)), "seed {seed}: {problems:#?}");
                refused += 1;
                continue;
            }
        };
        for grouping in GROUPINGS {
            let Imported { text, .. } = scenario(&inventory, grouping);
            let (spec, ..) = loaded(&text);
            let instances: u32 = spec.services.iter().map(|service| service.instances).sum();
            assert_eq!(instances as usize, inventory.vms.len(), "seed {seed}");
            assert_eq!(spec.host_count(), inventory.hosts.len(), "seed {seed}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "seed {seed}");
            assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}']), "seed {seed}");
            assert!(text.lines().all(|line| line.len() < 2_000), "seed {seed}");
            overcommitted += u32::from(text.contains("memory_overcommit"));
            protected += u32::from(text.contains("strategy.without-ha"));
            restricted += u32::from(text.contains("policy = \"percentage\""));
        }
    }
    // All kinds of datacenters were among them, and most of them could be.
    assert!(refused * 2 < seeds, "{refused} of {seeds} were refused");
    assert!(
        overcommitted > 100 && protected > 100 && restricted > 50,
        "{overcommitted} {protected} {restricted}"
    );
}

/// The broken twin: a writer that trusts names would let one of these add a table, or break the file.
#[test]
fn a_writer_that_trusts_names_would_not_pass() {
    let trusting = |name: &str| format!("[service.web] # \"{name}\"\ninstances = 1\n");
    let is_broken = |name: &&&str| match trusting(name).parse::<toml::Table>() {
        Ok(table) => table.len() != 1 || table["service"]["web"].as_table().unwrap().len() != 1,
        Err(_) => true,
    };
    assert!(HOSTILE.iter().filter(is_broken).count() >= 2);
}

#[test]
fn a_proxmox_cluster_becomes_a_scenario() {
    let json = fs::read(at("scenarios/proxmox.json")).unwrap();
    let inventory = proxmox::read(&json).unwrap();
    let imported = scenario(&inventory, Grouping::Stem);
    let golden = at("tests/import/proxmox.toml");
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        fs::write(&golden, &imported.text).unwrap();
    }
    assert_eq!(imported.text, fs::read_to_string(golden).unwrap(), "NINEFOLD_BLESS=1 to accept");
    let (spec, _, issues) = loaded(&imported.text);
    assert_eq!(codes(&issues), [""; 0]);
    // web-1 and web-2 are managed by HA; db and dns are not; off and the template are left out.
    let services: BTreeMap<&str, u32> =
        spec.services.iter().map(|s| (s.name.as_str(), s.instances)).collect();
    assert_eq!(services, BTreeMap::from([("web", 2), ("db", 1), ("dns", 1)]));
    assert!(imported.text.contains("[strategy.as-it-is.service.db]\nprotect = []"));
    // Behind `data`, as the API answers, it is the same.
    let answer = [&b"{\"data\": "[..], &json[..], b"}"].concat();
    assert_eq!(scenario(&proxmox::read(&answer).unwrap(), Grouping::Stem), imported);
    for wrong in [
        &b"[]"[..],
        b"[{\"type\": 3}]",
        b"{",
        b"",
        b"[{\"type\":\"node\",\"node\":\"a\",\"maxcpu\":-1,\"maxmem\":1e300}]",
    ] {
        assert!(proxmox::read(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
    }
}

/// Disks lie on a storage that may hold them: backups and images of installers on a filer that all nodes reach are none.
#[test]
fn a_shared_storage_for_backups_holds_no_disks() {
    let list = |contents: [&str; 2]| {
        let mut entries = Vec::new();
        for node in ["a", "b"] {
            entries.push(format!(r#"{{"type":"node","node":"{node}","maxcpu":16,"maxmem":68719476736}}"#));
            entries.push(format!(
                r#"{{"type":"qemu","name":"vm-{node}","node":"{node}","status":"running","maxcpu":2,"maxmem":4294967296}}"#
            ));
            for (storage, content) in ["filer", "pool"].into_iter().zip(contents) {
                // The filer is on both nodes, the pool on one.
                if storage == "filer" || node == "a" {
                    entries.push(format!(
                        r#"{{"type":"storage","storage":"{storage}","node":"{node}","plugintype":"nfs","shared":1,"content":"{content}"}}"#
                    ));
                }
            }
        }
        let inventory = proxmox::read(format!("[{}]", entries.join(",")).as_bytes()).unwrap();
        loaded(&scenario(&inventory, Grouping::Stem).text);
        let labels = |vm: &str| {
            let vm = inventory.vms.iter().find(|other| &*other.name == vm).unwrap();
            inventory.arrays[vm.array.unwrap()].label.clone()
        };
        let left_out: u64 = inventory.left_out.iter().map(|(_, count)| count).sum();
        ([labels("vm-a"), labels("vm-b")], left_out)
    };
    let both = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert_eq!(list(["backup,iso,vztmpl", "images"]), (both("pool", "local disks"), 1));
    assert_eq!(list(["backup, iso", "snippets"]), (both("local disks", "local disks"), 2));
    assert_eq!(list(["iso,rootdir", "images"]), (both("filer", "filer"), 0));
    // Old lists do not say it: the widest then.
    assert_eq!(list(["", "images"]), (both("filer", "filer"), 0));
}

#[test]
fn a_summary_cuts_names_however_long_they_are() {
    let name = "x".repeat(10_000);
    let vhost = format!("Host,Cluster,# Cores,# Memory\nh1,{name},16,4096\nh2,{name},16,4096\n");
    let vinfo = format!("VM,CPUs,Memory,Cluster,Host\na,2,8192,{name},h1\n");
    let files =
        vec![("vInfo.csv".to_owned(), vinfo.into_bytes()), ("vHost.csv".to_owned(), vhost.into_bytes())];
    let summary = scenario(&inventory(files), Grouping::Stem).summary;
    for begins in ["cluster xxx", "overcommitted: xxx"] {
        let line = summary.iter().find(|line| line.starts_with(begins)).unwrap();
        assert!(line.contains("... (10000 characters)"), "{line}");
    }
    assert!(summary.iter().all(|line| line.len() < 600), "{summary:?}");
}

#[test]
fn the_command_writes_a_scenario_that_runs_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let export = at(MODERN).display().to_string();
    let output = ninefold(folder.path(), &["import", "rvtools", &export, "-o", "dc.toml"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(output.stdout.is_empty());
    for line in
        ["found 9 hosts in 5 groups", "left out: templates: 1", "overcommitted: Edge", "wrote dc.toml"]
    {
        assert!(told(&output).contains(line), "{line}: {}", told(&output));
    }
    let written = fs::read(folder.path().join("dc.toml")).unwrap();
    assert_eq!(written, fs::read(at("tests/import/expected.toml")).unwrap());
    let again = ninefold(folder.path(), &["import", "rvtools", &export, "-o", "dc.toml"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(told(&again).contains("is there already"), "{}", told(&again));
    let forced = ninefold(folder.path(), &["import", "rvtools", &export, "-o", "dc.toml", "--force", "-q"]);
    assert!(forced.status.success() && forced.stderr.is_empty());
    let printed = ninefold(folder.path(), &["import", "rvtools", &export]);
    assert_eq!(printed.stdout, written);
    let run = ninefold(folder.path(), &["run", "dc.toml", "--replications", "4", "--quiet"]);
    assert!(run.status.success(), "{}", told(&run));
}

/// What is wrong, by its place, and what to do; exit code 2, and nothing written.
#[test]
fn what_cannot_be_read_says_where_and_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let book = workbook(&files(MODERN));
    let mut wrong_numbers = files(MODERN);
    wrong_numbers.retain(|(name, _)| name.contains("vInfo"));
    let mut table = records(&wrong_numbers[0].1);
    table[1][7] = "two\u{1b}[2J".into();
    table[2][8] = "0".into();
    let no_vinfo: Files = files(MODERN).into_iter().filter(|(name, _)| !name.contains("vInfo")).collect();
    let cases: [(&str, Vec<u8>, &[&str]); 7] = [
        ("half.xlsx", book[..book.len() / 2].to_vec(), &["the workbook", "cannot be read", "complete .xlsx"]),
        (
            "locked.xlsx",
            [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat(),
            &["encrypted", "without a password"],
        ),
        ("empty.xlsx", Vec::new(), &["the workbook", "cannot be read"]),
        ("other.xlsx", workbook(&no_vinfo), &["no sheet vInfo", "vHost", "Export all to xlsx"]),
        (
            "numbers.csv",
            bytes(&table),
            &[
                "sheet vInfo, row 2, column CPUs",
                "two\\u{1b}[2J",
                "row 3, column Memory",
                "0 is out of range",
            ],
        ),
        (
            "headless.csv",
            b"VM,CPUs\na,2\n".to_vec(),
            &["sheet vInfo", "no column Memory", "named Memory or Memory MiB", "vInfoMemory"],
        ),
        ("idle.csv", b"VM,CPUs,Memory,Powerstate\na,2,1024,poweredOff\n".to_vec(), &["no VM in it runs"]),
    ];
    for (name, content, expected) in cases {
        fs::write(folder.path().join(name), content).unwrap();
        let output = ninefold(folder.path(), &["import", "rvtools", name, "-o", "dc.toml"]);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {told}");
        assert!(output.stdout.is_empty() && !folder.path().join("dc.toml").exists(), "{name}");
        assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{name}: {told:?}");
        for words in expected.iter().chain(&["nothing was imported", "help: "]) {
            assert!(told.contains(words), "{name}: {words}: {told}");
        }
    }
    let missing = ninefold(folder.path(), &["import", "rvtools", "nowhere.xlsx"]);
    assert_eq!(missing.status.code(), Some(1));
    let help = ninefold(folder.path(), &["import", "--help"]);
    assert!(
        String::from_utf8(help.stdout)
            .unwrap()
            .contains("ninefold import rvtools scenarios/rvtools -o dc.toml")
    );
}

/// A damaged workbook is refused or read, and never ends the program.
#[test]
fn a_workbook_with_any_byte_changed_is_no_panic() {
    let book = workbook(&files(MODERN));
    let mut draws = Draws(7);
    for _ in 0..300 {
        let mut damaged = book.clone();
        let at = draws.below(book.len() as u64) as usize;
        damaged[at] ^= 1 << draws.below(8);
        if let Ok(inventory) = rvtools::read(&Export::Workbook(damaged)) {
            loaded(&scenario(&inventory, Grouping::Stem).text);
        }
    }
}

/// A real export, where it lies beside the clone: figures counted in its sheets.
#[test]
fn a_real_export_of_132_rows_is_what_its_sheets_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/rvtools/sample-132-vms.xlsx");
    let Ok(book) = fs::read(&path) else {
        eprintln!("skipped: no real export beside the clone");
        return;
    };
    let inventory = rvtools::read(&Export::Workbook(book)).unwrap();
    // 131 VMs and a blank row; 22 are powered off, two of them templates.
    assert_eq!((inventory.hosts.len(), inventory.vms.len()), (8, 109));
    let left_out: Vec<u64> = inventory.left_out.iter().map(|(_, count)| *count).collect();
    assert_eq!(left_out, [20, 2]);
    // "# VMs" of vHost: 9, 18, 9, 14, 16, 8, 19, 16, in the order of its rows.
    let mut on = [0; 8];
    inventory.vms.iter().for_each(|vm| on[vm.host] += 1);
    assert_eq!(on, [9, 18, 9, 14, 16, 8, 19, 16]);
    // vCluster: HA is on in the second, without admission control; off in the first, whose failover level says 1 all the same.
    let clusters: BTreeMap<&str, (bool, u32)> = inventory
        .clusters
        .iter()
        .map(|c| (c.name.as_str(), (c.restarts.value, c.failover_level.value)))
        .collect();
    assert_eq!(clusters, BTreeMap::from([("Avaya Cluster", (false, 0)), ("Production Cluster", (true, 0))]));
    let (spec, models, issues) = loaded(&scenario(&inventory, Grouping::Stem).text);
    assert_eq!(codes(&issues), [""; 0]);
    // Three generations of hosts: 28 cores and 196,514 MiB; 16 and 262,098; 24 and 196,562.
    let groups: Vec<(u32, u32, u64)> =
        spec.hosts.iter().map(|h| (h.count, h.cores, h.memory_bytes >> 20)).collect();
    assert_eq!(groups, [(4, 28, 196_514), (2, 16, 262_098), (2, 24, 196_562)]);
    // vHost's vRAM in sum, 837,624 MiB, is the memory of the VMs that run.
    assert_eq!(inventory.vms.iter().map(|vm| vm.memory_mib).sum::<u64>(), 837_624);
    assert_eq!(models.len(), 2);
}

/// 100,000 VMs within ten seconds and one gibibyte, as files and as a workbook.
#[test]
fn a_hundred_thousand_vms_take_seconds() {
    if std::env::var_os("NINEFOLD_LONG").is_none_or(|value| value != "1") {
        eprintln!("skipped: NINEFOLD_LONG=1 imports 100,000 VMs");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut vhost, mut vinfo) = (vec![row("Host,Cluster,# Cores,# Memory,ESX Version")], Vec::new());
    let filling = (0..20).map(|n| format!(",Attribute {n}")).collect::<String>();
    vinfo.push(row(&format!("VM,Powerstate,CPUs,Memory{filling},Path,Cluster,Host")));
    for host in 0..2_000 {
        vhost.push(row(&format!("esx{host:04},Cluster {},64,1048576,8.0.2", host / 40)));
    }
    let value = ",some value".repeat(20);
    for vm in 0..100_000 {
        let (host, size) = (vm % 2_000, 1 + vm % 4);
        let name = format!("app{}-{vm}", vm % 3_000);
        vinfo.push(row(&format!(
            "{name},poweredOn,{size},{}{value},[san{}] a,Cluster {},esx{host:04}",
            size * 2048,
            host / 40,
            host / 40
        )));
    }
    let files: Files = vec![("vInfo.csv".into(), bytes(&vinfo)), ("vHost.csv".into(), bytes(&vhost))];
    fs::create_dir(folder.path().join("csv")).unwrap();
    for (name, content) in &files {
        fs::write(folder.path().join("csv").join(name), content).unwrap();
    }
    fs::write(folder.path().join("all.xlsx"), workbook(&files)).unwrap();
    for export in ["csv", "all.xlsx"] {
        let began = std::time::Instant::now();
        let mut import = Command::new(env!("CARGO_BIN_EXE_ninefold"))
            .args(["import", "rvtools", export, "-o", "dc.toml", "--force", "-q"])
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let mut most = 0;
        while import.try_wait().unwrap().is_none() {
            most = most.max(peak_kib(import.id()).unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(import.wait().unwrap().success());
        eprintln!("{export}: {:?}, {} MiB", began.elapsed(), most >> 10);
        assert!(
            began.elapsed().as_secs() < if cfg!(debug_assertions) { 60 } else { 10 },
            "{:?}",
            began.elapsed()
        );
        assert!(most < 1 << 20, "{most} KiB");
    }
    let (spec, ..) = loaded(&fs::read_to_string(folder.path().join("dc.toml")).unwrap());
    assert_eq!(spec.services.iter().map(|service| service.instances).sum::<u32>(), 100_000);
}

fn row(cells: &str) -> Vec<String> {
    cells.split(',').map(str::to_owned).collect()
}

/// The most memory that a process has had, where the system tells.
fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
