//! Each rule once where it holds, and once where it must not.

use super::*;
use crate::scenario::read;

/// Four hosts, a SAN, a cluster of vSphere; what else there is comes behind.
const FOUR: &str = r#"
schema = 1
title = "Four hosts"
[storage.san]
kind = "fc"
[host.h]
count = 4
cores = 16
memory = "64 GiB"
storage = ["san"]
[cluster.c]
product = "vsphere-8"
hosts = ["h"]
"#;
const HOST_CLUSTER: &str = "[strategy.own]\nprotect = [\"host-cluster\"]\n";
const NONE: &str = "[strategy.own]\nprotect = []\n";

fn advised(text: &str) -> Advice {
    let input = Input { name: "test.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = read(&input);
    let told: String = issues.iter().map(Issue::render).collect();
    let advice = advise(&input, &spec.unwrap_or_else(|| panic!("{told}")));
    let advice =
        advice.unwrap_or_else(|issues| panic!("{}", issues.iter().map(Issue::render).collect::<String>()));
    let cites = |reason: &Reason| !reason.facts.is_empty() || reason.what.contains("-");
    assert!(advice.services.iter().flat_map(|service| &service.reasons).all(cites), "{advice:#?}");
    advice
}

/// The scenario of one service on [`FOUR`].
fn one(service: &str, strategies: &str) -> Advice {
    advised(&format!(
        "{FOUR}[service.s]\nvm = {{ cores = 2, memory = \"8 GiB\", storage = \"san\" }}\n{service}\n{strategies}"
    ))
}

fn word(advice: &Advice, service: usize) -> &'static str {
    layers(advice.services[service].protection)
}

/// What is rejected under that head.
fn rejected<'a>(service: &'a ServiceAdvice, what: &str) -> Option<&'a Reason> {
    service.rejected.iter().find(|(head, _)| *head == what).map(|(_, why)| why)
}

fn changes(service: &ServiceAdvice) -> String {
    service.changes.iter().map(|reason| format!("{reason}\n")).collect()
}

#[test]
fn state_that_can_be_clustered_gets_a_failover_group_over_a_host_cluster() {
    let advice = one("workload = \"file-server\"", NONE);
    let service = &advice.services[0];
    assert_eq!(word(&advice, 0), "host cluster and guest failover");
    assert_eq!((service.vms, service.profile), (2, Some("wsfc-2016")));
    assert!(service.reasons[0].facts.contains(&"GFC-18"), "{service:#?}");
    assert!(rejected(service, "NLB").is_some() && rejected(service, "guest failover alone").is_some());
    assert!(service.changes.is_empty(), "{service:#?}");
}

#[test]
fn state_of_which_nobody_says_that_it_can_be_clustered_is_left_to_the_host_cluster() {
    let advice = one("", HOST_CLUSTER);
    assert_eq!(word(&advice, 0), "host cluster");
    assert!(changes(&advice.services[0]).contains("`workload`"), "{advice:#?}");
    // A strategy that clusters it says so.
    let advice = one("", "[strategy.own]\nprotect = [\"guest-failover\"]\n");
    assert_eq!(word(&advice, 0), "host cluster and guest failover");
    // That of another service does not.
    let other = "[strategy.own]\nprotect = []\n[strategy.own.service.t]\nprotect = [\"guest-failover\"]\n";
    let second = "[service.t]\nvm = { cores = 2, memory = \"8 GiB\" }";
    let advice = one(second, other);
    assert_eq!((word(&advice, 0), word(&advice, 1)), ("host cluster", "host cluster and guest failover"));
}

#[test]
fn what_a_strategy_has_settled_is_kept_word_for_word() {
    let own = "[strategy.own]\nprotect = [\"guest-failover\"]\nnodes = 3\nprofile = \"pacemaker\"\nmembers = 7\n\
               convergence = \"9 s\"\n[strategy.own.service.s]\nfailback = { law = \"exponential\", mean = \"1 h\" }\n";
    let advice = one("", own);
    let service = &advice.services[0];
    assert_eq!((service.vms, service.profile), (3, Some("pacemaker")));
    assert!(
        advice.toml.contains("failback = { law = \"exponential\", mean = \"1 h\" } # as in \"own\""),
        "{}",
        advice.toml
    );
    assert!(!advice.toml.contains("members") && !advice.toml.contains("convergence"), "{}", advice.toml);
}

#[test]
fn what_keeps_no_state_is_balanced_with_one_member_more_than_the_demand_asks_for() {
    for (demand, members) in
        [("", 2), ("demand = 200\ncapacity = 100", 3), ("demand = 201\ncapacity = 100", 4)]
    {
        let advice = one(&format!("role = \"stateless\"\n{demand}"), HOST_CLUSTER);
        assert_eq!((word(&advice, 0), advice.services[0].vms), ("host cluster and NLB", members), "{demand}");
        assert!(rejected(&advice.services[0], "guest failover").is_some());
    }
    // Four hosts hold no fifth.
    let advice = one("role = \"stateless\"\ndemand = 400\ncapacity = 100", HOST_CLUSTER);
    assert_eq!(advice.services[0].vms, 4);
    assert!(changes(&advice.services[0]).contains("5 members"), "{advice:#?}");
}

#[test]
fn the_balancer_asks_the_application_where_that_can_fail() {
    let fails = "role = \"stateless\"\napp_crash = { mttf = \"60 d\", mttr = \"1 h\" }";
    assert_eq!(one(fails, NONE).services[0].profile, Some("haproxy"));
    assert_eq!(one("role = \"stateless\"", NONE).services[0].profile, Some("ms-nlb"));
    // What a strategy has is kept, and the other named.
    let own = "[strategy.own]\nprotect = [\"nlb\"]\nprofile = \"ms-nlb\"\n";
    let advice = one(fails, own);
    assert_eq!(advice.services[0].profile, Some("ms-nlb"));
    assert!(changes(&advice.services[0]).contains("haproxy"), "{advice:#?}");
    assert!(!changes(&one("role = \"stateless\"", own).services[0]).contains("haproxy"));
    // Of two that a scenario has, the one that sees more.
    let both = format!("{own}[strategy.other]\nprotect = [\"nlb\"]\nprofile = \"haproxy\"\n");
    assert_eq!(one(fails, &both).services[0].profile, Some("haproxy"));
}

#[test]
fn guests_have_the_clustering_of_their_years() {
    let old = FOUR.replace("vsphere-8", "hyper-v-2008-r2");
    let service =
        "[service.s]\nworkload = \"dhcp\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    assert_eq!(advised(&format!("{old}{service}{NONE}")).services[0].profile, Some("wsfc-2008"));
    assert_eq!(advised(&format!("{FOUR}{service}{NONE}")).services[0].profile, Some("wsfc-2016"));
}

#[test]
fn a_host_cluster_needs_disks_that_another_host_reaches() {
    let local = FOUR.replace("kind = \"fc\"", "kind = \"das\"");
    let service = "[service.s]\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    let advice = advised(&format!("{local}{service}{NONE}"));
    assert_eq!(word(&advice, 0), "nothing");
    assert!(rejected(&advice.services[0], "host cluster").is_some_and(|why| why.facts == ["STO-19"]));
    // Two nodes share a disk, or have a copy each.
    for (workload, layers) in [("file-server", "nothing"), ("exchange", "guest failover")] {
        let advice = advised(&format!("{local}{service}workload = \"{workload}\"\n{NONE}"));
        assert_eq!(word(&advice, 0), layers, "{workload}");
    }
    // A second copy that the cluster can use is as good as shared storage.
    let mirrored = local
        .replace("kind = \"das\"", "kind = \"das\"\nmirror = \"other\"\n[storage.other]\nkind = \"das\"")
        .replace("hosts = [\"h\"]", "hosts = [\"h\", \"g\"]\nlimits = \"ignore\"")
        + "[host.g]\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"other\"]\n";
    let advice = advised(&format!("{mirrored}{service}{NONE}"));
    assert_eq!(word(&advice, 0), "host cluster");
    assert!(advice.services[0].reasons.iter().any(|reason| reason.facts.contains(&"HYP-53")), "{advice:#?}");
}

#[test]
fn a_lone_host_and_hosts_without_a_cluster_are_told() {
    let lone = FOUR.replace("count = 4", "count = 1");
    let service = "[service.s]\nworkload = \"exchange\"\nvm = { cores = 2, memory = \"8 GiB\" }\n";
    let advice = advised(&format!("{lone}{service}{NONE}"));
    assert_eq!(word(&advice, 0), "nothing");
    assert!(changes(&advice.services[0]).contains("a second host"), "{advice:#?}");
    let bare: String = FOUR.split("[cluster.c]").next().unwrap_or_default().to_owned();
    let advice = advised(&format!("{bare}{service}{NONE}"));
    assert_eq!(word(&advice, 0), "guest failover");
    assert!(changes(&advice.services[0]).contains("[cluster.NAME]"), "{advice:#?}");
    assert!(advice.spare.is_none());
}

#[test]
fn a_product_that_cannot_use_the_storage_is_left_out() {
    let filer = FOUR.replace("\"fc\"", "\"nfs\"").replace("vsphere-8", "hyper-v-2008-r2");
    let service = "[service.s]\nworkload = \"file-server\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    let advice = advised(&format!("{filer}{service}{NONE}"));
    assert_eq!(word(&advice, 0), "guest failover");
    let why = rejected(&advice.services[0], "host cluster").map(ToString::to_string).unwrap_or_default();
    assert!(why.contains("nfs"), "{why}");
}

#[test]
fn two_nodes_get_the_witness_that_a_strategy_lacks() {
    let own = "[strategy.own]\nprotect = [\"guest-failover\"]\nprofile = \"wsfc-2008\"\nwitness = \"none\"\n";
    let advice = one("", own);
    assert!(!advice.toml.contains("witness"), "{}", advice.toml);
    assert!(
        advice.services[0].reasons.iter().any(|r| r.what.contains("lacks") && r.facts.contains(&"GFC-35"))
    );
    // One that has it comes first.
    let better = own.replace("own", "better").replace("\"none\"", "\"share\"");
    assert!(one("", &format!("{own}{better}")).toml.contains("witness = \"share\" "));
}

#[test]
fn guests_that_cannot_have_the_layer_do_not_get_it() {
    let own = "[strategy.own]\nprotect = [\"guest-failover\"]\nprofile = \"wsfc-2008\"\n";
    let with = |vm: &str| {
        let vm = format!("vm = {{ cores = 2, memory = \"8 GiB\", storage = \"san\", {vm} }}");
        advised(&format!("{FOUR}[network.lan]\ncarries = [\"client\"]\n[service.s]\n{vm}\n{own}"))
    };
    let advice = with("os_edition = \"Standard\"");
    assert_eq!(word(&advice, 0), "host cluster");
    assert!(rejected(&advice.services[0], "guest failover").is_some_and(|why| why.what.contains("GFC-02")));
    // Cards can be added.
    let advice = with("os_edition = \"Enterprise\", nics = [\"lan\"]");
    assert_eq!(word(&advice, 0), "host cluster and guest failover");
    assert!(changes(&advice.services[0]).contains("GFC-03"), "{advice:#?}");
}

#[test]
fn vsphere_is_asked_to_keep_nodes_apart() {
    let must = "[strategy.advised.cluster.c]\nanti_affinity = \"must\"";
    let service =
        "[service.s]\nworkload = \"dhcp\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    let toml = |scenario: &str| advised(&format!("{scenario}{service}{NONE}")).toml;
    assert!(toml(FOUR).contains(must));
    // Members of a farm are better off beside each other than nowhere.
    let farm = "role = \"stateless\"\ndemand = 3\ncapacity = 1\n";
    assert!(
        !one(farm, NONE).toml.contains("anti_affinity")
            && one(&farm.replace('3', "2"), NONE).toml.contains(must)
    );
    assert!(!toml(&FOUR.replace("vsphere-8", "hyper-v-2016")).contains("anti_affinity"));
    assert!(!toml(&format!("{FOUR}anti_affinity = \"ignore\"\n")).contains("anti_affinity"));
    // Single VMs have nobody to be kept apart from.
    assert!(!one("", NONE).toml.contains("anti_affinity"));
}

#[test]
fn a_host_cluster_below_a_group_needs_a_host_more_than_nodes() {
    let service =
        "[service.s]\nworkload = \"dhcp\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    let with = |hosts: &str| advised(&format!("{}{service}{NONE}", FOUR.replace("count = 4", hosts)));
    let advice = with("count = 2");
    assert_eq!(word(&advice, 0), "guest failover");
    assert!(
        rejected(&advice.services[0], "host cluster below it")
            .is_some_and(|why| why.facts.contains(&"GFC-05"))
    );
    assert_eq!(word(&with("count = 3"), 0), "host cluster and guest failover");
    // Without the group the host cluster is there: 60 GiB leave no room for a second node beside another VM.
    let big = service.replace("8 GiB", "60 GiB");
    let other = "[service.t]\npriority = 5\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n";
    let advice = advised(&format!("{}{big}{other}{NONE}", FOUR.replace("count = 4", "count = 2")));
    assert_eq!(word(&advice, 0), "host cluster");
}

#[test]
fn one_storage_for_all_is_told_where_it_can_fail() {
    let fails = "kind = \"fc\"\noutage = { mttf = \"10 y\", mttr = \"8 h\" }";
    let with = |scenario: &str, service: &str| {
        let vm = "vm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }";
        changes(&advised(&format!("{scenario}[service.s]\n{vm}\n{service}\n{NONE}")).services[0])
    };
    let failing = FOUR.replace("kind = \"fc\"", fails);
    for (service, fact) in
        [("", "MTX-50"), ("workload = \"exchange\"", "MTX-54"), ("role = \"stateless\"", "MTX-56")]
    {
        assert!(with(&failing, service).contains(fact), "{service}");
        assert!(!with(FOUR, service).contains(fact), "{service}");
    }
    let mirrored = failing.replace("8 h\" }", "8 h\" }\nmirror = \"copy\"\n[storage.copy]\nkind = \"fc\"");
    let mirrored = mirrored.replace("storage = [\"san\"]", "storage = [\"san\", \"copy\"]");
    assert!(!with(&mirrored, "").contains("MTX-50"));
}

#[test]
fn the_least_important_group_gives_way_where_there_is_no_room() {
    // Three hosts of 64 GiB: three VMs of 50 GiB, and what is small.
    let service = |name: &str, priority: u8, memory: u8| {
        format!(
            "[service.{name}]\nworkload = \"dhcp\"\npriority = {priority}\nvm = {{ cores = 2, memory = \"{memory} GiB\" }}\n"
        )
    };
    let bare = FOUR.split("[cluster.c]").next().unwrap_or_default().replace("count = 4", "count = 3");
    let scenario = format!(
        "{bare}{}{}{}{NONE}",
        service("low", 2, 50),
        service("middle", 3, 50),
        service("small", 1, 8)
    );
    let advice = advised(&scenario);
    assert_eq!([0, 1, 2].map(|s| word(&advice, s)), ["nothing", "guest failover", "guest failover"]);
    assert!(rejected(&advice.services[0], "guest failover").is_some_and(|why| why.what.contains("50 GiB")));
}

#[test]
fn groups_do_not_take_the_room_that_others_restart_in() {
    // 256 GiB: single VMs of 112 GiB, and groups of 64 GiB or of 128 GiB.
    let scenario = |memory: u8| {
        format!(
            "{FOUR}[service.single]\ninstances = 14\nvm = {{ cores = 1, memory = \"8 GiB\" }}\n[service.group]\ninstances = 4\n\
             workload = \"exchange\"\nvm = {{ cores = 1, memory = \"{memory} GiB\" }}\n{HOST_CLUSTER}"
        )
    };
    let advice = advised(&scenario(8));
    assert_eq!(word(&advice, 1), "host cluster and guest failover");
    let advice = advised(&scenario(16));
    assert_eq!(word(&advice, 1), "host cluster");
    assert!(
        rejected(&advice.services[1], "guest failover").is_some_and(|why| why.facts.contains(&"SED-15")),
        "{advice:#?}"
    );
    assert!(advice.spare.is_some_and(|spare| spare.what.starts_with("whichever host is lost")));
}

#[test]
fn the_name_is_free_and_braces_take_no_more() {
    let taken = "[strategy.advised]\nprotect = []\n[strategy.advised-2]\nprotect = []\n";
    assert_eq!(one("", taken).strategy, "advised-3");
    let text = format!(
        "strategy = {{ own = {{ protect = [] }} }}\n{FOUR}[service.s]\nvm = {{ cores = 2, memory = \"8 GiB\" }}\n"
    );
    let input = Input { name: "test.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let issues = advise(&input, &read(&input).0.unwrap_or_else(|| panic!("{text}"))).map(|a| a.toml);
    assert!(issues.is_err_and(|issues| issues[0].remedy.contains("[strategy.NAME]")));
}

#[test]
fn the_others_are_set_against_it() {
    let own = "[strategy.alone]\nprotect = []\n[strategy.three]\nprotect = [\"host-cluster\", \"guest-failover\"]\nnodes = 3\n\
               profile = \"wsfc-2008\"\ncluster.c.product = \"hyper-v-2016\"\n[strategy.two]\n\
               protect = [\"host-cluster\", \"guest-failover\"]\nprofile = \"wsfc-2016\"\ncluster.c.anti_affinity = \"must\"\n";
    let advice = one("", own);
    let of = |name: &str| {
        advice.services[0]
            .contrasts
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, differs)| differs.join("; "))
    };
    assert_eq!(of("alone").as_deref(), Some("it has nothing"));
    assert!(
        of("two").is_some_and(|differs| differs.contains("2 VMs") && differs.contains("wsfc-2016")),
        "{:#?}",
        advice.services[0]
    );
    assert!(
        of("three").is_some_and(|differs| differs == "cluster \"c\" runs hyper-v-2016, not vsphere-8"),
        "{advice:#?}"
    );
}

#[test]
fn nodes_with_storages_of_their_own_are_not_on_one() {
    let two = |group: &str, count: u8| {
        format!("[host.{group}]\ncount = {count}\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"{group}\"]\n")
    };
    let with = |count: u8| {
        advised(&format!(
            "schema = 1\ntitle = \"Apart\"\n[storage.a]\nkind = \"fc\"\noutage = {{ mttf = \"10 y\", mttr = \"4 h\" }}\n\
             [storage.b]\nkind = \"fc\"\n{}{}[cluster.c]\nproduct = \"vsphere-8\"\nhosts = [\"a\", \"b\"]\n[service.s]\n\
             workload = \"exchange\"\nvm = {{ cores = 2, memory = \"8 GiB\", storage = [\"a\", \"b\"] }}\n{NONE}",
            two("a", count),
            two("b", count)
        ))
    };
    let advice = with(1);
    assert_eq!(word(&advice, 0), "guest failover");
    assert!(!changes(&advice.services[0]).contains("MTX-54"), "{advice:#?}");
    assert!(rejected(&advice.services[0], "host cluster").is_some(), "{advice:#?}");
    assert_eq!(word(&with(2), 0), "host cluster and guest failover");
}

#[test]
fn every_key_of_a_protection_is_kept_or_proposed() {
    for key in crate::scenario::PROTECTION {
        let kept = [GuestLayer::Failover, GuestLayer::Balanced]
            .iter()
            .any(|layer| group::belongs(key, *layer, None));
        assert!(
            kept != group::OWN.contains(&key),
            "{key} is said twice, or dropped from a strategy that has it"
        );
    }
    let farm = "role = \"stateless\"\nsessions = 10\n";
    let toml =
        one(farm, "[strategy.own]\nprotect = [\"nlb\"]\naffinity = \"network\"\ndrain = \"5 min\"\n").toml;
    assert!(toml.contains("affinity = \"network\"") && toml.contains("drain = \"5 min\""), "{toml}");
    let own =
        "[strategy.own]\nprotect = [\"guest-failover\"]\ncoverage = \"90 %\"\nmanual_recovery = \"30 min\"\n";
    let toml = one("", own).toml;
    assert!(toml.contains("coverage = \"90 %\"") && toml.contains("manual_recovery = \"30 min\""), "{toml}");
}

/// A farm on more hosts than any group takes, with a demand of so many members.
fn farm(demand: &str, strategies: &str) -> Advice {
    let many = FOUR.replace("count = 4", "count = 60");
    advised(&format!(
        "{many}[load.peak]\ndays = \"20 %\"\nmonday = \"60 %\"\n[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 2, memory = \"8 GiB\", storage = \"san\" }}\ncapacity = 1\n{demand}\n{strategies}"
    ))
}

#[test]
fn members_carry_the_most_that_clients_want_or_it_is_said_that_they_do_not() {
    let why = |advice: &Advice| {
        advice.services[0].reasons.iter().map(|r| r.what.clone()).collect::<Vec<_>>().join("; ")
    };
    let peak = farm("demand = 10\nload = \"peak\"", NONE);
    assert_eq!(peak.services[0].vms, 7);
    assert!(why(&peak).contains("7 members: 6 carry the demand when one is lost"), "{}", why(&peak));
    let all = farm("demand = 32", NONE);
    assert_eq!(all.services[0].vms, 32);
    assert!(
        why(&all).contains("32 members: 32 carry the demand, and for one more there is no room"),
        "{}",
        why(&all)
    );
    assert!(changes(&all.services[0]).contains("NLB-01"), "{all:#?}");
    let beyond = farm("demand = 33", NONE);
    assert_eq!(beyond.services[0].vms, 32);
    assert!(why(&beyond).contains("even they do not carry the demand"), "{}", why(&beyond));
    assert!(changes(&beyond.services[0]).contains("NLB-01"), "{beyond:#?}");
    assert!(farm("demand = 1e300", NONE).services[0].vms == 32);
}

#[test]
fn a_lost_node_that_may_not_be_beside_another_waits() {
    let with = |cluster: &str| {
        let two = FOUR.replace("count = 4", "count = 2").replace("product = \"vsphere-8\"", cluster);
        let vm = "vm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }";
        let advice = advised(&format!("{two}[service.s]\nworkload = \"exchange\"\n{vm}\n{NONE}"));
        let why = rejected(&advice.services[0], "host cluster below it");
        why.unwrap_or_else(|| panic!("{advice:#?}")).to_string()
    };
    assert!(
        with("product = \"vsphere-8\"")
            .ends_with("would stay there, and the next crash take both (GFC-05, VMW-55)")
    );
    assert!(
        with("product = \"hyper-v-2016\"")
            .ends_with("would stay there, and the next crash take both (GFC-05)")
    );
    assert!(with("product = \"custom\"\ndetection = \"10 s\"").contains("waits for a host of its own"));
    let must = with("product = \"vsphere-8\"\nanti_affinity = \"must\"");
    assert!(must.contains("waits for a host of its own") && must.contains("VMW-55"), "{must}");
}

#[test]
fn members_that_were_not_in_the_way_are_given_back() {
    // Three hosts of 64 GiB: two groups of 50 GiB are one VM too many, and the farm, which gave way first, fits beside.
    let bare = FOUR.split("[cluster.c]").next().unwrap_or_default().replace("count = 4", "count = 3");
    let group = |name: &str, priority: u8| {
        format!(
            "[service.{name}]\nworkload = \"dhcp\"\npriority = {priority}\nvm = {{ cores = 2, memory = \"50 GiB\" }}\n"
        )
    };
    let farm = "[service.farm]\nrole = \"stateless\"\npriority = 1\ndemand = 2\ncapacity = 1\nvm = { cores = 2, memory = \"8 GiB\" }\n";
    let advice = advised(&format!("{bare}{}{}{farm}{NONE}", group("low", 2), group("middle", 3)));
    assert_eq!([0, 1, 2].map(|s| word(&advice, s)), ["nothing", "guest failover", "NLB"]);
    assert_eq!(advice.services[2].vms, 3, "{advice:#?}");
}
