//! What spreadsheets of any language make of an export, and people of it in them: it is read where it can mean but one
//! thing, and refused with its place where it cannot.

use std::io::{Cursor, Write as _};

use ninefold::inventory::rvtools::{self, Export};
use ninefold::inventory::{Grouping, Inventory, Problem, scenario};

use super::merged::sheets;
use super::{MODERN, files, inventory, loaded};

fn problems(tables: &[(&str, &[&str])]) -> Vec<Problem> {
    rvtools::read(&Export::Files(sheets(tables))).map(|found| panic!("{found:#?}")).unwrap_err()
}

fn places(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.place.as_str()).collect()
}

fn text(inventory: &Inventory) -> String {
    scenario(inventory, Grouping::Stem).text
}

#[test]
fn truths_are_read_in_any_language_and_other_words_are_refused_with_their_place() {
    let vhost = ["Host,Cluster,# Cores,# Memory", "h1,P,16,65536", "h2,P,16,65536"];
    for (yes, no) in [
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("VERDADERO", "FALSO"),
        ("SIM", "NÃO"),
        ("1", "0"),
        ("ja", "nein"),
    ] {
        let (on, template) = (format!("a,{no},2,4096,P,h1"), format!("t,{yes},2,4096,P,h1"));
        let vinfo = ["VM,Template,CPUs,Memory,Cluster,Host", &on, &template];
        let row = format!("P,{no},1,{yes}");
        let vcluster = ["Name,HA enabled,Failover Level,AdmissionControlEnabled", &row];
        let inventory = inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost), ("vCluster", &vcluster)]));
        assert_eq!(inventory.vms.len(), 1, "{yes}");
        assert!(!inventory.clusters[0].restarts.value, "{no}");
    }
    let vinfo = ["VM,Template,CPUs,Memory,Cluster,Host", "a,vielleicht,2,4096,P,h1", "b,,2,4096,P,h1"];
    let vcluster = ["Name,HA enabled", "P,enabled?\u{1b}"];
    let found = problems(&[("vInfo", &vinfo), ("vHost", &vhost), ("vCluster", &vcluster)]);
    assert_eq!(
        places(&found),
        ["sheet vInfo, row 2, column Template", "sheet vCluster, row 2, column HA enabled"]
    );
    assert_eq!(found[1].what, "\"enabled?\\u{1b}\" is neither yes nor no");
}

/// A comma in a note that is not quoted moves everything behind it: what would be the memory is something else.
#[test]
fn rows_with_more_cells_than_the_header_are_refused_with_both_numbers() {
    let header = "VM,Annotation,CPUs,Memory,Host,Owner";
    let shifted =
        problems(&[("vInfo", &[header, "a,note,2,4096,h1,x", "b,2, 4,2,4096,h1,x", "c,,2,4096,h1,"])]);
    assert_eq!(places(&shifted), ["sheet vInfo, row 3"]);
    assert!(shifted[0].what.contains("7 cells, and the header has 6"), "{shifted:?}");
    assert!(shifted[0].remedy.contains("double quotes") && shifted[0].remedy.contains("workbook"));
    // Though the last cells are empty; and so many are counted.
    let rows: Vec<&str> =
        [header, "a,note,2,4096,h1,"].into_iter().chain(["b,2, 4,2,4096,h1,"; 25]).collect();
    let shifted = problems(&[("vInfo", &rows)]);
    assert_eq!((shifted.len(), shifted[20].what.as_str()), (21, "5 more problems"));
    // Where every row but the header ends in a separator nothing is shifted, and quoted commas shift nothing.
    let even = ["VM,CPUs,Memory,Host", "a,2,4096,h1,", "b,2,4096,h1,"];
    assert_eq!(inventory(sheets(&[("vInfo", &even)])).vms.len(), 2);
    let quoted = [header, "a,\"2, 4\",2,4096,h1,x"];
    assert_eq!(inventory(sheets(&[("vInfo", &quoted)])).vms[0].memory_mib, 4096);
    assert_eq!(problems(&[("vInfo", &["VM,CPUs,Memory,Host", "a,2,4096,h1,", "b,2,4096,h1"])]).len(), 1);
}

#[test]
fn places_are_those_that_an_editor_and_a_spreadsheet_show() {
    for end in ["\n", "\r\n"] {
        let rows = [
            "VM,Annotation,CPUs,Memory,Host",
            "a,\"two\nlines, and\r\none\",2,4096,h1",
            "",
            "b,,x,4096,h1",
            "c,,2,y,h1",
        ];
        let files = vec![("vInfo.csv".to_owned(), rows.join(end).into_bytes())];
        let found = rvtools::read(&Export::Files(files)).unwrap_err();
        assert_eq!(
            places(&found),
            ["sheet vInfo, row 4 (line 6), column CPUs", "sheet vInfo, row 5 (line 7), column Memory"],
            "{end:?}"
        );
        let rows = ["VM,CPUs,Memory,Host", "a,2,4096,h1", "b,x,4096,h1"];
        let files = vec![("vInfo.csv".to_owned(), rows.join(end).into_bytes())];
        assert_eq!(
            places(&rvtools::read(&Export::Files(files)).unwrap_err()),
            ["sheet vInfo, row 3, column CPUs"]
        );
    }
}

#[test]
fn numbers_separators_and_titles_of_spreadsheets_change_nothing() {
    let plain = ["VM;CPUs;Memory;Host", "a;2;65536;h1", "b;2;4096;h1"];
    let host = ["Host;# Cores;# Memory", "h1;16;1065536"];
    let body = |inventory: &Inventory| {
        let text = text(inventory);
        text[text.find("schema = 1").unwrap()..].to_owned()
    };
    let expected = body(&inventory(sheets(&[("vInfo", &plain), ("vHost", &host)])));
    let dressed: [[&[&str]; 2]; 4] = [
        [
            &["sep=;", "VM;CPUs;Memory;Host", "a;2,00;65.536,00;h1", "b;2;4.096;h1"],
            &["sep=;", "Host;# Cores;# Memory", "h1;16;1.065.536,0"],
        ],
        [
            &["SEP=|", "VM|CPUs|Memory|Host", "a|2|65,536.00|h1", "b|2|4,096|h1"],
            &["Host\t# Cores\t# Memory", "h1\t16\t1,065,536.0"],
        ],
        [
            &["VM;CPUs;Memory;Host", "a;2;65 536;h1", "b;2;4\u{a0}096;h1"],
            &["Host;# Cores;# Memory", "h1;16;1\u{202f}065\u{202f}536"],
        ],
        [
            &[
                "Export of Monday, 5 May, with notes, and more",
                "",
                "of;the;team",
                "VM;CPUs;Memory;Host",
                "a;2;65536;h1",
                "b;2;4096;h1",
            ],
            &["Hosts", "Host;# Cores;# Memory", "h1;16;1065536"],
        ],
    ];
    for (number, [vinfo, vhost]) in dressed.into_iter().enumerate() {
        let found = inventory(sheets(&[("tabvInfo", vinfo), ("RVTools_vHost", vhost)]));
        assert_eq!(body(&found), expected, "{number}");
        let taken: Vec<&str> =
            found.remarks.iter().filter(|r| r.contains("its header")).map(String::as_str).collect();
        match number {
            3 => assert!(
                taken[0].contains("vInfo: row 4 was taken") && taken[1].contains("vHost: row 2"),
                "{taken:?}"
            ),
            _ => assert_eq!(taken, [""; 0]),
        }
    }
    // Rows are counted from the file's first, whatever stands there.
    let found = problems(&[("vInfo", &["sep=;", "a title", "VM;CPUs;Memory;Host", "a;1.196,5;4096;h1"])]);
    assert_eq!(places(&found), ["sheet vInfo, row 4, column CPUs"]);
    // A header that lacks a column is named, and one beyond the tenth row is none.
    let found = problems(&[("vInfo", &["a title", "VM;CPUs;RAM;Host", "a;2;4096;h1"])]);
    assert!(found[0].what.starts_with("there is no column Memory in row 2"), "{found:?}");
    let late: Vec<&str> = ["title"; 10].into_iter().chain(["VM,CPUs,Memory,Host", "a,2,4096,h1"]).collect();
    assert_eq!(problems(&[("vInfo", &late)]).len(), 3);
}

#[test]
fn sheets_of_a_workbook_may_be_called_as_its_files_are_and_be_empty() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let rows: [(&str, &[&str]); 4] = [
        ("tabvInfo", &["VM,Annotation,CPUs,Memory,Cluster,Host", "a,\"x\ny\",2,4096,P,h1"]),
        (
            "RVTools_tabvHost",
            &["hosts of today", "Host,Cluster,# Cores,# Memory", "h1,P,16,65536", "h2,P,16,65536"],
        ),
        ("vCluster", &[]),
        ("vDatastore", &["Name,Type,Hosts"]),
    ];
    for (name, rows) in rows {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.split(',').enumerate() {
                sheet.write(row as u32, column as u16, cell).unwrap();
            }
        }
    }
    let found = rvtools::read(&Export::Workbook(book.save_to_buffer().unwrap())).unwrap();
    assert_eq!((found.hosts.len(), found.vms.len()), (2, 1));
    assert_eq!(
        found.remarks[0],
        "sheet vHost: row 2 was taken for its header, the first with all columns that are needed"
    );
    assert_eq!(found.remarks[1], "sheet vCluster is empty: what it would have said is assumed");
    loaded(&text(&found));
    // A vHost of a header alone says as much as none.
    let vinfo = ["VM,CPUs,Memory,Host", "a,2,4096,h1"];
    let found =
        inventory(sheets(&[("vInfo", &vinfo), ("vHost", &["Host,# Cores,# Memory"]), ("vCluster", &[])]));
    assert!(found.hosts.len() == 1 && found.remarks.iter().any(|r| r.starts_with("sheet vHost lists none")));
    // Without a VM there is nothing to import.
    assert!(problems(&[("vInfo", &[])])[0].what.contains("the sheet is empty"));
}

#[test]
fn an_archive_says_what_its_files_say() {
    let files = files(MODERN);
    let packed = |method, others: &[(&str, &[u8])]| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        let sheets = files.iter().map(|(name, bytes)| (format!("export of May/{name}"), bytes.as_slice()));
        let others = others.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes));
        for (name, bytes) in sheets.chain(others) {
            archive.start_file(name, options).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let read = |bytes: Vec<u8>| rvtools::read(&Export::Workbook(bytes));
    let expected = text(&inventory(files.clone()));
    for method in [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored] {
        let others: [(&str, &[u8]); 2] = [("__MACOSX/._RVTools_tabvInfo.csv", b"?"), ("notes.txt", b"hi")];
        assert_eq!(text(&read(packed(method, &others)).unwrap()), expected);
    }
    let twice = packed(zip::CompressionMethod::Deflated, &[("copy/vInfo.csv", b"VM,CPUs,Memory\n")]);
    let found = read(twice).unwrap_err();
    assert!(found[0].place == "the archive" && found[0].what.contains("both hold sheet vInfo"), "{found:?}");
    // Damaged ones are refused or read, and never end the program.
    let whole = packed(zip::CompressionMethod::Deflated, &[]);
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 200) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        refused += u32::from(read(damaged).is_err());
    }
    assert!(refused > 100, "{refused}");
}
