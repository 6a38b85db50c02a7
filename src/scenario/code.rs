//! The stable codes of issues. `E` is an error, `W` a warning. A code never changes its meaning.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Every code with its title, ascending.
        pub const ALL: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    EMPTY = "E001", "the scenario has nothing in it, or lacks a host, a service or a strategy";
    ENCODING = "E002", "the text is not UTF-8";
    TOO_LARGE = "E003", "the text is larger than a scenario may be";
    SYNTAX = "E004", "the text is not TOML";
    DUPLICATE = "E005", "a key or table is given twice";
    SCHEMA = "E006", "the schema is missing or not one this version reads";
    UNKNOWN_KEY = "E007", "a key that means nothing here";
    TYPE = "E008", "a value of the wrong type";
    MISSING = "E009", "a key that must be given is missing";
    NAME = "E010", "a name that cannot be used";
    DURATION = "E011", "not a duration";
    SIZE = "E012", "not a size";
    RATE = "E013", "not a rate";
    FRACTION = "E014", "not a fraction";
    RANGE = "E015", "a number outside its range";
    WORD = "E016", "a word that is none of the accepted ones";
    LAW = "E017", "not a law of a random duration";
    FAULT = "E018", "not a fault";
    LIMIT = "E019", "more than this program simulates";
    CONFLICT = "E020", "keys that contradict each other";
    REFERENCE = "E021", "a name that nothing in the scenario has";
    TWICE = "E022", "a name given twice in one list";
    CLASH = "E023", "two components would have the same name";
    TWO_CLUSTERS = "E024", "a host in two clusters";
    VM_TOO_LARGE = "E025", "a VM that no host can hold";
    TOO_FEW_HOSTS = "E026", "more nodes or members than hosts to put them on";
    NO_CLUSTER = "E027", "host-cluster protection without a cluster";
    PLACE = "E028", "starting hosts that cannot be";
    INJECT = "E029", "a scripted fault that cannot be read";
    PROTECT = "E030", "a combination of protections that does not exist";
    OVERRIDE = "E031", "an override that cannot be applied";
    UNREACHABLE = "E032", "a VM whose storage no host reaches";
    NO_ROOM = "E033", "VMs that no host has room for at the start";
    ADMISSION = "E034", "admission control that the cluster's hosts cannot give";
    REFUSED = "E035", "VMs that admission control refuses at the start";
    PRODUCT_LIMIT = "E036", "more than the cluster's product supports";
    STORAGE_KIND = "E037", "storage that the cluster's product cannot use";
    UNSUPPORTED = "E038", "a setting that the cluster's product does not take";
    FILE = "E039", "a file that cannot be read";
    TABLE = "E040", "rows or columns of a file that are not as they must be";
    GATE = "E041", "a check of a gate that cannot be read or asked";
    MORE = "E099", "more issues than are shown";
    REPAIR_LONGER = "W101", "repairs take as long as the time between failures";
    LOCAL_STORAGE = "W102", "a clustered VM on storage of one host";
    NO_EFFECT = "W103", "a setting that has no effect";
    DEGRADED = "W104", "more demand than all members can serve";
    INJECT_IDLE = "W105", "a scripted fault that does nothing";
    MAINTENANCE = "W106", "maintenance that cannot keep its schedule";
    BALANCED_STATE = "W107", "a stateful service behind a balancer";
    BEYOND_PRODUCT = "W108", "beyond what the cluster's product supports, and let pass";
    OTHER_PRODUCT = "W109", "a number of one product in force under another";
    HANDBOOK = "W110", "what a layer inside the guests asks for is not there";
    PART_OF_A_WEEK = "W111", "a short horizon that is not whole weeks of a load";
    SHUT_DOWN = "W112", "planned work that shuts down VMs which could be moved";
    HEADROOM = "W113", "less room free at the start than is asked for at any time";
    STRANDED = "W114", "planned work on a host with VMs that no other host can take";
    REPLAY = "W115", "a history of failures that is not replayed as it is written";
}
