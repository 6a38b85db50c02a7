//! Values that are none of those that a key takes.

use super::super::code;
use super::Explanation;
use super::example::toml;

pub(super) const VALUES: &[Explanation] = &[
    Explanation {
        code: code::DURATION,
        means: "Durations are texts of a number and a unit: us, ms, s, min, h, d, w or y, which has 365 days. A bare number could be seconds or hours.",
        mend: "Write the number with its unit, in quotes.",
        wrong: toml("[run]\nhorizon = 365\n"),
        right: toml("[run]\nhorizon = \"365 d\"\n"),
    },
    Explanation {
        code: code::SIZE,
        means: "Sizes are texts of a number and a unit of bytes. Binary units (GiB) and decimal ones (GB) differ, and are taken as written.",
        mend: "Write one of the units that are accepted.",
        wrong: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 gigs\"\nstorage = [\"san\"]\n"),
        right: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    },
    Explanation {
        code: code::RATE,
        means: "Rates are texts of a number and bits (bit/s) or bytes (B/s) in a second; a byte has eight bits.",
        mend: "Write one of the units that are accepted.",
        wrong: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbps\"\n",
        ),
        right: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n",
        ),
    },
    Explanation {
        code: code::FRACTION,
        means: "Fractions are numbers from 0 to 1, or texts in per cent. A text without a sign for per cent is neither.",
        mend: "Write 0.15 or \"15 %\".",
        wrong: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nheadroom = \"15\"\n"),
        right: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nheadroom = \"15 %\"\n"),
    },
    Explanation {
        code: code::RANGE,
        means: "A number outside what makes sense for its key.",
        mend: "Write one between the bounds that are told.",
        wrong: toml("[strategy.pair]\nprotect = [\"guest-failover\"]\nnodes = 1\n"),
        right: toml("[strategy.pair]\nprotect = [\"guest-failover\"]\nnodes = 2\n"),
    },
    Explanation {
        code: code::WORD,
        means: "A word that is none of those that the key takes.",
        mend: "Take the word that is suggested, or one of those that are accepted; `ninefold profiles` lists the products.",
        wrong: toml("[cluster.prod]\nproduct = \"vshpere-8\"\nhosts = [\"esx\"]\n"),
        right: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\n"),
    },
    Explanation {
        code: code::LAW,
        means: "A law of a random duration that does not exist, or whose numbers make none: exponential (mean), weibull (shape, mean or scale), lognormal (median or mean, sigma or cv), gamma (shape, mean), erlang (stages, mean), uniform (min, max), triangular (min, mode, max), empirical (values, or file with column and unit). A duration alone is a law as well: always the same.",
        mend: "Write the law's name and its numbers.",
        wrong: toml(
            "[service.mail]\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\nboot = { law = \"exponentail\", mean = \"60 s\" }\n",
        ),
        right: toml(
            "[service.mail]\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\nboot = { law = \"exponential\", mean = \"60 s\" }\n",
        ),
    },
    Explanation {
        code: code::FAULT,
        means: "A fault says when it strikes and how long the repair takes: mttf or ttf, and mttr or ttr. The first of each is a mean of an exponential time, the second any law.",
        mend: "Write { mttf = \"2 y\", mttr = \"4 h\" }.",
        wrong: toml("[storage.san]\nkind = \"fc\"\noutage = \"10 y\"\n"),
        right: toml("[storage.san]\nkind = \"fc\"\noutage = { mttf = \"10 y\", mttr = \"4 h\" }\n"),
    },
    Explanation {
        code: code::LIMIT,
        means: "More than this program simulates, or than one replication can hold in reasonable time. The limits keep a mistyped zero from taking all memory, or all night.",
        mend: "Write less. More time is better asked for by more replications than by a longer horizon.",
        wrong: toml("[run]\nreplications = 100_000_000\n"),
        right: toml("[run]\nreplications = 1_000_000\n"),
    },
    Explanation {
        code: code::CONFLICT,
        means: "Two keys say different things of the same matter, and only one of them can hold.",
        mend: "Leave one of the two out.",
        wrong: toml(
            "[storage.san]\nkind = \"fc\"\noutage = { mttf = \"10 y\", ttf = \"10 y\", mttr = \"4 h\" }\n",
        ),
        right: toml("[storage.san]\nkind = \"fc\"\noutage = { mttf = \"10 y\", mttr = \"4 h\" }\n"),
    },
    Explanation {
        code: code::REFERENCE,
        means: "A name that nothing in the scenario has. Hosts are named by their group, esx, or as members of it, esx-1; instances of services alike.",
        mend: "Take the name that is suggested, or write the table that it should be the name of.",
        wrong: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"exs\"]\n"),
        right: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\n"),
    },
    Explanation {
        code: code::TWICE,
        means: "A list names the same thing twice, which says nothing more than once, and may be meant to say something else.",
        mend: "List it once.",
        wrong: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\", \"esx-1\"]\n"),
        right: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\n"),
    },
    Explanation {
        code: code::INJECT,
        means: "A scripted fault reads KIND NAME FAULT: host esx-1 crash, storage san outage, network lan outage, rack r1 outage, site east outage, vm mail-1 app_hang, manager prod outage, witness prod outage.",
        mend: "Write it in this order; `at` says when it happens, `lasts` how long it lasts.",
        wrong: toml("[[inject]]\nat = \"1 h\"\nfault = \"esx-1 crashes\"\n"),
        right: toml("[[inject]]\nat = \"1 h\"\nfault = \"host esx-1 crash\"\n"),
    },
    Explanation {
        code: code::GATE,
        means: "A check of a gate that cannot be read, or that cannot be asked of this scenario. It says what is asked, of what, and where the limit is: downtime <= 26 min/y, p95 downtime <= 4 h/y, chance of downtime > 1 h/y <= 1 %, host-cluster.downtime <= 0.5 x none.downtime, more_vms_n1 >= 1.",
        mend: "Write [pNN] METRIC OPERATOR VALUE, as the message says; see \"gate\" in scenarios/README.md.",
        wrong: toml("[[gate]]\ncheck = \"downtme <= 8 h/y\"\n"),
        right: toml("[[gate]]\ncheck = \"downtime <= 8 h/y\"\n"),
    },
    Explanation {
        code: code::PROTECT,
        means: "A service has one layer inside its guests at most: a failover group has one active node, a balanced group has none that is not.",
        mend: "Keep one of the two, or give single services their own protect in [strategy.NAME.service.S].",
        wrong: toml("[strategy.both]\nprotect = [\"guest-failover\", \"nlb\"]\n"),
        right: toml("[strategy.both]\nprotect = [\"guest-failover\", \"host-cluster\"]\n"),
    },
];
