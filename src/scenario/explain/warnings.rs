//! What can be simulated, and is probably not what is meant.

use super::super::code;
use super::Explanation;
use super::example::toml;

pub(super) const WARNINGS: &[Explanation] = &[
    Explanation {
        code: code::REPAIR_LONGER,
        means: "A component is repaired for as long as it works, or longer. Most often the two times are swapped.",
        mend: "See whether mttf and mttr are swapped, and their units right.",
        wrong: toml("[storage.san]\nkind = \"fc\"\noutage = { mttf = \"4 h\", mttr = \"10 y\" }\n"),
        right: toml("[storage.san]\nkind = \"fc\"\noutage = { mttf = \"10 y\", mttr = \"4 h\" }\n"),
    },
    Explanation {
        code: code::LOCAL_STORAGE,
        means: "A VM under a host cluster has its disks in one host. When that host fails no other one can start it, so the cluster does nothing for it.",
        mend: "Use storage that several hosts reach, give the disks a mirror, or take host-cluster out of protect.",
        wrong: toml("[storage.san]\nkind = \"das\"\n"),
        right: toml("[storage.san]\nkind = \"iscsi\"\n"),
    },
    Explanation {
        code: code::NO_EFFECT,
        means: "Something that is written makes no difference: a setting of a layer or product that is not there, or one that another key overrules.",
        mend: "Leave it out, or write what it needs.",
        wrong: toml("[strategy.restart]\nprotect = [\"host-cluster\"]\nnodes = 3\n"),
        right: toml("[strategy.restart]\nprotect = [\"host-cluster\", \"guest-failover\"]\nnodes = 3\n"),
    },
    Explanation {
        code: code::DEGRADED,
        means: "Clients want more than all members of a balanced group can serve together, even when nothing has failed: it is degraded from the first instant on.",
        mend: "Raise members or capacity, or lower demand.",
        wrong: toml(
            "[service.mail]\nrole = \"stateless\"\ndemand = 300\ncapacity = 100\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n[strategy.restart]\nprotect = [\"nlb\"]\nmembers = 2\n",
        ),
        right: toml(
            "[service.mail]\nrole = \"stateless\"\ndemand = 300\ncapacity = 100\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n[strategy.restart]\nprotect = [\"nlb\"]\nmembers = 3\n",
        ),
    },
    Explanation {
        code: code::INJECT_IDLE,
        means: "A scripted fault does nothing: it comes after the end, or strikes what no strategy has.",
        mend: "Move it before the end of run.horizon, or strike something that is there.",
        wrong: toml("[[inject]]\nat = \"2 y\"\nfault = \"host esx-1 crash\"\n"),
        right: toml("[[inject]]\nat = \"20 d\"\nfault = \"host esx-1 crash\"\n"),
    },
    Explanation {
        code: code::MAINTENANCE,
        means: "Planned work cannot keep its schedule: a round takes longer than the time until the next one, begins after the end, or takes all hosts at once.",
        mend: "Raise every or at_once, or move first forward.",
        wrong: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[maintenance.patch]\nhosts = [\"esx\"]\nfirst = \"15 d\"\nevery = \"2 h\"\nlasts = \"1 h\"\n",
        ),
        right: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[maintenance.patch]\nhosts = [\"esx\"]\nfirst = \"15 d\"\nevery = \"90 d\"\nlasts = \"1 h\"\n",
        ),
    },
    Explanation {
        code: code::BALANCED_STATE,
        means: "A balancer sends clients to any member, and this service keeps state that the members do not share (NLB-13). A member that fails takes its sessions and transactions with it.",
        mend: "Use guest-failover, or say role = \"stateless\" if any instance can answer any request.",
        wrong: toml(
            "[service.mail]\nrole = \"stateful\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n[strategy.restart]\nprotect = [\"nlb\"]\n",
        ),
        right: toml(
            "[service.mail]\nrole = \"stateless\"\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n[strategy.restart]\nprotect = [\"nlb\"]\n",
        ),
    },
    Explanation {
        code: code::BEYOND_PRODUCT,
        means: "Beyond what the cluster's product supports, or takes as a setting, and simulated all the same.",
        mend: "Nothing, if it is meant; a product that supports it, or fewer hosts, if not.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"hyper-v-2008-r2\"\nhosts = [\"esx\"]\nwitness = \"cloud\"\nlimits = \"ignore\"\n",
        ),
        right: toml("[cluster.prod]\nproduct = \"hyper-v-2016\"\nhosts = [\"esx\"]\nwitness = \"cloud\"\n"),
    },
    Explanation {
        code: code::OTHER_PRODUCT,
        means: "A number in the cluster's own table stays in force under a strategy that brings another product, whose own number is another one. The comparison of the two products would be one of a mixture.",
        mend: "Write it in the strategies that it is meant for, under [strategy.NAME.cluster.C].",
        wrong: toml(
            "[cluster.prod]\nproduct = \"xenserver\"\nhosts = [\"esx\"]\nheartbeat_interval = \"5 s\"\n[strategy.vmware]\nprotect = [\"host-cluster\"]\n[strategy.vmware.cluster.prod]\nproduct = \"vsphere-8\"\n",
        ),
        right: toml(
            "[cluster.prod]\nproduct = \"xenserver\"\nhosts = [\"esx\"]\n[strategy.vmware]\nprotect = [\"host-cluster\"]\n[strategy.vmware.cluster.prod]\nproduct = \"vsphere-8\"\n",
        ),
    },
    Explanation {
        code: code::HANDBOOK,
        means: "A layer inside the guests asks for something that is not there: a witness where the number of nodes is even, network cards, an edition of the guest that has it, shared disks.",
        mend: "Add it; the message says what and which fact asks for it.",
        wrong: toml(
            "[strategy.pair]\nprotect = [\"guest-failover\"]\nprofile = \"wsfc-2016\"\nwitness = \"none\"\n",
        ),
        right: toml(
            "[strategy.pair]\nprotect = [\"guest-failover\"]\nprofile = \"wsfc-2016\"\nwitness = \"share\"\n",
        ),
    },
    Explanation {
        code: code::PART_OF_A_WEEK,
        means: "A short horizon that is not whole weeks, with a load that goes by the week: some days count more than they do in a year, and figures a year would be those of a year of such days.",
        mend: "Write a horizon of whole weeks, such as \"1 w\" or \"52 w\".",
        wrong: toml(
            "[run]\nhorizon = \"10 d\"\n[load.office]\nworkdays = 1\nweekend = 0.1\n[service.mail]\nload = \"office\"\nrequests = 50\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
        right: toml(
            "[run]\nhorizon = \"2 w\"\n[load.office]\nworkdays = 1\nweekend = 0.1\n[service.mail]\nload = \"office\"\nrequests = 50\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
    },
    Explanation {
        code: code::SHUT_DOWN,
        means: "Planned work shuts VMs down that their cluster could move, because their hosts have no link to move them over (MTX-81). All of it becomes downtime.",
        mend: "Give the hosts migration = \"10 Gbit/s\", or write migration = \"off\" in the cluster if it is meant.",
        wrong: toml(
            "[maintenance.patch]\nhosts = [\"esx\"]\nfirst = \"15 d\"\nevery = \"90 d\"\nlasts = \"1 h\"\n",
        ),
        right: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[maintenance.patch]\nhosts = [\"esx\"]\nfirst = \"15 d\"\nevery = \"90 d\"\nlasts = \"1 h\"\n",
        ),
    },
    Explanation {
        code: code::HEADROOM,
        means: "The cluster asks for a part of its room to be free at any time, and less is free at the start, before anything has failed.",
        mend: "Add hosts, or ask for less headroom.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nheadroom = \"15 %\"\n[service.mail]\ninstances = 21\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
        right: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nheadroom = \"15 %\"\n[service.mail]\ninstances = 12\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
    },
    Explanation {
        code: code::STRANDED,
        means: "Planned work is to empty a host, and a VM on it can never leave: no other host reaches its disks, is large enough, has a link or a like processor. The host is never worked on.",
        mend: "Mend what the message names; cold_migration = true where only the processor or a link is in the way.",
        wrong: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[host.big]\ncores = 16\nmemory = \"256 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\", \"big\"]\n[service.mail]\nvm = { cores = 2, memory = \"96 GiB\", storage = \"san\" }\n[maintenance.patch]\nhosts = [\"big\"]\nfirst = \"15 d\"\nlasts = \"1 h\"\n",
        ),
        right: toml(
            "[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[host.big]\ncores = 16\nmemory = \"256 GiB\"\nstorage = [\"san\"]\nmigration = \"10 Gbit/s\"\n[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\", \"big\"]\n[service.mail]\nvm = { cores = 2, memory = \"48 GiB\", storage = \"san\" }\n[maintenance.patch]\nhosts = [\"big\"]\nfirst = \"15 d\"\nlasts = \"1 h\"\n",
        ),
    },
    Explanation {
        code: code::REPLAY,
        means: "The history that [faults] replays names something that no component of the scenario has the name of, or has one component down twice at a time. The first is left out, and the second counts once.",
        mend: "Give components the names of the history, or write map = \"in-turn\", which takes the next component of the kind where there is none of the name.",
        wrong: toml("[faults]\nreplay = \"failures.csv\"\n").file(
            "failures.csv",
            "entity,kind,start,end,cause\nold-17,host,30 d,31 d,disk\nesx-1,host,90 d,90.5 d,power\n",
        ),
        right: toml("[faults]\nreplay = \"failures.csv\"\nmap = \"in-turn\"\n").file(
            "failures.csv",
            "entity,kind,start,end,cause\nold-17,host,30 d,31 d,disk\nesx-1,host,90 d,90.5 d,power\n",
        ),
    },
];
