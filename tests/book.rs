//! The book keeps its word: its chapters are played in order in one folder, as a reader would, and what they quote is
//! held against what the program prints.
//!
//! | in a chapter | is |
//! | --- | --- |
//! | a `sh` block | commands to play: `ninefold …`, and `cp FROM TO`. `<!-- exit 3 -->` in front of it says how they end |
//! | a `text` block | what the commands before it have printed; `…` alone on a line stands for lines left out |
//! | the same behind `<!-- on stderr -->` | what they have told on stderr |
//! | any block behind `<!-- from FILE -->` | a quote of that file of the folder |
//! | a `toml` block without that | an edit; its first line says of what: `# dc.toml, in [run]` |
//! | a `console` block | not played: how to install |
//! | a list behind `<!-- headings of FILE -->` | the headings of a page, in bold |
//! | `<!-- worked out: 53 -->` | a figure of the text that nobody prints |
//!
//! `NINEFOLD_BLESS=1 cargo test --test book` writes quoted output anew; where lines are left out of it, with those that are most
//! like the old ones. Figures of the text are left to whoever reads the diff.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Begins a note with figures that nobody prints.
const WORKED_OUT: &str = "worked out:";

/// The chapters that are one story, in its order; the others are reference.
const STORY: [&str; 7] = ["introduction", "import", "check", "run", "page", "buy", "gate"];

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn source(chapter: &str) -> String {
    let path = repository(&format!("docs/src/{chapter}.md"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

// --- What a chapter is made of ---------------------------------------------------------------------------------------

enum Part {
    Block(Block),
    /// Figures in running text, and where the text stands.
    Prose {
        text: String,
        line: usize,
    },
    /// A bold word of a list.
    Bold {
        text: String,
        line: usize,
    },
    /// Between two parts: a note belongs to the block right behind it alone.
    Break,
}

struct Block {
    language: String,
    text: String,
    /// Of the text within the chapter.
    range: Range<usize>,
    line: usize,
    notes: Vec<String>,
}

impl Block {
    fn note(&self, begins: &str) -> Option<&str> {
        self.notes.iter().find_map(|note| note.strip_prefix(begins)).map(str::trim)
    }
}

/// A comment, without its brackets.
fn comment(html: &str) -> Option<&str> {
    html.trim().strip_prefix("<!--")?.strip_suffix("-->").map(str::trim)
}

/// Reads a chapter: blocks with the notes in front of them, and everything that is said between them. Notes that stand in
/// front of something else are parts of their own.
fn parts(chapter: &str, text: &str) -> Vec<(Part, Vec<String>)> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let (mut parts, mut notes, mut block, mut bold) = (Vec::new(), Vec::new(), None::<Block>, false);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let note =
                    comment(&html).unwrap_or_else(|| panic!("{chapter}:{}: {html}", line(range.start)));
                notes.push(note.to_owned());
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let CodeBlockKind::Fenced(language) = kind else {
                    panic!("{chapter}:{}: a block that nobody can play", line(range.start))
                };
                let begins = range.start + text[range.clone()].find('\n').unwrap() + 1;
                let ends = range.start + text[range.clone()].rfind("```").unwrap();
                block = Some(Block {
                    language: language.into_string(),
                    text: text[begins..ends].to_owned(),
                    range: begins..ends,
                    line: line(range.start),
                    notes: std::mem::take(&mut notes),
                });
            }
            Event::End(TagEnd::CodeBlock) => parts.push((Part::Block(block.take().unwrap()), Vec::new())),
            Event::Start(Tag::Strong) => bold = true,
            Event::End(TagEnd::Strong) => bold = false,
            Event::Text(_) | Event::Code(_) if block.is_some() => {}
            Event::Text(said) | Event::Code(said) => {
                let (said, line) = (said.into_string(), line(range.start));
                if bold {
                    parts.push((Part::Bold { text: said.clone(), line }, Vec::new()));
                }
                parts.push((Part::Prose { text: said, line }, std::mem::take(&mut notes)));
            }
            Event::Start(Tag::Heading { .. } | Tag::List(_)) => {
                parts.push((Part::Break, std::mem::take(&mut notes)));
            }
            _ => {}
        }
    }
    assert!(notes.is_empty(), "{chapter}: notes in front of nothing: {notes:?}");
    parts
}

// --- The reader ------------------------------------------------------------------------------------------------------

/// Somebody who follows the book in a folder.
struct Reader {
    folder: tempfile::TempDir,
    stdout: String,
    stderr: String,
    /// Every figure that was printed, quoted or typed so far.
    figures: BTreeSet<String>,
    wrong: Vec<String>,
    /// What blessing writes into the chapter at hand.
    blessed: Vec<(Range<usize>, String)>,
}

impl Reader {
    /// In a folder with what a fresh clone has to play with.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["scenarios", "contrib"] {
            copy(&repository(name), &folder.path().join(name));
        }
        Self {
            folder,
            stdout: String::new(),
            stderr: String::new(),
            figures: BTreeSet::new(),
            wrong: Vec::new(),
            blessed: Vec::new(),
        }
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn follow(&mut self, chapter: &str, text: &str) {
        let parts = parts(chapter, text);
        let notes = parts.iter().flat_map(|(part, notes)| match part {
            Part::Block(block) => &block.notes,
            _ => notes,
        });
        let own = notes.filter_map(|note| note.strip_prefix(WORKED_OUT)).flat_map(figures);
        self.figures.extend(own);
        let mut headings: Option<Vec<String>> = None;
        for (part, notes) in parts {
            for note in notes.iter().filter(|note| !note.starts_with(WORKED_OUT)) {
                match note.strip_prefix("headings of ") {
                    Some(file) => headings = Some(titles(&self.file(file))),
                    None => self.wrong.push(format!("{chapter}: a note in front of no block: {note}")),
                }
            }
            match part {
                Part::Block(block) => self.block(chapter, &block),
                Part::Prose { text, line } => self.figures_of(chapter, line, &text),
                Part::Bold { text, line } => {
                    if let Some(titles) = headings.as_mut().filter(|titles| !titles.is_empty()) {
                        let title = titles.remove(0);
                        if title != text {
                            self.wrong
                                .push(format!("{chapter}:{line}: the page says {title:?}, not {text:?}"));
                        }
                    }
                }
                Part::Break => {}
            }
        }
        if let Some(left) = headings.filter(|titles| !titles.is_empty()) {
            self.wrong.push(format!("{chapter}: the page has more headings: {left:?}"));
        }
    }

    fn block(&mut self, chapter: &str, block: &Block) {
        let place = format!("{chapter}:{}", block.line);
        let language = block.language.as_str();
        if let Some(file) = block.note("from ") {
            let content = self.file(file);
            self.quote(&place, block, &content);
        } else if language == "sh" {
            self.play(&place, block);
        } else if language == "text" {
            let printed =
                if block.note("on stderr").is_some() { self.stderr.clone() } else { self.stdout.clone() };
            self.quote(&place, block, &printed);
        } else if language == "toml" {
            self.edit(&place, &block.text);
        } else {
            assert_eq!(language, "console", "{place}: a block that nobody plays");
        }
        self.figures.extend(figures(&block.text));
    }

    /// Types the commands of a block.
    fn play(&mut self, place: &str, block: &Block) {
        let expected = block.note("exit ").map_or(0, |code| code.parse().unwrap());
        (self.stdout, self.stderr) = (String::new(), String::new());
        for line in block.text.replace("\\\n", " ").lines() {
            let words = words(line);
            match words[0].as_str() {
                "cp" => {
                    let at = |word: &String| self.folder.path().join(word);
                    std::fs::copy(at(&words[1]), at(&words[2])).unwrap();
                }
                "ninefold" => {
                    let output = Command::new(env!("CARGO_BIN_EXE_ninefold"))
                        .args(&words[1..])
                        .env("NO_COLOR", "1")
                        .env_remove("CLICOLOR_FORCE")
                        .current_dir(self.folder.path())
                        .output()
                        .unwrap();
                    self.stdout += &String::from_utf8(output.stdout).unwrap();
                    self.stderr += &String::from_utf8(output.stderr).unwrap();
                    if output.status.code() != Some(expected) {
                        self.wrong.push(format!("{place}: {line}: {}\n{}", output.status, self.stderr));
                    }
                }
                other => panic!("{place}: nobody can play {other}"),
            }
        }
        let printed = [figures(&self.stdout), figures(&self.stderr)];
        self.figures.extend(printed.into_iter().flatten());
    }

    /// Holds a quote against what it quotes.
    fn quote(&mut self, place: &str, block: &Block, now: &str) {
        if quotes(&block.text, now) {
            return;
        }
        let blessed = std::env::var_os("NINEFOLD_BLESS").and_then(|_| anew(&block.text, now));
        match blessed {
            Some(anew) => self.blessed.push((block.range.clone(), anew)),
            None => {
                self.wrong.push(format!("{place} quotes what is not there: {}", difference(&block.text, now)))
            }
        }
    }

    /// Edits a file as a block says: `# FILE, WHERE`, and lines that take the place of those with the same key.
    fn edit(&mut self, place: &str, block: &str) {
        let (says, lines) = block.split_once('\n').unwrap();
        let says = says.strip_prefix("# ").unwrap_or_else(|| panic!("{place}: an edit of what?"));
        let (file, places) = says.split_once(", ").unwrap_or_else(|| panic!("{place}: an edit, but where?"));
        let text = self.file(file);
        let edited = match places {
            "at the end" => format!("{text}\n{lines}"),
            "at the top" => in_table(&text, "", lines),
            "wherever it stands" => everywhere(&text, lines),
            table => in_table(&text, table.strip_prefix("in ").unwrap(), lines),
        };
        assert_ne!(text, edited, "{place} changes nothing");
        self.figures.extend(figures(&edited));
        std::fs::write(self.folder.path().join(file), edited).unwrap();
    }

    /// Figures of the text must have been seen: what the program prints changes, and nobody reads a book again.
    fn figures_of(&mut self, chapter: &str, line: usize, text: &str) {
        for figure in figures(text) {
            if figure.len() > 1 && !self.figures.contains(&figure) {
                self.wrong.push(format!("{chapter}:{line}: {figure} was never seen: {text}"));
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote is open: {line}");
    words.extend(word);
    words
}

/// `1,380` and `99.9` of `1,380 min, 99.9 %.`
fn figures(text: &str) -> Vec<String> {
    let pieces = text.split(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'));
    let pieces = pieces.map(|piece| piece.trim_matches([',', '.']));
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// What the headings of the second order say.
fn titles(html: &str) -> Vec<String> {
    let pieces = html.split("<h2").skip(1);
    pieces.map(|piece| piece[piece.find('>').unwrap() + 1..piece.find("</h2>").unwrap()].to_owned()).collect()
}

// --- Quotes and edits ------------------------------------------------------------------------------------------------

/// Stands alone on a line for any number of lines.
const LEFT_OUT: &str = "…";

/// Whether a quote says what a text says, in its order, with gaps only where it admits them.
fn quotes(quote: &str, text: &str) -> bool {
    let quoted: Vec<&str> = quote.lines().collect();
    let lines: Vec<&str> = text.lines().collect();
    let pieces: Vec<&[&str]> = quoted.split(|line| *line == LEFT_OUT).collect();
    let [first, middle @ .., last] = pieces.as_slice() else {
        return quoted == lines;
    };
    let Some(mut rest) = lines.strip_prefix(*first) else { return false };
    for piece in middle {
        let Some(at) = rest.windows(piece.len().max(1)).position(|window| window == *piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// How much two lines have in common, at their beginnings and at their ends.
fn alike(line: &str, other: &str) -> usize {
    let ahead = line.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    ahead + line.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count()
}

/// The lines of a quote that are nowhere in a text.
fn missing<'a>(quote: &'a str, text: &str) -> Vec<&'a str> {
    quote.lines().filter(|line| *line != LEFT_OUT && !text.lines().any(|other| other == *line)).collect()
}

/// What is wrong with a quote, for people.
fn difference(quote: &str, text: &str) -> String {
    match missing(quote, text).first() {
        Some(line) => {
            let nearest = text.lines().max_by_key(|other| alike(line, other)).unwrap_or_default();
            format!("\n  {line}\nnearest:\n  {nearest}")
        }
        None => format!("its lines are there, but not like this\n{quote}"),
    }
}

/// A quote made anew: all of a text, or where lines are left out, of each piece that was quoted the one most like it, in their
/// order. Nothing where a piece has no likeness.
fn anew(quote: &str, text: &str) -> Option<String> {
    let quoted: Vec<&str> = quote.lines().collect();
    let lines: Vec<&str> = text.lines().collect();
    let pieces: Vec<&[&str]> = quoted.split(|line| *line == LEFT_OUT).collect();
    if pieces.len() == 1 {
        return Some(text.to_owned());
    }
    let (mut from, mut made) = (0, Vec::new());
    for (nth, piece) in pieces.iter().enumerate() {
        let last = lines.len().checked_sub(piece.len())?;
        let places = match nth {
            0 => 0..=0,
            _ if nth + 1 == pieces.len() => last.max(from)..=last,
            _ => from..=last,
        };
        let likeness = |at: &usize| -> usize {
            piece.iter().zip(&lines[*at..]).map(|(line, other)| alike(line, other)).sum()
        };
        // Of equal ones the first.
        let at = places.rev().max_by_key(likeness)?;
        if likeness(&at) * 2 < piece.iter().map(|line| line.chars().count()).sum() {
            return None;
        }
        from = at + piece.len();
        made.push(lines[at..from].join("\n"));
    }
    let gap = |made: &String| if made.is_empty() { String::new() } else { format!("{made}\n") };
    let anew = made.iter().map(gap).collect::<Vec<_>>().join(&format!("{LEFT_OUT}\n"));
    quotes(&anew, text).then_some(anew)
}

/// The key of a line such as `count = 2`, also where it is only a comment any more: `# count = 2`.
fn key(line: &str) -> Option<&str> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    line.split_once(" = ").map(|(key, _)| key).filter(|key| !key.contains([' ', '#']))
}

/// The lines of a table from its header to the next one, header excluded; with "" those above all tables.
fn table(lines: &[String], name: &str) -> Range<usize> {
    let header = |line: &String| line.starts_with('[');
    let begins = if name.is_empty() {
        0
    } else {
        1 + lines
            .iter()
            .position(|line| line.split(" #").next() == Some(name))
            .unwrap_or_else(|| panic!("{name}"))
    };
    let ends = lines[begins..].iter().position(header).map_or(lines.len(), |lasts| begins + lasts);
    begins..ends
}

/// Puts lines into a table: in the place of the one with the same key, or at its end.
fn in_table(text: &str, name: &str, edits: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits.lines() {
        let wanted = key(edit).unwrap_or_else(|| panic!("no key: {edit}"));
        let range = table(&lines, name);
        let is_live = |line: &&String| !line.starts_with('#') && key(line) == Some(wanted);
        let found = lines[range.clone()].iter().position(|line| is_live(&line));
        match found {
            Some(at) => lines[range.start + at] = edit.to_owned(),
            None => {
                let last = lines[range.clone()].iter().rposition(|line| key(line).is_some());
                lines.insert(range.start + last.map_or(0, |last| last + 1), edit.to_owned());
            }
        }
    }
    lines.join("\n") + "\n"
}

/// Puts a line in the place of every one with the same key.
fn everywhere(text: &str, edits: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for edit in edits.lines() {
        for line in lines.iter_mut().filter(|line| !line.starts_with('#') && key(line) == key(edit)) {
            *line = edit;
        }
    }
    lines.join("\n") + "\n"
}

// --- The tests -------------------------------------------------------------------------------------------------------

#[test]
fn the_story_can_be_followed() {
    let mut reader = Reader::new();
    for chapter in STORY {
        let text = source(chapter);
        reader.follow(chapter, &text);
        let mut blessed = text.clone();
        for (range, now) in reader.blessed.drain(..).rev() {
            blessed.replace_range(range, &now);
        }
        if blessed != text {
            std::fs::write(repository(&format!("docs/src/{chapter}.md")), blessed).unwrap();
        }
    }
    let wrong = reader.wrong.join("\n\n");
    assert!(wrong.is_empty(), "{wrong}\n\nNINEFOLD_BLESS=1 to accept what is quoted");
}

/// The products of the reference chapter are those of the program, in its order and in its words.
#[test]
fn the_products_are_those_of_the_program() {
    let output = Command::new(env!("CARGO_BIN_EXE_ninefold")).arg("profiles").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    let is_name = |line: &str| !line.is_empty() && !line.contains(' ');
    let named = lines.windows(2).filter(|pair| is_name(pair[0]) && pair[1].starts_with("  "));
    let rows: Vec<String> = named.map(|pair| format!("| `{}` | {} |", pair[0], pair[1].trim())).collect();
    assert!(rows.len() > 15, "{rows:?}");
    let chapter = source("products");
    let missing: Vec<&String> = rows.iter().filter(|row| !chapter.lines().any(|line| line == *row)).collect();
    assert!(missing.is_empty(), "docs/src/products.md lacks {missing:#?}");
    assert_eq!(chapter.lines().filter(|line| line.starts_with("| `")).count(), rows.len());
}

/// Every file of the book is in its table of contents, and every link leads somewhere: to a chapter and a heading in it, or
/// to a file of the repository. Those outside must not end in `.md`: in the built book it would become `.html`.
#[test]
fn links_lead_somewhere() {
    let summary = source("SUMMARY");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(repository("docs/src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let chapter = name.strip_suffix(".md").unwrap();
        if chapter != "SUMMARY" && !summary.contains(&format!("({name})")) {
            wrong.push(format!("SUMMARY.md lacks {name}"));
        }
        for (event, _) in Parser::new_ext(&source(chapter), Options::ENABLE_TABLES).into_offset_iter() {
            if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
                wrong.extend(dead(chapter, &dest_url).map(|why| format!("{name}: {dest_url}: {why}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Why a link leads nowhere.
fn dead(chapter: &str, link: &str) -> Option<&'static str> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let path = if path.is_empty() { format!("{chapter}.md") } else { path.to_owned() };
    if link.contains("://") || !repository("docs/src").join(&path).exists() {
        return Some("is not there");
    }
    let chapter = path.strip_suffix(".md")?;
    if path.contains('/') {
        return Some("would become .html");
    }
    let known = anchor.is_none_or(|anchor| anchors(&source(chapter)).iter().any(|known| known == anchor));
    (!known).then_some("has no such heading")
}

/// What mdBook calls the headings of a chapter.
fn anchors(text: &str) -> Vec<String> {
    let (mut anchors, mut heading) = (Vec::new(), None::<String>);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(said) | Event::Code(said) => {
                if let Some(heading) = &mut heading {
                    *heading += &said;
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let kept = heading.take().unwrap().to_lowercase().replace(' ', "-");
                anchors
                    .push(kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect());
            }
            _ => {}
        }
    }
    anchors
}

// --- The tools, put to the proof -------------------------------------------------------------------------------------

#[test]
fn a_quote_may_leave_out_lines_only_where_it_says_so() {
    let text = "a\nb\nc\nd\n";
    for right in [
        text,
        "…\n",
        "a\n…\n",
        "…\nd\n",
        "a\n…\nc\n…\n",
        "…\nb\nc\n…\n",
        "a\n…\nb\n…\nd\n",
        "a\n…\nb\nc\nd\n",
    ] {
        assert!(quotes(right, text), "{right}");
    }
    for wrong in [
        "a\nb\nc\n",
        "b\n…\n",
        "…\nc\n",
        "a\n…\nd\n…\nc\n",
        "…\nb\nd\n…\n",
        "a\nb\nx\nd\n",
        "",
        "a\n…\nd\ne\n",
    ] {
        assert!(!quotes(wrong, text), "{wrong}");
    }
}

#[test]
fn an_edit_changes_the_lines_that_it_names() {
    let text = "title = \"a\"\n[x]\ncount = 2 # why\nplace = [\"x-1\"]\n\n[y] # \"Y\"\ncount = 3\n";
    let edited = in_table(text, "[y]", "count = 4\nadmission = \"none\"\n");
    assert_eq!(edited, text.replace("count = 3", "count = 4\nadmission = \"none\""));
    let edited = in_table(text, "[x]", "# place = [\"x-1\"]\nnew = 1\n");
    assert_eq!(edited, text.replace("place = [\"x-1\"]\n", "# place = [\"x-1\"]\nnew = 1\n"));
    assert_eq!(in_table(text, "", "title = \"b\"\n"), text.replace("\"a\"", "\"b\""));
    let everywhere = everywhere(text, "count = 9\n");
    assert_eq!(everywhere, text.replace("count = 2 # why", "count = 9").replace("count = 3", "count = 9"));
}

#[test]
fn figures_are_found_where_they_stand() {
    assert_eq!(figures("loses 1,380 min [1,310, 1,500], 99.9 %."), ["1,380", "1,310", "1,500", "99.9"]);
    assert_eq!(words("a 'b c' --set=\"d\" ''"), ["a", "b c", "--set=d", ""]);
}

/// A reader who is told something else than the program says notices.
#[test]
fn a_wrong_book_is_noticed() {
    for (wrong, why) in [
        ("```sh\nninefold explain E001\n```\n```text\nsomething else\n…\n```\n", "quotes"),
        ("<!-- exit 3 -->\n```sh\nninefold explain E001\n```\n", "exit status: 0"),
        ("It takes 8,888 hosts.\n", "8,888 was never seen"),
        ("<!-- on stderr -->\nNo block here.\n", "in front of no block"),
    ] {
        let mut reader = Reader::new();
        reader.follow("wrong", wrong);
        assert!(reader.wrong.iter().any(|said| said.contains(why)), "{wrong}: {:?}", reader.wrong);
    }
    let text = "a 1\nb 1 c\nd\n";
    let said = difference("a 1\n…\nb 2 c\n", text);
    assert!(said.contains("b 2 c") && said.ends_with("b 1 c"), "{said}");
    assert_eq!(anew("a 1\n…\nb 2 c\n…\n", text).unwrap(), "a 1\n…\nb 1 c\n…\n");
    assert_eq!(anew("…\nb 2 c\nd\n", text).unwrap(), "…\nb 1 c\nd\n");
    assert_eq!(anew("…\nd\n…\na 2\n", text), None);
    assert_eq!(anew("…\nsomething else\n…\n", text), None);
    assert_eq!(anew("all\n", text).unwrap(), text);
    assert!(dead("import", "nowhere.md").is_some() && dead("import", "check.md#nothing").is_some());
}
