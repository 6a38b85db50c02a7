//! Parts of a scenario that do not fit together.

use super::super::code;
use super::Explanation;
use super::example::toml;

pub(super) const COMPONENTS: &[Explanation] = &[
    Explanation {
        code: code::CLASH,
        means: "Members of a group are named from it, esx-1 and so on. A group of its own by one of these names would make two hosts of one name, and results could not tell them apart.",
        mend: "Give one of the two another name.",
        wrong: toml("[host.esx-3]\ncores = 16\nmemory = \"64 GiB\"\n"),
        right: toml("[host.big]\ncores = 16\nmemory = \"64 GiB\"\n"),
    },
    Explanation {
        code: code::TWO_CLUSTERS,
        means: "A host runs under one cluster's software, so it is in one cluster at most.",
        mend: "Take it out of one of the two.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx-1\", \"esx-2\"]\n[cluster.test]\nproduct = \"vsphere-8\"\nhosts = [\"esx-2\", \"esx-3\"]\n",
        ),
        right: toml("[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx-1\", \"esx-2\", \"esx-3\"]\n"),
    },
    Explanation {
        code: code::VM_TOO_LARGE,
        means: "A VM wants more memory or cores than any host has that it could run on.",
        mend: "Make the VM smaller or the hosts larger, or see whether it is given the storage that larger hosts reach.",
        wrong: toml("[service.mail]\nvm = { cores = 2, memory = \"96 GiB\", storage = \"san\" }\n"),
        right: toml("[service.mail]\nvm = { cores = 2, memory = \"48 GiB\", storage = \"san\" }\n"),
    },
    Explanation {
        code: code::TOO_FEW_HOSTS,
        means: "Nodes of a failover group and members of a balanced group stand on different hosts, and there are fewer hosts than that.",
        mend: "Lower nodes or members, or add hosts.",
        wrong: toml("[strategy.many]\nprotect = [\"guest-failover\"]\nnodes = 5\n"),
        right: toml("[strategy.many]\nprotect = [\"guest-failover\"]\nnodes = 3\n"),
    },
    Explanation {
        code: code::NO_CLUSTER,
        means: "A strategy asks for restarts by a host cluster, and no [cluster.NAME] has the hosts on which the service could run.",
        mend: "Write a cluster of these hosts, or take host-cluster out of protect.",
        wrong: toml("[strategy.restart]\nprotect = [\"host-cluster\"]\n").without(&["cluster.prod"]),
        right: toml("[strategy.none]\nprotect = []\n").without(&["cluster.prod", "strategy.restart"]),
    },
    Explanation {
        code: code::PLACE,
        means: "place names the hosts on which the VMs of a service start, one after the other. It names a group, a host that cannot hold them, or more hosts than there are VMs.",
        mend: "Name single hosts, such as esx-1, one for each VM at most; or leave place out, and they are spread.",
        wrong: toml(
            "[service.mail]\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\nplace = [\"esx\"]\n",
        ),
        right: toml(
            "[service.mail]\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\nplace = [\"esx-1\"]\n",
        ),
    },
    Explanation {
        code: code::UNREACHABLE,
        means: "The VM's disks lie on a storage that no host reaches, so it can run nowhere.",
        mend: "Add the storage to the storage of the hosts.",
        wrong: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\n"),
        right: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    },
    Explanation {
        code: code::NO_ROOM,
        means: "Before anything fails, not all VMs find a host with enough memory and cores. Nodes and members count as VMs: a strategy that doubles them needs room for them.",
        mend: "Add hosts, make VMs smaller, lower nodes or members, or let hosts be overcommitted.",
        wrong: toml(
            "[service.mail]\ninstances = 40\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
        right: toml(
            "[service.mail]\ninstances = 12\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
    },
    Explanation {
        code: code::ADMISSION,
        means: "Admission control is to keep free what the cluster has not: as many failures as it has hosts, or spare hosts that are not its own.",
        mend: "Ask for less, or add hosts to the cluster.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nadmission = { policy = \"slots\", failures = 3 }\n",
        ),
        right: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nadmission = { policy = \"slots\", failures = 1 }\n",
        ),
    },
    Explanation {
        code: code::REFUSED,
        means: "All VMs would find room, but not with what admission control keeps free for failures. The product would refuse to power them on.",
        mend: "Add hosts, or lower what admission control keeps free. `ninefold size` finds the fewest hosts.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nadmission = { policy = \"failures\", tolerate = 1 }\n[service.mail]\ninstances = 20\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
        right: toml(
            "[cluster.prod]\nproduct = \"vsphere-8\"\nhosts = [\"esx\"]\nadmission = { policy = \"failures\", tolerate = 1 }\n[service.mail]\ninstances = 12\nvm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n",
        ),
    },
    Explanation {
        code: code::PRODUCT_LIMIT,
        means: "The cluster is larger than its product supports: too many hosts, or too many VMs on them.",
        mend: "Make several clusters, or take a later version; limits = \"ignore\" in the cluster lets it pass as a warning.",
        wrong: toml(
            "[host.esx]\ncount = 40\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n[cluster.prod]\nproduct = \"vmware-ha-4\"\nhosts = [\"esx\"]\n",
        ),
        right: toml(
            "[host.esx]\ncount = 32\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n[cluster.prod]\nproduct = \"vmware-ha-4\"\nhosts = [\"esx\"]\n",
        ),
    },
    Explanation {
        code: code::STORAGE_KIND,
        means: "The cluster's product cannot put VMs, or its witness, on storage of that kind: Hyper-V wants blocks, not NFS.",
        mend: "Use storage that it supports; limits = \"ignore\" in the cluster lets it pass as a warning.",
        wrong: toml(
            "[storage.san]\nkind = \"nfs\"\n[cluster.prod]\nproduct = \"hyper-v-2016\"\nhosts = [\"esx\"]\nwitness = \"share\"\n",
        ),
        right: toml(
            "[storage.san]\nkind = \"iscsi\"\n[cluster.prod]\nproduct = \"hyper-v-2016\"\nhosts = [\"esx\"]\nwitness = \"share\"\n",
        ),
    },
    Explanation {
        code: code::UNSUPPORTED,
        means: "The product does not take this setting: it came with a later version, or the number is outside what it allows.",
        mend: "Write what it takes; limits = \"ignore\" in the cluster lets it pass as a warning.",
        wrong: toml(
            "[cluster.prod]\nproduct = \"hyper-v-2008-r2\"\nhosts = [\"esx\"]\nwitness = \"cloud\"\n",
        ),
        right: toml(
            "[cluster.prod]\nproduct = \"hyper-v-2008-r2\"\nhosts = [\"esx\"]\nwitness = \"share\"\n",
        ),
    },
];
