//! Every kind of mistake, one at a time: what is found, with which code, at which place.

use ninefold::scenario::{Input, Issue, Severity, read};

/// A scenario without a mistake.
const GOOD: &str = r#"schema = 1
title = "good"

[run]
horizon = "1 y"
replications = 10
seed = 1

[site.east]
[rack.r1]
site = "east"
[crew.people]
size = 2

[network.lan]
carries = ["management", "client"]

[storage.san]
kind = "fc"
outage = { mttf = "10 y", mttr = "4 h" }

[host.esx]
count = 4
cores = 16
memory = "64 GiB"
storage = ["san"]
migration = "1 Gbit/s"
rack = "r1"
crash = { mttf = "2 y", mttr = "4 h" }

[load.office]
days = "20 %"

[cluster.c]
product = "vsphere-6"
hosts = ["esx"]

[service.mail]
load = "office"
requests = 5
instances = 2
role = "stateful"
vm = { cores = 2, memory = "8 GiB", storage = "san" }
boot = { law = "lognormal", median = "60 s", sigma = 0.4 }
app_crash = { mttf = "30 d", mttr = "10 min" }

[strategy.ha]
protect = ["host-cluster"]

[strategy.cluster]
protect = ["guest-failover"]
nodes = 2

[maintenance.patch]
hosts = ["esx"]
first = "15 d"
every = "30 d"
lasts = "1 h"

[[inject]]
at = "1 h"
fault = "host esx-1 crash"
lasts = "2 h"
"#;

fn issues_of(text: &str) -> Vec<Issue> {
    read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] }).1
}

/// What to replace in [`GOOD`], by what, and the code; `@` marks where the issue must be.
const CASES: &[(&str, &str, &str)] = &[
    ("schema = 1", "schema = @2", "E006"),
    ("schema = 1\n", "@", "E006"),
    ("title = \"good\"", "title = @\"a\\nb\"", "E010"),
    ("title = \"good\"", "title = @7", "E008"),
    ("[run]", "@tilte = 3\n[run]", "E007"),
    ("[run]\nhorizon = \"1 y\"", "[run]\n@horizn = \"1 y\"", "E007"),
    ("horizon = \"1 y\"", "horizon = @30", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"30\"", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"1 parsec\"", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"-1 y\"", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"nan y\"", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"200000 y\"", "E011"),
    ("horizon = \"1 y\"", "horizon = @\"0 s\"", "E015"),
    ("horizon = \"1 y\"", "horizon = @true", "E008"),
    ("horizon = \"1 y\"", "horizon = \"99999 y\"\n@warmup = \"2 y\"", "E019"),
    ("replications = 10", "replications = @0", "E015"),
    ("replications = 10", "replications = @10_000_001", "E019"),
    ("replications = 10", "replications = @1.5", "E008"),
    ("seed = 1", "seed = @-1", "E015"),
    ("seed = 1", "ages = @\"old\"", "E016"),
    ("seed = 1", "seed = 1\n@seed = 2", "E005"),
    ("[site.east]", "[@cost]\ncurrency = \"EUR\"\n[site.east]", "W103"),
    ("[site.east]", "[cost]\ncurrency = @\"\"\n[site.east]", "E010"),
    ("[site.east]", "[cost]\ncurrency = @\"Verrechnungseinheiten\"\n[site.east]", "E010"),
    ("[site.east]", "[cost]\ncurrency = @\"a\\tb\"\n[site.east]", "E010"),
    ("[site.east]", "[cost]\ncurrency = @5\n[site.east]", "E008"),
    ("[site.east]", "[cost]\n@curency = \"EUR\"\n[site.east]", "E007"),
    ("rack = \"r1\"\n", "rack = \"r1\"\nprice = @-1\n", "E015"),
    ("rack = \"r1\"\n", "rack = \"r1\"\nprice = @nan\n", "E015"),
    ("rack = \"r1\"\n", "rack = \"r1\"\nprice = @2e12\n", "E015"),
    ("rack = \"r1\"\n", "rack = \"r1\"\nprice = @\"4000 EUR\"\n", "E008"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nlicence = @-0.5", "E015"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nlicence = @[1]", "E008"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nheadroom = @\"110 %\"", "E015"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nheadroom = @15", "E015"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nheadroom = @\"15\"", "E014"),
    ("requests = 5", "requests = 5\ndowntime_cost = @inf", "E015"),
    ("requests = 5", "requests = 5\ndowntime_cost = @true", "E008"),
    ("requests = 5", "requests = 5\n@downtime_costs = 5", "E007"),
    ("requests = 5", "requests = 5\nsession_cost = @5", "W103"),
    ("requests = 5", "requests = 5\ntransaction_cost = @5", "W103"),
    ("role = \"stateful\"", "role = \"stateless\"\nrecovery_point_cost = @5", "W103"),
    (
        "protect = [\"host-cluster\"]\n\n[strategy.cluster]",
        "protect = [\"host-cluster\"]\nlicence = 5\n\n[strategy.cluster]",
        "W103@[strategy.@ha]",
    ),
    ("nodes = 2", "nodes = 2\nlicence = @\"5\"", "E008"),
    ("[site.east]", "[site.east]\n[site.@\"\"]", "E010"),
    ("[site.east]", "[site.east]\n[site.@\"a\\u0007\"]", "E010"),
    ("site = \"east\"", "site = @\"esat\"", "E021"),
    ("size = 2", "size = @0", "E015"),
    ("[crew.people]\nsize = 2", "[crew.@people]", "E009"),
    ("\"client\"]", "@\"clients\"]", "E016"),
    ("\"client\"]", "@\"management\"]", "E022"),
    ("kind = \"fc\"", "kind = @\"fibre\"", "E016"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @\"10 GiB\"", "E013"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @400", "E013"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @\"400\"", "E013"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @\"-400 MB/s\"", "E013"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @\"0 MB/s\"", "E015"),
    ("kind = \"fc\"", "kind = \"fc\"\nbandwidth = @[]", "E008"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"6 MB\", storage", "E013"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"6 mb/s\", storage", "E013"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"-6 MB/s\", storage", "E013"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @6, storage", "E013"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"0 MB/s\", storage", "E015"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @true, storage", "E008"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"11 Tbit/s\", storage", "E019"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = @\"6 MB/s\", storage", "W103"),
    ("memory = \"8 GiB\", storage", "memory = \"8 GiB\", @bootio = \"6 MB/s\", storage", "E007"),
    ("kind = \"fc\"", "kind = \"fc\"\ncontroller = @\"1 y\"", "E018"),
    ("kind = \"fc\"", "kind = \"fc\"\ncontrollers = @0", "E015"),
    ("kind = \"fc\"", "kind = \"fc\"\ncontroller_failover = @\"20 GiB\"", "E011"),
    ("outage = { mttf = \"10 y\", mttr = \"4 h\" }", "outage = @\"10 y\"", "E018"),
    ("outage = { mttf = \"10 y\", mttr", "outage = { mttf = \"10 y\", ttf = @\"10 y\", mttr", "E020"),
    ("outage = { mttf = \"10 y\", mttr", "outage = { mttf = @\"0 s\", mttr", "E015"),
    ("outage = { mttf = \"10 y\", mttr", "outage = { mttf = \"10 y\", @mtr = 1, mttr", "E007"),
    ("outage = { mttf = \"10 y\", mttr = \"4 h\" }", "outage = @{ mttf = \"10 y\" }", "E009"),
    ("outage = { mttf = \"10 y\", mttr = \"4 h\" }", "outage = @{ mttf = \"1 h\", mttr = \"4 h\" }", "W101"),
    ("count = 4", "count = @0", "E015"),
    ("count = 4", "count = @100_001", "E019"),
    ("count = 4", "count = @99999999999999999999999999999999999999999999", "E019"),
    ("memory = \"64 GiB\"", "memory = @\"64 GiBs\"", "E012"),
    ("memory = \"64 GiB\"", "memory = @64", "E012"),
    ("memory = \"64 GiB\"", "memory = @\"65 TiB\"", "E019"),
    ("cores = 16\n", "", "E009@[host.@esx]"),
    ("storage = [\"san\"]", "storage = [@\"sna\"]", "E021"),
    ("storage = [\"san\"]", "storage = [\"san\", @\"san\"]", "E022"),
    ("rack = \"r1\"", "rack = \"r1\"\nracks = @[\"r1\"]", "E020"),
    ("rack = \"r1\"", "hang = @\"never\"", "E018"),
    ("rack = \"r1\"", "agent = { mttf = @\"0 s\", mttr = \"1 h\" }", "E015"),
    ("rack = \"r1\"", "link.private = { mttf = @\"-1 y\", mttr = \"1 h\" }", "E011"),
    ("rack = \"r1\"", "storage_paths = @0", "E015"),
    ("rack = \"r1\"", "path_failover = @true", "E008"),
    ("product = \"vsphere-6\"", "product = \"hyper-v-2016\"\nwitness_storage = @\"sna\"", "E021"),
    ("product = \"vsphere-6\"", "product = \"hyper-v-2016\"\nwitness = @\"quorum\"", "E016"),
    ("product = \"vsphere-6\"", "product = \"hyper-v-2016\"\nwitness_site = @\"moon\"", "E021"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nneeds_manager = @\"yes\"", "E008"),
    ("rack = \"r1\"", "link.@lan = { mttf = \"1 y\", mttr = \"1 h\" }", "E007"),
    ("rack = \"r1\"", "boot = @{ law = \"normal\", mean = \"5 min\" }", "E017@law = @\"normal\""),
    ("rack = \"r1\"", "boot = @{ mean = \"5 min\" }", "E017"),
    ("rack = \"r1\"", "boot = @{ law = \"exponential\" }", "E009"),
    ("rack = \"r1\"", "boot = @{ law = \"uniform\", min = \"9 s\", max = \"5 s\" }", "E017"),
    ("rack = \"r1\"", "boot = { law = \"weibull\", shape = @-1, mean = \"5 s\" }", "E015"),
    ("rack = \"r1\"", "boot = { law = \"gamma\", shape = @nan, mean = \"5 s\" }", "E015"),
    ("rack = \"r1\"", "boot = { law = \"empirical\", values = @[] }", "E017"),
    ("rack = \"r1\"", "boot = { law = \"empirical\", values = [\"1 s\", @2] }", "E011"),
    ("rack = \"r1\"", "boot = { law = \"lognormal\", mean = \"1 s\", cv = @inf }", "E015"),
    ("[cluster.c]", "[host.@esx-3]\ncores = 8\nmemory = \"64 GiB\"\n[cluster.c]", "E023"),
    ("product = \"vsphere-6\"", "product = @\"vsphere6\"", "E016"),
    ("product = \"vsphere-6\"", "product = @\"xensever\"", "E016"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nadmission = @\"n+1\"", "E016"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nadmission = @\"slots\"", "E016"),
    ("product = \"vsphere-6\"", "product = \"vsphere-6\"\nadmission = @4", "E008"),
    ("[cluster.c]", "[cluster.c]\nadmission = @{ failures = 1 }", "E009"),
    ("[cluster.c]", "[cluster.c]\nadmission = { @plicy = \"slots\" }", "E007"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = @\"slot\" }", "E016"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = @1 }", "E008"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", @tolerate = 1 }", "E007"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", failures = @0 }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", failures = @\"1\" }", "E008"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", failures = @4 }", "E034"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", slot_memory = @8 }", "E012"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", slot_memory = @\"1 KiB\" }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"slots\", slot_cores = @0 }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", memory = @\"101 %\" }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", memory = @\"25\" }", "E014"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", memory = @\"25 GiB\" }", "E014"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", cores = @1.5 }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", cores = @nan }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"percentage\", cores = @true }", "E008"),
    ("[cluster.c]", "[cluster.c]\nadmission = @{ policy = \"percentage\" }", "W103"),
    ("[cluster.c]", "[cluster.c]\nadmission = @{ policy = \"spare-hosts\" }", "E009"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"spare-hosts\", hosts = @[] }", "E015"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"spare-hosts\", hosts = [@\"esx-9\"] }", "E021"),
    (
        "[cluster.c]",
        "[cluster.c]\nadmission = { policy = \"spare-hosts\", hosts = [\"esx-1\", @\"esx-1\"] }",
        "E022",
    ),
    ("[cluster.c]", "[cluster.c]\nadmission = @{ policy = \"spare-hosts\", hosts = [\"esx\"] }", "E034"),
    (
        "[cluster.c]",
        "[host.b]\ncores = 8\nmemory = \"64 GiB\"\n[cluster.c]\nadmission = { policy = \"spare-hosts\", hosts = [@\"b\"] }",
        "E034",
    ),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"failures\", tolerate = @4 }", "E034"),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"failures\", tolerate = @-1 }", "E015"),
    (
        "protect = [\"host-cluster\"]",
        "protect = [\"host-cluster\"]\ncluster.c.admission = { policy = \"failures\", tolerate = @7 }",
        "E034",
    ),
    ("[cluster.c]", "[cluster.c]\nlimits = @\"ignored\"", "E016"),
    ("[cluster.c]", "[cluster.c]\nlimits = @true", "E008"),
    ("product = \"vsphere-6\"", "product = \"custom\"", "E009@[cluster.@c]"),
    (
        "hosts = [\"esx\"]\n\n",
        "hosts = [\"esx\"]\n[host.b]\ncount = 2\ncores = 8\nmemory = \"64 GiB\"\n[cluster.d]\nproduct = \"vsphere-6\"\nhosts = [\"b\", @\"esx-1\"]\n",
        "E024",
    ),
    ("hosts = [\"esx\"]\n\n", "hosts = [@\"esx-5\"]\n", "E021"),
    ("hosts = [\"esx\"]\n\n", "hosts = @[]\n", "E015"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nmemory_overcommit = @0\n", "E015"),
    ("instances = 2", "instances = @1000001", "E019"),
    ("role = \"stateful\"", "role = @\"statefull\"", "E016"),
    ("vm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }", "", "E009@[service.@mail]"),
    ("vm = { cores = 2, memory = \"8 GiB\"", "vm = { cores = 2, memory = @\"80 GiB\"", "E025"),
    ("vm = { cores = 2, memory", "vm = { cores = @200, memory", "E025"),
    ("vm = { cores = 2,", "vm = { nics = [\"lan\", \"private\", @\"lam\"], cores = 2,", "E021"),
    ("rack = \"r1\"", "racks = @[]", "W103"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nmemory_overcommit = @\"0 %\"\n", "E015"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\ncpu_overcommit = @\"1.5\"\n", "E014"),
    ("role = \"stateful\"", "role = \"stateful\"\npriority = @9", "E015"),
    ("role = \"stateful\"", "role = \"stateful\"\nisolation_response = @\"reset\"", "E016"),
    ("role = \"stateful\"", "role = \"stateful\"\ndemand = @0", "E015"),
    ("days = \"20 %\"", "workdays = 1", "E009@[load.@office]"),
    ("days = \"20 %\"", "days = @\"120 %\"", "E015"),
    ("days = \"20 %\"", "days = @0.9999996", "E015"),
    ("days = \"20 %\"", "days = @\"0.00003 %\"", "E015"),
    ("days = \"20 %\"", "@dais = \"20 %\"", "E007"),
    ("days = \"20 %\"", "days = @{}", "E009"),
    ("days = \"20 %\"", "days = { \"00:00\" = \"20 %\", @\"24:00\" = 1 }", "E015"),
    ("days = \"20 %\"", "days = { \"8:00\" = \"20 %\", @\"08:00\" = 1 }", "E022"),
    ("days = \"20 %\"", "days = { \"08:00\" = @\"lots\" }", "E014"),
    ("days = \"20 %\"", "days = @[0.1, 0.2]", "E008"),
    ("days = \"20 %\"", "workdays = 1\nweekend = 1\ndays = @\"20 %\"", "W103"),
    ("days = \"20 %\"", "csv = @\"week.csv\"", "E039"),
    ("days = \"20 %\"", "csv = @\"\"", "E010"),
    ("days = \"20 %\"", "csv = @7", "E008"),
    ("days = \"20 %\"", "days = \"20 %\"\ncolumn = @\"mail\"", "E009"),
    ("days = \"20 %\"", "@csw = \"week.csv\"", "E007"),
    ("requests = 5", "requests = @0", "E015"),
    ("requests = 5", "", "W103@[service.@mail]"),
    ("load = \"office\"", "load = @\"offices\"", "E021"),
    ("load = \"office\"", "", "W103@[load.@office]"),
    ("vm = { cores = 2,", "vm = { cores = 2, busy = @0,", "E015"),
    ("vm = { cores = 2,", "vm = { cores = 2, busy = @0.0005,", "E015"),
    ("vm = { cores = 2,", "vm = { cores = 2, busy = @2.5,", "E015"),
    ("vm = { cores = 2,", "vm = { cores = 2, busy = @\"80 %\",", "E008"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\n@balance = \"on\"\n\n", "W103"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nbalance = @\"auto\"\n\n", "E016"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nbalance_interval = @\"0 s\"\n\n", "E015"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nbalance_threshold = @0\n\n", "E015"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nbalance_threshold = @101\n\n", "E015"),
    ("role = \"stateful\"", "role = \"stateful\"\nsessions = @0", "E015"),
    ("role = \"stateful\"", "role = \"stateful\"\nsessions = @1.5", "E008"),
    ("role = \"stateful\"", "role = \"stateful\"\ntransactions = @2_000_000_000", "E015"),
    ("role = \"stateful\"", "role = \"stateless\"\ntransactions = @4", "W103"),
    ("role = \"stateful\"", "role = \"stateful\"\nsession_timeout = @\"20 s\"", "W103"),
    ("role = \"stateful\"", "role = \"stateful\"\nsessions = 5\nsession_timeout = @20", "E011"),
    ("role = \"stateful\"", "role = \"stateful\"\nplace = [@\"esx\"]", "E028"),
    ("role = \"stateful\"", "role = \"stateful\"\nplace = [\"esx-1\", @\"esx-1\"]", "E028"),
    ("protect = [\"host-cluster\"]", "protect = [@\"ha\"]", "E016"),
    ("protect = [\"host-cluster\"]", "protect = @[\"nlb\", \"guest-failover\"]", "E030"),
    ("nodes = 2", "nodes = @1", "E015"),
    ("nodes = 2", "nodes = 2\naffinity = \"none\"", "W103@[strategy.@cluster]"),
    ("nodes = 2", "nodes = 2\ndrain = \"5 min\"", "W103@[strategy.@cluster]"),
    ("nodes = 2", "nodes = 2\ndrain = @5", "E011"),
    ("role = \"stateful\"", "role = \"stateful\"\nsession_length = @\"5 min\"", "W103"),
    ("nodes = 2", "profile = @\"wsfc\"", "E016"),
    ("nodes = 2", "profile = \"ms-nlb\"", "W103@[strategy.@cluster]"),
    ("nodes = 2", "@looks_alive = \"5 s\"", "W103"),
    ("nodes = 2", "profile = \"pacemaker\"\n@join = \"5 s\"", "W103"),
    ("nodes = 2", "profile = \"wsfc-2008\"\nheartbeat_threshold = @-1", "E015"),
    ("nodes = 2", "profile = \"wsfc-2008\"\napp_failure = @\"stop\"", "E016"),
    ("nodes = 2", "profile = \"wsfc-2008\"\nwitness_storage = @\"sam\"", "E021"),
    ("nodes = 2", "takeover = { @dsk = \"5 s\" }", "E007"),
    ("nodes = 2", "takeover = { disk = @\"5 parsecs\" }", "E011"),
    ("role = \"stateful\"", "role = \"stateful\"\nworkload = @\"sql\"", "E016"),
    ("nodes = 2", "profile = \"wsfc-2008\"\nwitness = \"disk\"", "W110@[service.@mail]"),
    ("nodes = 2", "@witness_storage = \"san\"", "W103"),
    ("nodes = 2", "profile = \"wsfc-2008\"\nwitness = \"share\"\n@witness_storage = \"san\"", "W103"),
    (
        "nodes = 2",
        "profile = \"wsfc-2008\"\nwitness = \"disk\"\nwitness_storage = \"san\"\n@witness_site = \"east\"",
        "W103",
    ),
    ("nodes = 2", "profile = \"wsfc-2008\"\ndetection = \"5 s\"\n@looks_alive = \"5 s\"", "W103"),
    // GFC-35
    ("nodes = 2", "profile = \"wsfc-2008\"\nwitness = \"none\"", "W110@[service.@mail]"),
    ("nodes = 2", "nodes = 5", "E026@[strategy.@cluster]"),
    ("nodes = 2", "members = 2", "W103@[strategy.@cluster]"),
    ("nodes = 2", "[strategy.cluster.service.@male]\nnodes = 3", "E021"),
    ("first = \"15 d\"\n", "", "E009@[maintenance.@patch]"),
    ("hosts = [\"esx\"]\nfirst", "hosts = [\"esx\"]\nservices = @[\"mail\"]\nfirst", "E020"),
    ("hosts = [\"esx\"]\nfirst", "services = [@\"web\"]\nfirst", "E021"),
    ("hosts = [\"esx\"]\nfirst", "services = @[]\nfirst", "E015"),
    ("at = \"1 h\"", "at = @\"2 y\"", "W105"),
    ("fault = \"host esx-1 crash\"", "fault = @\"esx-1\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"host esx-1 crahs\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"hots esx-1 crash\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"host esx-9 crash\"", "E021"),
    ("fault = \"host esx-1 crash\"", "fault = @\"host esx crash\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"host esx-1 hangs\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"storage sam outage\"", "E021"),
    ("fault = \"host esx-1 crash\"", "fault = @\"manager d outage\"", "E021"),
    ("fault = \"host esx-1 crash\"", "fault = @\"witness c crash\"", "E029"),
    ("fault = \"host esx-1 crash\"", "fault = @\"witness mial outage\"", "E021"),
    ("fault = \"host esx-1 crash\"", "@fault = \"witness mail outage\"", "W105"),
    ("fault = \"host esx-1 crash\"", "fault = @\"vm mail-1 pauze\"", "E029"),
    ("storage = \"san\" }", "storage = [\"san\", @\"sam\"] }", "E021"),
    ("storage = \"san\" }", "storage = [\"san\", @\"san\"] }", "E022"),
    ("fault = \"host esx-1 crash\"", "fault = @\"vm mail-3 app_crash\"", "E021"),
    ("fault = \"host esx-1 crash\"", "@fault = \"vm mail-1.9 app_crash\"", "E021"),
    ("fault = \"host esx-1 crash\"", "@fault = \"vm mail-1.2 app_crash\"", "W105"),
    (
        "carries = [\"management\", \"client\"]",
        "carries = [\"management\", \"client\"]\nsite = @\"esat\"",
        "E021",
    ),
    (
        "carries = [\"management\", \"client\"]",
        "carries = [\"management\", \"client\"]\nbetween = [\"east\", @\"wset\"]",
        "E021",
    ),
    (
        "carries = [\"management\", \"client\"]",
        "carries = [\"management\", \"client\"]\nbetween = @[\"east\"]",
        "E015",
    ),
    (
        "carries = [\"management\", \"client\"]",
        "carries = [\"management\", \"client\"]\nbetween = [\"east\", @\"east\"]",
        "E022",
    ),
    (
        "carries = [\"management\", \"client\"]",
        "carries = [\"management\", \"client\"]\nbetween = @\"east\"",
        "E015",
    ),
    ("carries = [\"management\", \"client\"]", "carries = [\"management\", \"client\"]\n@betwen = 1", "E007"),
    (
        "[network.lan]\ncarries = [\"management\", \"client\"]",
        "[site.west]\n[network.lan]\ncarries = [\"management\", \"client\"]\nsite = \"east\"\nbetween = @[\"east\", \"west\"]",
        "E020",
    ),
    ("kind = \"fc\"", "kind = \"fc\"\nmirror = @\"sna\"\n", "E021"),
    ("kind = \"fc\"", "kind = \"fc\"\nmirror = @\"san\"\n", "E020"),
    ("kind = \"fc\"", "kind = \"fc\"\nmirror = @7\n", "E008"),
    ("kind = \"fc\"", "kind = \"fc\"\nmirror = @{ mode = \"async\", lag = \"1 min\" }\n", "E009"),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = @{ to = \"copy\", mode = \"async\" }",
        "E009",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", mode = @\"asinc\", lag = \"1 min\" }",
        "E016",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", lag = @\"1 min\" }",
        "W103",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", decision = @\"1 h\" }",
        "W103",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", failover = @\"person\" }",
        "E016",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", @delay = \"1 min\" }",
        "E007",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = { to = \"copy\", resync = @\"-1 h\" }",
        "E011",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"das\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = @{ to = \"copy\" }",
        "E020",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"das\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\"]\n[storage.san]\nkind = \"fc\"\nmirror = @\"copy\"",
        "E020",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.third]\nkind = \"fc\"\n[storage.copy]\nkind = \"fc\"\nmirror = \"third\"\n[host.other]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"copy\", \"third\"]\n[storage.san]\nkind = \"fc\"\nmirror = @\"copy\"",
        "E020",
    ),
    (
        "[storage.san]\nkind = \"fc\"",
        "[storage.copy]\nkind = \"fc\"\n[storage.san]\nkind = \"fc\"\nmirror = @\"copy\"",
        "W103",
    ),
    (
        "product = \"vsphere-6\"",
        "product = \"hyper-v-2016\"\nwitness = \"share\"\nwitness_site = @\"esat\"",
        "E021",
    ),
    ("product = \"vsphere-6\"", "product = \"hyper-v-2016\"\npreferred_site = @\"esat\"", "E021"),
    ("fault = \"host esx-1 crash\"", "fault = @\"storage san mirror\"", "E029"),
    ("nodes = 2", "nodes = @", "E004"),
    ("kind = \"fc\"", "kind = \"das\"", "W102@vm = @{"),
    ("protect = [\"guest-failover\"]\nnodes = 2", "protect = [\"nlb\"]", "W107@[strategy.@cluster]"),
    ("storage = [\"san\"]\n", "", "E032@vm = @{"),
    ("[cluster.c]\nproduct = \"vsphere-6\"\nhosts = [\"esx\"]\n", "", "E027@[strategy.@ha]"),
    ("every = \"30 d\"", "every = \"3 h\"", "W106@[maintenance.@patch]"),
    ("lasts = \"1 h\"", "lasts = \"1 h\"\nat_once = 4", "W106@[maintenance.@patch]"),
    (
        "hosts = [\"esx\"]\nfirst = \"15 d\"\nevery = \"30 d\"",
        "services = [\"mail\"]\nfirst = \"15 d\"\nevery = \"3 h\"",
        "W106@[maintenance.@patch]",
    ),
    ("hosts = [\"esx\"]\nfirst", "services = [\"mail\"]\nat_once = 2\nfirst", "W106@[maintenance.@patch]"),
    ("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\n@detection = \"5 s\"\n", "W103"),
];

/// What the product of a cluster does not take, or has no use for; as [`CASES`].
const PRODUCTS: &[(&str, &str, &str)] = &[
    // HYP-10, MTX-53: a disk lies somewhere.
    (
        CLUSTER,
        "product = \"hyper-v-2008\"\n@witness = \"disk-only\"\nhosts = [\"esx\", \"b\"]\n[host.b]\ncores = 8\nmemory = \"64 GiB\"\n",
        "E020",
    ),
    (
        CLUSTER,
        "product = \"hyper-v-2016\"\n@witness = \"disk\"\nhosts = [\"b\"]\n[host.b]\ncount = 2\ncores = 8\nmemory = \"64 GiB\"\n",
        "E020",
    ),
    (
        CLUSTER,
        "product = \"hyper-v-2008\"\nwitness = \"disk\"\n@witness_storage = \"q\"\nhosts = [\"esx\"]\n[storage.q]\nkind = \"fc\"\n",
        "E020",
    ),
    (
        CLUSTER,
        "product = \"hyper-v-2008\"\n@witness_storage = \"q\"\nhosts = [\"esx\", \"b\"]\n[storage.q]\nkind = \"das\"\n[host.b]\ncount = 2\nstorage = [\"q\"]\ncores = 8\nmemory = \"64 GiB\"\n",
        "E037",
    ),
    (
        CLUSTER,
        "product = \"hyper-v-2016\"\nwitness = \"disk\"\n@witness_storage = \"q\"\nhosts = [\"esx\"]\n[storage.q]\nkind = \"nfs\"\n",
        "E037",
    ),
    (
        CLUSTER,
        "product = \"xenserver\"\n@witness_storage = \"q\"\nhosts = [\"esx\"]\n[storage.q]\nkind = \"das\"\n",
        "E037",
    ),
    // XEN-22: so does a statefile.
    (
        CLUSTER,
        "product = \"xenserver\"\nhosts = [\"b\"]\n[host.b]\ncount = 3\ncores = 8\nmemory = \"64 GiB\"\n",
        "W108@[cluster.@c]",
    ),
    // HYP-14
    (PRODUCT, "product = \"hyper-v-2008\"\n@witness = \"cloud\"", "E038"),
    (PRODUCT, "product = \"hyper-v-2008-r2\"\n@witness = \"cloud\"", "E038"),
    (PRODUCT, "product = \"hyper-v-2012-r2\"\n@witness = \"cloud\"", "E038"),
    (PRODUCT, "product = \"hyper-v-2016\"\ndynamic_quorum = @\"maybe\"", "E016"),
    // What goes with another witness, or with none.
    (PRODUCT, "product = \"hyper-v-2016\"\nwitness = \"none\"\n@witness_site = \"east\"", "W103"),
    (PRODUCT, "product = \"hyper-v-2016\"\nwitness = \"none\"\n@witness_storage = \"san\"", "W103"),
    (
        PRODUCT,
        "product = \"hyper-v-2016\"\nwitness = \"none\"\n@witness_outage = { mttf = \"1 y\", mttr = \"1 h\" }",
        "W103",
    ),
    (PRODUCT, "product = \"hyper-v-2016\"\nwitness = \"share\"\n@witness_storage = \"san\"", "W103"),
    (PRODUCT, "product = \"hyper-v-2016\"\nwitness = \"disk\"\n@witness_site = \"east\"", "W103"),
    (PRODUCT, "product = \"hyper-v-2016\"\nwitness_storage = \"san\"\n@witness_site = \"east\"", "W103"),
    (PRODUCT, "product = \"proxmox\"\n@witness_site = \"east\"", "W103"),
    (
        CLUSTER,
        "product = \"hyper-v-2016\"\n@witness_site = \"east\"\nhosts = [\"esx-1\", \"esx-2\", \"esx-3\"]\n",
        "W103",
    ),
    // What the product has not.
    (PRODUCT, "product = \"vsphere-6\"\n@witness_outage = { mttf = \"1 y\", mttr = \"1 h\" }", "W103"),
    (PRODUCT, "product = \"vsphere-6\"\n@preferred_site = \"east\"", "W103"),
    (PRODUCT, "product = \"xenserver\"\n@preferred_site = \"east\"", "W103"),
    (PRODUCT, "product = \"custom\"\ndetection = \"9 s\"\n@witness_storage = \"san\"", "W103"),
    (PRODUCT, "product = \"vsphere-6\"\n@witness = \"disk\"", "W103"),
    (PRODUCT, "product = \"vsphere-6\"\n@needs_manager = true", "W103"),
    ("protect = [\"host-cluster\"]", "protect = [\"host-cluster\"]\ncluster.c.@witness = \"none\"", "W103"),
    (
        "protect = [\"host-cluster\"]",
        "protect = [\"host-cluster\"]\ncluster.c = { product = \"hyper-v-2012-r2\", @witness = \"cloud\" }",
        "E038",
    ),
    ("fault = \"host esx-1 crash\"", "@fault = \"witness c outage\"", "W105"),
    // VMW-35
    (
        "product = \"vsphere-6\"\nhosts = [\"esx\"]\n\n[service.mail]\n",
        "product = \"hyper-v-2016\"\nhosts = [\"esx\"]\n\n[service.mail]\nisolation_response = @\"power-off\"\n",
        "W103",
    ),
    // VMW-32
    (PRODUCT, "product = \"vsphere-6\"\n@isolation_response_delay = \"29 s\"", "W103"),
    (PRODUCT, "product = \"vsphere-8\"\nlimits = \"ignore\"\n@isolation_response_delay = \"0 s\"", "W103"),
    // Missed between two beats.
    (PRODUCT, "product = \"vsphere-6\"\n@heartbeat_interval = \"16 s\"", "E020"),
    (PRODUCT, "product = \"vsphere-6\"\n@failed_after_datastore = \"900 ms\"", "E020"),
    (PRODUCT, "product = \"vmware-ha-4\"\n@heartbeat_interval = \"13 s\"", "E020"),
    (PRODUCT, "product = \"xenserver\"\n@heartbeat_interval = \"2 min\"", "E020"),
    (PRODUCT, "product = \"hyper-v-2016\"\n@failed_after = \"0 s\"", "E020"),
    // HYP-06
    (PRODUCT, "product = \"hyper-v-2016\"\n@heartbeat_interval = \"3 s\"", "W108"),
    (PRODUCT, "product = \"hyper-v-2016\"\n@heartbeat_interval = \"200 ms\"", "W108"),
    (PRODUCT, "product = \"hyper-v-2016\"\n@failed_after = \"121 s\"", "W108"),
    (PRODUCT, "product = \"hyper-v-2016\"\n@failed_after_cross_site = \"2 s\"", "W108"),
    // HYP-24, as far back as anybody remembers; XEN-10.
    (PRODUCT, "product = \"hyper-v-2016\"\nquarantine_count = @9", "E015"),
    (PRODUCT, "product = \"hyper-v-2016\"\nrestart_attempts = @-1", "E015"),
    (PRODUCT, "product = \"xenserver\"\n@failed_after = \"5 s\"", "E038"),
    // HYP-09
    (
        CLUSTER,
        "product = \"hyper-v-2008\"\nwitness = \"none\"\nhosts = [\"esx-1\", \"esx-2\"]\n",
        "W103@[cluster.@c]",
    ),
    // Nobody listens.
    (
        HOST_B,
        "[host.b]\ncores = 8\nmemory = \"64 GiB\"\nagent = @{ mttf = \"1 y\", mttr = \"1 h\" }\n[host.esx]",
        "W103",
    ),
    (
        HOST_B,
        "[host.b]\ncores = 8\nmemory = \"64 GiB\"\nlink.management = @{ mttf = \"1 y\", mttr = \"1 h\" }\n[host.esx]",
        "W103",
    ),
    ("rack = \"r1\"", "rack = \"r1\"\nlink.private = @{ mttf = \"1 y\", mttr = \"1 h\" }", "W103"),
    // MTX-96: both copies in one host.
    (
        HOST_B,
        "[storage.a]\nkind = \"das\"\nmirror = @\"b\"\n[storage.b]\nkind = \"das\"\n[host.b]\ncount = 2\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"a\", \"b\"]\n[host.esx]",
        "E020",
    ),
    ("[cluster.c]", "[cluster.c]\nadmission = { policy = \"none\", @failures = 1 }", "E007"),
];
const PRODUCT: &str = "product = \"vsphere-6\"";
const CLUSTER: &str = "product = \"vsphere-6\"\nhosts = [\"esx\"]\n";
const HOST_B: &str = "[host.esx]";

#[test]
fn every_mistake_is_found_where_it_is() {
    let mut wrong = Vec::new();
    assert!(issues_of(GOOD).is_empty(), "{:#?}", issues_of(GOOD));
    for (from, to, expected) in CASES.iter().chain(PRODUCTS) {
        assert!(GOOD.contains(from), "{from}");
        let marked = GOOD.replacen(from, to, 1);
        // The place is marked in the replacement, or by a text of the result after the code.
        let (code, text, at) = match expected.split_once('@') {
            None => (*expected, marked.replacen('@', "", 1), marked.find('@').unwrap()),
            Some((code, place)) => {
                let text = marked.replacen('@', "", 1);
                let at = text.find(&place.replacen('@', "", 1)).unwrap() + place.find('@').unwrap();
                (code, text, at)
            }
        };
        let line = text[..at].matches('\n').count() + 1;
        let column = at - text[..at].rfind('\n').map_or(0, |n| n + 1) + 1;
        let issues = issues_of(&text);
        let found: Vec<_> = issues.iter().map(|i| (i.code, i.place.line, i.place.column)).collect();
        if found != [(code, line, column)] {
            let shown: Vec<String> = issues.iter().map(Issue::render).collect();
            wrong.push(format!("{to:?}: expected {code} at {line}:{column}, found\n{}", shown.concat()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases\n{}",
        wrong.len(),
        CASES.len() + PRODUCTS.len(),
        wrong.join("\n")
    );
}

/// Each of these is a cluster as somebody means it.
#[test]
fn what_a_product_takes_is_no_issue() {
    for settings in [
        "product = \"hyper-v-2016\"\nwitness = \"cloud\"",
        "product = \"hyper-v-2016\"\nwitness_site = \"east\"",
        "product = \"hyper-v-2016\"\nwitness_storage = \"san\"",
        "product = \"hyper-v-2012-r2\"\nwitness = \"disk-only\"\nwitness_outage = { mttf = \"1 y\", mttr = \"1 h\" }",
        "product = \"hyper-v-2016\"\nheartbeat_interval = \"250 ms\"\nfailed_after = \"30 s\"\nquarantine_count = 8",
        "product = \"vsphere-6\"\nisolation_response_delay = \"30 s\"",
        "product = \"vsphere-6\"\nheartbeat_interval = \"5 s\"\nneeds_manager = false",
        "product = \"vsphere-6\"\nmanager = { mttf = \"1 y\", mttr = \"1 h\" }\nneeds_manager = true",
        "product = \"xenserver\"\nfailed_after = \"10 s\"\nwitness_storage = \"san\"",
        "product = \"pacemaker\"\nwitness = \"share\"\nwitness_site = \"east\"",
        "product = \"vsphere-6\"\nadmission = { policy = \"none\" }",
    ] {
        let issues = issues_of(&GOOD.replacen(PRODUCT, settings, 1));
        assert!(issues.is_empty(), "{settings}\n{issues:#?}");
    }
    // The second copies of local disks in other hosts, of three and two.
    let disks = "[storage.a]\nkind = \"das\"\nmirror = \"b\"\n[storage.b]\nkind = \"das\"\n";
    let host = |name, count, storage| {
        format!("[host.{name}]\ncount = {count}\ncores = 8\nmemory = \"64 GiB\"\nstorage = {storage}\n")
    };
    let with = |hosts: String| issues_of(&GOOD.replacen(HOST_B, &format!("{disks}{hosts}[host.esx]"), 1));
    assert!(with(host("x", 3, "[\"a\"]") + &host("y", 2, "[\"b\"]")).is_empty());
    // x-1 to y-1, y-1 to y-2, y-2 back to y-1.
    let ring = host("x", 1, "[\"a\"]") + &host("y", 2, "[\"a\", \"b\"]");
    assert!(with(ring).is_empty());
    let own = with(host("y", 2, "[\"a\", \"b\"]") + &host("x", 1, "[\"a\"]"));
    assert!(own[0].what.contains("the same host, \"y-1\""), "{own:#?}");
}

/// What a product does not take passes where limits are ignored; what cannot be does not.
#[test]
fn limits_that_are_ignored_make_warnings() {
    let with = |settings: &str| -> Vec<&'static str> {
        let settings = format!("limits = \"ignore\"\n{settings}");
        issues_of(&GOOD.replacen(PRODUCT, &settings, 1)).iter().map(|issue| issue.code).collect()
    };
    assert_eq!(with("product = \"hyper-v-2008\"\nwitness = \"cloud\""), ["W108"]);
    assert_eq!(with("product = \"xenserver\"\nfailed_after = \"5 s\""), ["W108"]);
    assert_eq!(with("product = \"vsphere-6\"\nheartbeat_interval = \"1 min\""), ["W108"]);
    assert!(with("product = \"hyper-v-2016\"\nheartbeat_interval = \"1 us\"").is_empty());
    let unreached = "product = \"hyper-v-2016\"\nwitness = \"disk\"\nwitness_storage = \"q\"\nstorage";
    let text = GOOD.replacen(PRODUCT, &format!("limits = \"ignore\"\n{unreached}"), 1);
    let text = text.replacen("\nstorage\n", "\n", 1).replacen(
        "[host.esx]",
        "[storage.q]\nkind = \"fc\"\n[host.esx]",
        1,
    );
    let codes: Vec<_> = issues_of(&text).iter().map(|issue| issue.code).collect();
    assert_eq!(codes, ["E020"]);
}

/// A product that a strategy brings has a use for what the cluster's own product has none for.
#[test]
fn a_key_is_idle_only_where_no_strategy_has_a_use_for_it() {
    let both = GOOD
        .replacen(PRODUCT, "product = \"vsphere-6\"\nwitness = \"share\"\nvmcp = \"aggressive\"", 1)
        .replacen("[strategy.cluster]", "[strategy.other]\nprotect = [\"host-cluster\"]\ncluster.c.product = \"hyper-v-2016\"\n[strategy.cluster]", 1);
    assert!(issues_of(&both).is_empty(), "{:#?}", issues_of(&both));
    // VMW-35: one of the two asks the VMs.
    let asked = both.replacen("[service.mail]", "[service.mail]\nisolation_response = \"shut-down\"", 1);
    assert!(issues_of(&asked).is_empty(), "{:#?}", issues_of(&asked));
    let wrong = both.replacen("\"hyper-v-2016\"", "\"xenserver\"", 1);
    let found: Vec<_> = issues_of(&wrong).iter().map(|i| (i.code, i.path.clone())).collect();
    assert_eq!(found, [("W103", "cluster.c.witness".to_owned())]);
}

/// A number that is one product's own is told of where a strategy brings another one, which has another of its own; a
/// choice is not, nor what both products share, what is no product's, or what the strategy gives itself.
#[test]
fn a_number_of_one_product_is_told_of_under_another() {
    let with = |settings: &str, strategy: &str| {
        let other = format!(
            "[strategy.other]\nprotect = [\"host-cluster\"]\n[strategy.other.cluster.c]\nproduct = {strategy}\n[strategy.cluster]"
        );
        let text = GOOD.replacen(PRODUCT, settings, 1).replacen("[strategy.cluster]", &other, 1);
        issues_of(&text)
    };
    let numbers = "product = \"hyper-v-2008\"\nfailed_after = \"7 s\"\nregroup = \"3 s\"\nwitness = \"none\"";
    let issues = with(numbers, "\"hyper-v-2016\"");
    let found: Vec<_> = issues.iter().map(|i| (i.code, i.path.as_str(), i.place.line)).collect();
    assert_eq!(found, [("W109", "cluster.c.failed_after", 36)], "{issues:#?}");
    let told = issues[0].to_string();
    assert!(told.contains("beside product \"hyper-v-2008\""), "{told}");
    assert!(told.contains("under \"hyper-v-2016\", whose own is 10 s"), "{told}");
    for (settings, strategy) in [
        (numbers, "\"hyper-v-2016\"\nfailed_after = \"7 s\""),
        ("product = \"hyper-v-2008\"\nfailed_after = \"10 s\"", "\"hyper-v-2016\""),
        ("product = \"hyper-v-2008\"\nfailed_after = \"10 s\"", "\"vsphere-6\""),
        (
            "product = \"vsphere-6\"\nisolation_response = \"power-off\"\nshutdown = \"20 s\"",
            "\"vmware-ha-4\"",
        ),
    ] {
        let issues = with(settings, strategy);
        assert!(issues.is_empty(), "{settings}\n{strategy}\n{issues:#?}");
    }
}

#[test]
fn every_objection_of_a_product_is_told_at_once() {
    let text = GOOD
        .replacen(
            PRODUCT,
            "product = \"hyper-v-2008\"\nwitness = \"cloud\"\nwitness_storage = \"san\"\nfailed_after = \"1 ms\"\nfailed_after_cross_site = \"3 min\"\n\
             vmcp = \"on\"\nquarantine_count = 12\nneeds_manager = true",
            1,
        )
        .replacen("rack = \"r1\"", "rack = \"r1\"\nlink.private = { mttf = \"1 y\", mttr = \"1 h\" }", 1);
    let mut codes: Vec<_> = issues_of(&text).iter().map(|issue| issue.code).collect();
    codes.sort_unstable();
    // That nothing is private is left for when all can be read.
    assert_eq!(codes, ["E015", "E016", "E020", "E038", "W103", "W103", "W108"], "{:#?}", issues_of(&text));
}

/// XEN-10 to XEN-36: six numbers come from the timeout, each as long as nobody sets it.
#[test]
fn a_pool_follows_its_timeout() {
    let plan = |settings: &str| {
        let text = GOOD.replacen(PRODUCT, &format!("product = \"xenserver\"\n{settings}"), 1);
        let (spec, issues) =
            read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
        spec.unwrap_or_else(|| panic!("{issues:#?}")).cluster(0, 0)
    };
    let seconds = |settings: &str| {
        let plan = plan(settings);
        [
            "heartbeat_interval",
            "failed_after",
            "winners_wait",
            "isolation_fenced_after",
            "winners_wait_extension",
            "hang_reset_after",
        ]
        .map(|key| plan.span(key).as_secs_f64())
    };
    assert_eq!(seconds(""), [7.0, 60.0, 22.0, 120.0, 60.0, 60.0]);
    assert_eq!(seconds("failed_after = \"30 s\""), [4.0, 30.0, 19.0, 60.0, 30.0, 30.0]);
    assert_eq!(seconds("failed_after = \"2 min\""), [13.0, 120.0, 28.0, 240.0, 120.0, 120.0]);
    let own = seconds("failed_after = \"2 min\"\nwinners_wait = \"22 s\"\nhang_reset_after = \"9 s\"");
    assert_eq!(own, [13.0, 120.0, 22.0, 240.0, 120.0, 9.0]);
    let law = |max_s| ninefold::engine::Law::Uniform { min_s: 0.0, max_s };
    assert_eq!(plan("").law("agreement"), law(7.0));
    assert_eq!(plan("failed_after = \"2 min\"").law("agreement"), law(13.0));
}

/// VMW-90: under the strategy where esx-1 is spare nothing can be placed there; under another one it can.
#[test]
fn nothing_is_placed_on_a_spare_host() {
    let placed = GOOD.replace("role = \"stateful\"", "role = \"stateful\"\nplace = [\"esx-2\", \"esx-1\"]");
    let spare = |strategy: &str| {
        let hosts = "{ policy = \"spare-hosts\", hosts = [\"esx-1\", \"esx-4\"] }";
        placed.clone() + &format!("[strategy.{strategy}.cluster.c]\nadmission = {hosts}\n")
    };
    let issues = issues_of(&spare("ha"));
    assert_eq!(issues.len(), 1, "{issues:#?}");
    assert_eq!((issues[0].code, issues[0].path.as_str()), ("E028", "service.mail.place"));
    assert_eq!(&placed[issues[0].place.span.clone()], "\"esx-1\"");
    assert_eq!(issues[0].what, "under strategy \"ha\" admission control keeps \"esx-1\" empty");
    // That strategy restarts nothing, so nothing is kept empty for it.
    assert!(issues_of(&spare("cluster")).is_empty());
}

#[test]
fn a_rate_tells_its_units_and_nothing_follows_from_one_that_cannot_be_read() {
    let with = |storage: &str| {
        let text = GOOD.replace("kind = \"fc\"", &format!("kind = \"fc\"\n{storage}"));
        issues_of(
            &text.replace("memory = \"8 GiB\", storage", "memory = \"8 GiB\", boot_io = \"6 MB/s\", storage"),
        )
    };
    assert!(with("bandwidth = \"400 MB/s\"").is_empty());
    let issues = with("bandwidth = \"400 Mb/s\"");
    assert_eq!(issues.len(), 1, "{issues:#?}");
    let remedy = "did you mean \"400 Mbit/s\"? otherwise write a number and a unit, such as \"10 Gbit/s\" (accepted: bit/s, \
                  kbit/s, Mbit/s, Gbit/s, Tbit/s, B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s)";
    assert_eq!((issues[0].path.as_str(), issues[0].remedy.as_str()), ("storage.san.bandwidth", remedy));
    let issues = with("bandwith = \"400 MB/s\"");
    assert_eq!(issues.len(), 1, "{issues:#?}");
    assert_eq!(issues[0].path, "storage.san.bandwith");
}

#[test]
fn twelve_mistakes_are_twelve_issues() {
    let text = GOOD
        .replace("horizon = \"1 y\"", "horizon = 30")
        .replace("replications = 10", "replications = 0")
        .replace("size = 2", "size = \"two\"")
        .replace("kind = \"fc\"", "kind = \"fcoe\"")
        .replace("count = 4", "cuont = 4")
        .replace("memory = \"64 GiB\"", "memory = \"64\"")
        .replace("rack = \"r1\"", "rack = \"r9\"")
        .replace("product = \"vsphere-6\"", "product = \"vshpere-6\"")
        .replace("median = \"60 s\"", "medain = \"60 s\"")
        .replace("role = \"stateful\"", "role = \"state\"")
        .replace("nodes = 2", "nodes = 99")
        .replace("every = \"30 d\"", "every = \"monthly\"");
    let issues = issues_of(&text);
    let shown: Vec<String> = issues.iter().map(ToString::to_string).collect();
    // Nothing follows from what could not be read: no key is missing because it is misspelt.
    assert_eq!(issues.len(), 12, "{}", shown.join("\n"));
    assert!(issues.is_sorted_by_key(|issue| issue.place.span.start));
}

#[test]
fn pairs_of_sites_have_a_limit() {
    let sites = |count: u32| (0..count).map(|n| format!("[site.s{n}]\n")).collect::<String>();
    // One is there already.
    assert!(issues_of(&(GOOD.to_owned() + &sites(999))).is_empty());
    let issues = issues_of(&(GOOD.to_owned() + &sites(1_000)));
    assert_eq!((issues.len(), issues[0].code), (1, "E019"), "{issues:?}");
    assert!(issues[0].what.starts_with("1001 sites, more than 1000"), "{}", issues[0].what);
}

#[test]
fn text_that_is_no_text() {
    let one = |bytes: &[u8]| {
        let (spec, issues) = read(&Input { name: "t.toml", bytes, overrides: &[], files: &[] });
        assert!(spec.is_none());
        assert_eq!(issues.len(), 1, "{issues:#?}");
        (issues[0].code, issues[0].place.line, issues[0].place.column)
    };
    assert_eq!(one(b""), ("E001", 1, 1));
    assert_eq!(one(b"\xEF\xBB\xBF# only a comment\n"), ("E001", 1, 1));
    assert_eq!(one(b"schema = 1\ntitle = \"\xFF\"\n"), ("E002", 2, 10));
    assert_eq!(one(&vec![b' '; (64 << 20) + 1]), ("E003", 1, 1));
    assert_eq!(one("a.".repeat(5_000_000).as_bytes()).0, "E004");
    // A hostile text is read in a moment, and its issues fit a screen or two.
    let keys: String = (0..50_000).map(|i| format!("kk{i} = 1\n")).collect();
    assert_eq!(issues_of(&keys).len(), 101);
    let with_bom = format!("\u{feff}{GOOD}");
    assert!(issues_of(&with_bom).is_empty());
}

#[test]
fn overrides_replace_add_and_point_at_themselves() {
    let run = |overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        read(&Input { name: "t.toml", bytes: GOOD.as_bytes(), overrides: &overrides, files: &[] })
    };
    let (spec, issues) = run(&[
        "run.horizon=2 y",
        "run.seed=7",
        "host.esx.crash={ ttf = \"1 y\", ttr = \"1 h\" }",
        "host.esx.crash.ttr=\"2 h\"",
        "inject.0.at=3 h",
        "inject.1={ at = \"5 h\", fault = \"storage san outage\" }",
        "strategy.none.protect=[]",
        "service.\"my web\".vm={ cores = 1, memory = \"1 GiB\" }",
    ]);
    let spec = spec.unwrap_or_else(|| panic!("{issues:#?}"));
    assert_eq!(spec.run.horizon, ninefold::engine::Span::from_secs(2 * 31_536_000));
    assert_eq!(spec.run.seed, 7);
    assert_eq!(
        spec.hosts[0].crash.as_ref().unwrap().ttr,
        ninefold::engine::Law::Constant { value_s: 7200.0 }
    );
    assert_eq!(spec.injects.len(), 2);
    assert_eq!(spec.injects[0].at, ninefold::engine::Span::from_secs(10_800));
    assert_eq!(spec.strategies[2].name, "none");
    assert_eq!(spec.services[1].name, "my web");

    for (argument, code) in [
        ("run.horizon=1 parsec", "E011"),
        ("run.horizon", "E031"),
        ("=3", "E031"),
        ("run..x=3", "E031"),
        ("title.x=3", "E031"),
        ("inject.7.at=1 h", "E031"),
        ("run.horizon={", "E031"),
        ("run.horzion=1 y", "E007"),
        ("host.esx.cout=3", "E007"),
        ("host.exs.count=3", "E021"),
    ] {
        let (spec, issues) = run(&[argument]);
        assert!(spec.is_none(), "{argument}");
        assert_eq!(issues.len(), 1, "{argument}: {issues:#?}");
        assert_eq!(issues[0].code, code, "{argument}");
        assert_eq!(&*issues[0].place.source, format!("--set {argument}"));
        assert_eq!(issues[0].severity, Severity::Error);
    }
    // A key that is given is meant all the same, and so is a component.
    let told = |argument| run(&[argument]).1[0].to_string();
    assert!(told("host.esx.cout=3").contains("did you mean \"count\"?"), "{}", told("host.esx.cout=3"));
    let stranger = told("host.exs.count=3");
    assert!(stranger.contains("there is no host group \"exs\": did you mean \"esx\"?"), "{stranger}");
    assert!(stranger.contains("for a new one set cores = 16, memory = \"64 GiB\" too"), "{stranger}");
    let beyond = told("inject.5.at=1 h");
    assert!(
        beyond.contains("inject has one entry, inject.0: write one of them, or inject.1 to add one"),
        "{beyond}"
    );
}

#[test]
fn percentages_go_beyond_a_hundred() {
    let text = GOOD.replace("hosts = [\"esx\"]\n\n", "hosts = [\"esx\"]\nmemory_overcommit = \"110 %\"\n\n");
    let (spec, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{issues:#?}"));
    assert_eq!(spec.clusters[0].settings.memory_overcommit, Some(1.1));
}

#[test]
fn what_somebody_else_wrote_is_shortened() {
    for length in [150, 5_000] {
        let name = format!("{}-1", "x".repeat(length));
        for (from, to) in [
            ("[host.esx]", format!("[host.{name}]\ncapacity = 1e300")),
            ("[service.mail]", format!("[service.{name}]\nplace = [\"{name}\"]")),
            ("nodes = 2", format!("[strategy.cluster.service.{name}]")),
            ("\"host esx-1 crash\"", format!("\"host {name} crash\"")),
            ("seed = 1", format!("{name} = 1")),
        ] {
            let issues = issues_of(&GOOD.replacen(from, &to, 1));
            assert!(!issues.is_empty());
            for issue in &issues {
                let line = issue.to_string();
                assert!(line.chars().count() < 1_200, "{length}: {line}");
            }
        }
    }
    let issues = issues_of(
        &GOOD.replace("role = \"stateful\"", "role = \"stateful\"\ndemand = 1e300\ncapacity = -1e-300"),
    );
    assert!(issues[0].what.contains("-1e-300"), "{}", issues[0]);
}

#[test]
fn an_issue_shows_its_line() {
    let text = GOOD.replace("memory = \"64 GiB\"", "memory = \"64 GiBs\"");
    let issues = issues_of(&text);
    let expected = "t.toml:25:10: error[E012]: host.esx.memory: \"64 GiBs\" is not a size\n   |\n\
                    25 | memory = \"64 GiBs\"\n   |          ^^^^^^^^^\n   |\n   \
                    = help: did you mean \"64 GiB\"? otherwise write a number and a unit, such as \"64 GiB\" (accepted: \
                    B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, PiB)\n";
    assert_eq!(issues[0].render(), expected);
    assert_eq!((issues[0].place.column, issues[0].place.end_column), (10, 19));
}

/// A line of ten thousand characters, some of which would clear the screen, ring the bell or turn the direction of
/// writing: what is shown is short, harmless, and has its carets below what is wrong.
#[test]
fn an_issue_in_a_hostile_line_is_shown_without_harm() {
    let noise = "\u{202e}\u{2066}日本\u{200b}e\u{301}\u{feff}".repeat(800);
    let text = GOOD.replace(
        "memory = \"64 GiB\"",
        &format!("\tcrash = {{ \"{noise}\" = 1, mttf = 3, mttr = \"1 h\" }}"),
    );
    let issues = issues_of(&text);
    let issue = issues.iter().find(|issue| issue.path == "host.esx.crash.mttf").expect("an issue");
    let line = text.lines().nth(issue.place.line - 1).expect("a line");
    let before: String = line.chars().take(issue.place.column - 1).collect();
    assert!(before.ends_with("mttf = ") && issue.place.column > 6_000, "{}", issue.place.column);
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    for issue in &issues {
        let shown = issue.render();
        assert!(!shown.contains(hidden), "{shown:?}");
        assert!(shown.lines().skip(1).take(3).all(|line| line.chars().count() < 120), "{shown}");
    }
    let shown = issue.render();
    let lines: Vec<&str> = shown.lines().collect();
    let column = |text: &str| -> usize { text.chars().map(ninefold::scenario::char_width).sum() };
    let [from, to] = ["3, mttr", ", mttr"].map(|text| column(lines[2].split(text).next().expect("a part")));
    let carets = lines[3].find('^').expect("carets");
    assert_eq!((carets, lines[3].matches('^').count()), (from, to - from), "{shown}");
}

#[test]
fn defaults_follow_the_layer_and_overrides_win() {
    let text = GOOD.replace(
        "nodes = 2",
        "nodes = 3\ntakeover = \"9 s\"\n[strategy.cluster.service.web]\nprotect = [\"nlb\"]\nmembers = 4\n\
         [strategy.cluster.cluster.c]\nfailed_after_datastore = \"30 s\"\n\
         [service.web]\nrole = \"stateless\"\nvm = { cores = 1, memory = \"1 GiB\" }",
    );
    let (spec, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{issues:#?}"));
    let constant = |value_s| ninefold::engine::Law::Constant { value_s };
    let mail = spec.strategies[1].for_service(0);
    assert_eq!(
        (mail.vms, mail.failover.unwrap().takeover.disk, mail.application_aware),
        (3, constant(9.0), true)
    );
    let web = spec.strategies[1].for_service(1);
    assert_eq!((web.vms, web.convergence, web.application_aware), (4, constant(3.0), false));
    let plan = spec.cluster(1, 0);
    assert_eq!(plan.span("failed_after_datastore"), ninefold::engine::Span::from_secs(30));
    assert_eq!(spec.cluster(0, 0).span("failed_after_datastore"), ninefold::engine::Span::from_secs(18));
    assert!(spec.assumptions.iter().any(|a| a.path == "strategy.cluster.service.web.convergence"));
}

/// Two groups of hosts, each with an array that the other does not reach; a node of each instance on each.
const APART: &str = r#"schema = 1
title = "apart"
[storage.a]
kind = "fc"
outage = { mttf = "10 y", mttr = "4 h" }
[storage.b]
kind = "fc"
[host.ha]
cores = 16
memory = "64 GiB"
storage = ["a"]
[host.hb]
cores = 16
memory = "32 GiB"
storage = ["b"]
[service.s]
vm = { cores = 2, memory = "8 GiB", storage = ["a", "b"] }
[strategy.group]
protect = ["guest-failover"]
nodes = 2
"#;

#[test]
fn nodes_with_disks_on_storages_that_are_not_shared() {
    let with = |from: &str, to: &str| {
        let issues = issues_of(&APART.replacen(from, to, 1));
        issues
            .iter()
            .map(|issue| format!("{} {}: {}", issue.code, issue.path, issue.what))
            .collect::<Vec<_>>()
    };
    let vm = "[service.s]\n";
    assert_eq!(with("", ""), [""; 0]);
    assert_eq!(with(vm, "[service.s]\nplace = [\"ha-1\", \"hb-1\"]\n"), [""; 0]);
    for text in [APART.to_owned(), APART.replacen(vm, "[service.s]\nplace = [\"ha-1\", \"hb-1\"]\n", 1)] {
        let spec =
            read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] }).0.unwrap();
        let model = ninefold::scenario::compile(&spec).unwrap().remove(0);
        assert_eq!(model.vms.iter().map(|vm| vm.host.index()).collect::<Vec<_>>(), [0, 1]);
    }
    // The only host of the second is not given to the first, however much more room it has.
    let wide = APART.replacen("storage = [\"b\"]", "storage = [\"a\", \"b\"]", 1).replacen(
        "memory = \"32 GiB\"",
        "memory = \"128 GiB\"",
        1,
    );
    let spec = read(&Input { name: "t.toml", bytes: wide.as_bytes(), overrides: &[], files: &[] }).0.unwrap();
    let model = ninefold::scenario::compile(&spec).unwrap().remove(0);
    assert_eq!(model.vms.iter().map(|vm| vm.host.index()).collect::<Vec<_>>(), [0, 1]);
    for (from, to, issue) in [
        (
            vm,
            "[service.s]\nplace = [\"hb-1\", \"ha-1\"]\n",
            "E028 service.s.place: hosts of \"hb\" do not reach \"a\", the storage of VM 1 of an instance",
        ),
        ("storage = [\"b\"]", "", "E032 service.s.vm.storage: no host reaches its storage \"b\""),
        (
            "memory = \"8 GiB\"",
            "memory = \"48 GiB\"",
            "E025 service.s.vm.memory: its VM has 48 GiB of memory, the largest host has room for 32 GiB",
        ),
        (
            "nodes = 2",
            "nodes = 3",
            "E026 strategy.group: an instance of \"s\" has 3 VMs on different hosts, but only 2 can hold one",
        ),
        (
            "nodes = 2\n",
            "nodes = 3\n[host.hc]\ncount = 2\ncores = 16\nmemory = \"32 GiB\"\nstorage = [\"b\"]\n",
            "E026 strategy.group: an instance of \"s\" has 2 VMs with disks on \"a\" on different hosts, but only 1 can hold one",
        ),
    ] {
        assert!(with(from, to).iter().any(|told| told.ends_with(issue)), "{to}: {:#?}", with(from, to));
    }
    // One VM alone is on the first, whatever the others want.
    assert_eq!(with("[\"guest-failover\"]\nnodes = 2", "[]"), [""; 0]);
}

#[test]
fn a_scripted_fault_keeps_its_number_and_one_mistake_is_one_error() {
    let faults = [
        "host esx-1 crush",
        "vm nothing-1 pause",
        "host esx-1 crash",
        "vm mail-1.9 pause",
        "vm mail-1.1 pause now",
    ];
    let injects = faults.map(|fault| format!("[[inject]]\nat = \"1 h\"\nfault = \"{fault}\"\n")).concat();
    let text = GOOD.split("[[inject]]").next().unwrap().to_owned() + &injects;
    let told: Vec<_> =
        issues_of(&text).into_iter().map(|issue| format!("{} {}", issue.code, issue.path)).collect();
    let expected =
        ["E029 inject.0.fault", "E021 inject.1.fault", "E021 inject.3.fault", "E029 inject.4.fault"];
    assert_eq!(
        told.iter().filter(|told| told.contains("inject")).collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_few_days_of_a_load_are_no_year() {
    let text = |horizon: &str| {
        format!(
            "schema = 1\n[run]\nhorizon = \"{horizon}\"\n[host.h]\ncount = 2\ncores = 4\nmemory = \"8 GiB\"\n[load.l]\nworkdays = 1\nweekend = 0\n\
             [service.w]\nload = \"l\"\nrequests = 5\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n[strategy.s]\nprotect = []\n"
        )
    };
    let codes = |horizon: &str| issues_of(&text(horizon)).iter().map(|issue| issue.code).collect::<Vec<_>>();
    assert_eq!(codes("1 d"), ["W111"]);
    assert_eq!(codes("10 d"), ["W111"]);
    assert_eq!(codes("2 w"), [""; 0]);
    assert_eq!(codes("1 y"), [""; 0]);
    let script = "[[inject]]\nat = \"1 h\"\nfault = \"host h-1 crash\"\nlasts = \"1 h\"\n";
    assert!(issues_of(&(text("1 d") + script)).is_empty());
}

#[test]
fn a_witness_of_two_is_nobodys() {
    let text =
        GOOD.replace("host esx-1 crash", "witness mail outage").replace("[cluster.c]", "[cluster.mail]");
    let issues = issues_of(&text);
    assert_eq!(issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["E029"], "{issues:?}");
    assert!(issues[0].what.contains("a cluster and a service"), "{issues:?}");
}

/// Balancing needs three things: VMs that want something, a cluster that does it, and links.
#[test]
fn balancing_for_nothing_says_what_is_missing() {
    let with = |busy: &str, settings: &str, link: &str| {
        let text = GOOD
            .replace("vm = { cores = 2,", &format!("vm = {{ cores = 2, {busy}"))
            .replace("hosts = [\"esx\"]\n\n", &format!("hosts = [\"esx\"]\n{settings}\n\n"))
            .replace("migration = \"1 Gbit/s\"\n", link);
        let issues = issues_of(&text);
        issues
            .iter()
            .filter(|i| i.path.contains("balance"))
            .map(|i| format!("{}: {}", i.path, i.what))
            .collect::<Vec<_>>()
    };
    let (busy, link) = ("busy = 1.5,", "migration = \"1 Gbit/s\"\n");
    assert!(with(busy, "balance = \"on\"\nbalance_interval = \"1 min\"", link).is_empty());
    assert!(with("", "balance = \"off\"", link).is_empty());
    let idle = with("", "balance = \"on\"", link);
    assert!(idle.len() == 1 && idle[0].starts_with("cluster.c.balance: no VM says"), "{idle:?}");
    let idle = with(busy, "balance_threshold = 90", link);
    assert!(idle == ["cluster.c.balance_threshold: the cluster does not balance"], "{idle:?}");
    let idle = with(busy, "balance = \"on\"", "");
    assert!(idle == ["cluster.c.balance: the cluster moves no VMs that run"], "{idle:?}");
}
