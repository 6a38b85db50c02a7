//! The text itself: its encoding, its syntax, its keys.

use super::super::code;
use super::Explanation;
use super::example::toml;

pub(super) const FORM: &[Explanation] = &[
    Explanation {
        code: code::EMPTY,
        means: "A scenario needs something to protect, something to put it on, and a way of protecting it: at least one [host.NAME], one [service.NAME] and one [strategy.NAME]. Without any of them there is nothing to simulate.",
        mend: "Write the table that is missing. `ninefold init` writes a scenario with all of them, and comments.",
        wrong: toml("# nothing yet\n").alone(),
        right: toml("schema = 1\n[host.esx]\ncores = 16\nmemory = \"64 GiB\"\n[service.mail]\nvm = { cores = 2, memory = \"8 GiB\" }\n[strategy.none]\nprotect = []\n").alone(),
    },
    Explanation {
        code: code::ENCODING,
        means: "TOML is UTF-8, and the file is in another encoding, as older editors for Windows save it. Umlauts and accents would come out as something else.",
        mend: "Save the file as UTF-8; most editors have that under \"Save as\" or \"Encoding\".",
        wrong: toml("schema = 1\ntitle = \"Büro\"\n").latin(),
        right: toml("schema = 1\ntitle = \"Büro\"\n"),
    },
    Explanation {
        code: code::TOO_LARGE,
        means: "A scenario has at most 64 MiB of text, and a file that it names 16 MiB. More is not read, so that no file can fill the memory.",
        mend: "Write groups (count, instances) in place of single hosts and VMs; of a file of data leave out columns and rows that nobody uses.",
        wrong: toml("# A comment on each of a million and a half of lines ({n})\n").times(1_500_000),
        right: toml("# A comment on one line\n"),
    },
    Explanation {
        code: code::SYNTAX,
        means: "The text is not TOML: a quotation mark, bracket or equals sign is missing, or something stands where it cannot. What cannot be read is left out, and nothing is said of it.",
        mend: "Look at what is underlined: a key, an equals sign, a value; texts in \"quotes\", lists in [brackets], tables in {braces} or under a [header].",
        wrong: toml("[service.mail]\nvm = { cores = 2, memory = 8 GiB }\n"),
        right: toml("[service.mail]\nvm = { cores = 2, memory = \"8 GiB\" }\n"),
    },
    Explanation {
        code: code::DUPLICATE,
        means: "TOML allows each key once in a table, and each table once. Which of the two is meant nobody can know.",
        mend: "Keep one of the two.",
        wrong: toml("[storage.san]\nkind = \"fc\"\nkind = \"iscsi\"\n"),
        right: toml("[storage.san]\nkind = \"iscsi\"\n"),
    },
    Explanation {
        code: code::SCHEMA,
        means: "The first key of a scenario says which version of the format it is written in. This program reads version 1.",
        mend: "Write schema = 1 as the first line.",
        wrong: toml("title = \"Which version?\"\n"),
        right: toml("schema = 1\ntitle = \"Version 1\"\n"),
    },
    Explanation {
        code: code::UNKNOWN_KEY,
        means: "A key that means nothing in this table. It would have no effect, and whoever wrote it would never know: most are misspelt, or stand in the wrong table.",
        mend: "Take the name that is suggested, or one of those that are accepted; `ninefold schema` lets an editor complete them.",
        wrong: toml("[host.esx]\ncount = 3\ncoers = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
        right: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    },
    Explanation {
        code: code::TYPE,
        means: "A value of another type than the key takes: a text where a number belongs, a number where a list belongs.",
        mend: "Numbers stand without quotes, texts and everything with a unit with them.",
        wrong: toml("[host.esx]\ncount = \"three\"\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
        right: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    },
    Explanation {
        code: code::MISSING,
        means: "A key without which the table says too little, and for which there is no default that would be right for most.",
        mend: "Add it; the message says how.",
        wrong: toml("[host.esx]\ncount = 3\ncores = 16\nstorage = [\"san\"]\n"),
        right: toml("[host.esx]\ncount = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    },
    Explanation {
        code: code::NAME,
        means: "Names stand in tables, charts and file names, so they are one printable line of at most 200 characters that neither begins nor ends with a space.",
        mend: "Choose another name.",
        wrong: toml("[crew.\"night shift \"]\nsize = 2\n"),
        right: toml("[crew.\"night shift\"]\nsize = 2\n"),
    },
    Explanation {
        code: code::OVERRIDE,
        means: "What was given with --set is no PATH=VALUE, or its path leads through something that is no table.",
        mend: "Write keys with dots between them, an equals sign and a value. A shell takes quotes away: put all of it between single ones.",
        wrong: toml("").set(&["host.esx.count"]),
        right: toml("").set(&["host.esx.count=4"]),
    },
    Explanation {
        code: code::FILE,
        means: "A file that the scenario names is not there, is no file, or cannot be read.",
        mend: "Write its path from the folder that the scenario is in.",
        wrong: toml("[load.office]\ncsv = \"wek.csv\"\n"),
        right: toml("[load.office]\ncsv = \"week.csv\"\n").file("week.csv", "clients\n0.9\n0.9\n0.9\n0.9\n0.9\n0.2\n0.1\n"),
    },
    Explanation {
        code: code::TABLE,
        means: "The file of data is a table of another form than it must be: no such column, rows that are missing, out of order or of the wrong length, or values that are none.",
        mend: "The first row names the columns, the others are one week in equal steps from Monday, 0:00; see \"load\" in scenarios/README.md, and of a history \"faults\" there.",
        wrong: toml("[load.office]\ncsv = \"week.csv\"\ncolumn = \"web\"\n").file("week.csv", "mail,web\n0.9,0.1\n0.9,0.1\n0.9,0.1\n0.9\n0.9,0.1\n0.2,0.1\n0.1,0.1\n"),
        right: toml("[load.office]\ncsv = \"week.csv\"\ncolumn = \"web\"\n").file("week.csv", "mail,web\n0.9,0.1\n0.9,0.1\n0.9,0.1\n0.9,0.1\n0.9,0.1\n0.2,0.1\n0.1,0.1\n"),
    },
    Explanation {
        code: code::MORE,
        means: "Of very many issues a hundred are shown, errors first. Often one mistake has caused many of the others.",
        mend: "Mend those that are shown, and look again.",
        wrong: toml("[crew.n{n}]\nsize = 0\n").times(150),
        right: toml("[crew.n{n}]\nsize = 1\n").times(150),
    },
];
