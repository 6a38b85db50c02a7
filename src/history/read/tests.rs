use super::*;
use crate::history::{Entity, Instant, Scale};

const HOUR: Instant = 3_600_000_000;

/// Name, kind, start and end in hours from the first instant, cause.
fn told(text: &str, format: Option<Format>) -> Vec<(String, f64, Option<f64>, String)> {
    let history = read(text, format).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let hours = |at: Instant| (at - history.begins()) as f64 / HOUR as f64;
    let spells = history.spells.iter();
    spells
        .map(|s| (history.entities[s.entity].name.clone(), hours(s.start), s.end.map(hours), s.cause.clone()))
        .collect()
}

fn mistakes(text: &str) -> Vec<(usize, usize, String)> {
    let mistakes = read(text, None).unwrap_err();
    mistakes.list.into_iter().map(|m| (m.line, m.column, format!("{}: {}", m.what, m.remedy))).collect()
}

fn spell(
    name: &str,
    from: f64,
    to: impl Into<Option<f64>>,
    cause: &str,
) -> (String, f64, Option<f64>, String) {
    (name.to_owned(), from, to.into(), cause.to_owned())
}

/// The rows of a year in two digits are not of the first century, and a node is watched while it is in production.
#[test]
fn nodes_of_los_alamos_are_watched_in_production() {
    let text = "System,nodes,nodenum,node install,node prod,node decom,Prob Started,Prob Fixed,Hardware\n\
                2,49,1,Dec-96,Jan-97,5-Mar,6/21/2005 10:54,6/21/2005 11:00,CPU\n\
                2,49,2,5-Apr,5-Jun,current,7/1/05 10:00,7/1/05 12:00,CPU\n\
                2,49,3,before tracking,before tracking,current,5/1/2005 10:00,5/1/2005 12:00,CPU\n";
    let history = read(text, None).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let date = |text: &str| crate::history::instant(text).unwrap().1;
    let watched: Vec<_> = history.entities.iter().map(|e| (e.since, e.until, e.is_new)).collect();
    assert_eq!(
        watched,
        [
            // It fails after the month that it was taken away in.
            (Some(date("1997-01-01")), Some(date("2005-06-21 11:00")), true),
            (Some(date("2005-06-01")), None, true),
            (None, None, false),
        ]
    );
    assert_eq!(
        (history.spells[1].start, history.first),
        (date("2005-07-01 10:00"), date("2005-05-01 10:00"))
    );
}

#[test]
fn one_story_in_every_format() {
    let expected = [spell("a", 0.0, 2.0, ""), spell("b", 5.0, 6.5, ""), spell("a", 10.0, None, "")];
    let own = "entity,start,end\na,2024-03-01 10:00,2024-03-01T12:00Z\nb,2024-03-01T16:00+01:00,2024-03-01 16:30\na,2024-03-01 20:00,\n";
    assert_eq!(told(own, None), expected);
    let unix = "entity,start,end\na,1709287200,1709294400\nb,1709305200,1709310600\na,1709323200,\n";
    assert_eq!(told(unix, None), expected);
    let elapsed = "Entity, Start, End\n a, 0 s, 2 h\n\n b, 300 min, 390 min\n\"a\",36000,\n";
    assert_eq!(told(elapsed, None), expected);
    let google = "0,2,0,p,1,1\n0,1,1,,,\n7200000000,1,0,p,1,1\n18000000000,2,1,,,\n23400000000,2,0,,,\n36000000000,1,1,,,\n";
    let named: Vec<_> =
        expected.iter().map(|(name, from, to, _)| (if name == "a" { "1" } else { "2" }, from, to)).collect();
    let google = told(google, None);
    let mut found: Vec<_> = google.iter().map(|(name, from, to, _)| (name.as_str(), from, to)).collect();
    found.sort_by(|a, b| a.1.total_cmp(b.1));
    assert_eq!(found, named);
}

#[test]
fn the_archive_tells_what_was_watched() {
    let text = "# event_id component_id node_id platform_id node_name event_type event_start_time event_stop_time event_end_reason\n\
                0 0 7 0 n7 1 1000000000 1000003600 0\n\
                1 0 7 0 n7 0 1000003600 1000007200 broken\n\
                2 0 7 0 n7 1 1000007200 1000010800 0\n\
                3\t0\t8\t0\tNULL\t0\t1000000000\t1000003600\t1\n\
                4 0 8 0 NULL 1 1000003600 1000007200 1\n\
                5 0 8 0 NULL 0 1000007200 1000009000 1\n";
    let history = read(text, None).unwrap();
    assert_eq!(
        told(text, Some(Format::FailureTraceArchive)),
        [spell("n7", 1.0, 2.0, "broken"), spell("8", 0.0, 1.0, "1"), spell("8", 2.0, None, "1")]
    );
    assert_eq!(history.scale, Scale::Dates);
    let starts: Vec<bool> = history.spells.iter().map(|spell| spell.began_before).collect();
    assert_eq!(starts, [false, true, false]);
    let Entity { since, until, .. } = &history.entities[1];
    assert_eq!((*since, *until), (Some(1_000_000_000_000_000), Some(1_000_009_000_000_000)));
}

#[test]
fn rows_of_los_alamos() {
    let text = "System,machine type,nodes,procstot,procsinnode,nodenum,nodenumz,node install,node prod,node decom,fru type,mem,cputype,memtype,num intercon,purpose,Prob Started,Prob Fixed,Down Time,Facilities,Hardware,Human Error,Network,Undetermined,Software,Same Event\n\
        2,cluster,49,6152,80,0,0,5-Apr,5-Jun,current,part,80,1,1,0,graphics.fe,6/21/2005 10:54,6/21/2005 11:00,6,,Graphics Accel Hdwr,,,,,No\n\
        2,cluster,49,6152,80,0,0,5-Apr,5-Jun,current,part,80,1,1,0,graphics.fe,6/21/2005 12:54,6/22/2005 0:54,720,,,,,,DST,No\n";
    assert_eq!(
        told(text, None),
        [spell("system2-0", 0.0, 0.1, "hardware"), spell("system2-0", 2.0, 14.0, "software")]
    );
    let wrong = text.replace("6/22/2005 0:54", "22.6.2005");
    assert_eq!(mistakes(&wrong)[0].0, 3);
    assert!(mistakes(&wrong)[0].2.contains("month/day/year"), "{:?}", mistakes(&wrong));
}

#[test]
fn machines_that_come_later_are_new() {
    let text = "time,machine_id,type,switch_id\n600000000,5,ADD,\n0,6,1,\n1200000000,6,REMOVE,\n9223372036854775807,6,ADD,\n";
    let history = read(text, None).unwrap();
    assert_eq!(history.entities.iter().map(|e| e.is_new).collect::<Vec<_>>(), [true, false]);
    assert_eq!(history.spells.len(), 1);
    assert_eq!((history.spells[0].start, history.spells[0].end), (1_200_000_000, None));
    assert_eq!((history.begins(), history.last), (0, 1_200_000_000));
}

#[test]
fn every_mistake_has_its_place() {
    let text = "entity,kind,start,end,cause\nesx-1,host,soon,5 h,x\n,host,1 h,2 h,\nesx-2,host,3 h\nesx-3,host,9 h,8 h,\n\
                esx-4,host,,8 h,\nesx-5,host,2024-01-01,,\n";
    let found: Vec<(usize, usize)> =
        mistakes(text).iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(found, [(2, 12), (3, 1), (4, 1), (5, 1), (6, 12), (7, 12)]);
    assert!(mistakes(text)[0].2.contains("a duration such as 36 h"), "{:?}", mistakes(text));
    assert_eq!(
        mistakes("entity,begin,end\nx,1,2\n"),
        [(1, 1, "there is no column start: the header has entity, begin, end".to_owned())]
    );
    assert!(mistakes("")[0].2.contains("the file is empty"));
    assert!(mistakes("hello\n")[0].2.contains("no format"));
    assert!(mistakes("entity,start,end\n")[0].2.contains("the history is empty"));
}

#[test]
fn of_very_many_mistakes_the_first_are_told() {
    let text: String = std::iter::once("entity,start,end\n".to_owned())
        .chain((0..500).map(|n| format!("h{n},x,y\n")))
        .collect();
    let mistakes = read(&text, None).unwrap_err();
    assert_eq!((mistakes.list.len(), mistakes.more), (Mistakes::SHOWN, 1_000 - Mistakes::SHOWN));
}
