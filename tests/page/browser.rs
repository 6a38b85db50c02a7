//! The page in a real browser: it fetches nothing and complains of nothing, tips tell, tables sort, timelines open up, by mouse and by
//! keyboard, in the light, in the dark, on a telephone and on paper.
//!
//! One browser and one page for all of it, since starting them takes most of the time.

use std::path::PathBuf;

use serde_json::{Value, json};

use ninefold::report::page;

use super::driver::{self, Browser};
use super::made::{Made, made, san_diego};

const HOSTILE: &str = "<img src=x onerror=window.hacked=1>";

/// San Diego, with a service whose VMs have a name that means harm.
fn hostile_case() -> Made {
    let mut made = made(&san_diego().replace("service.mail", &format!("service.\"{HOSTILE}\"")), 30);
    made.result.scenario.title = format!("San Diego {HOSTILE}");
    made
}

#[test]
fn in_a_real_browser() {
    let Some(browser) = driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let made = hostile_case();
    let file: PathBuf = folder.path().join("report.html");
    std::fs::write(&file, page::html(&made.result, Some(&made.replays))).unwrap();
    browser.fetched();
    browser.open(&file);
    is_quiet_and_alone(&browser, &file);
    hostile_names_are_text(&browser);
    charts_are_there(&browser);
    tips_tell_what_is_under_the_pointer(&browser);
    tips_tell_by_keyboard(&browser);
    tables_sort(&browser);
    one_choice_is_made_everywhere(&browser);
    the_chance_of_more_is_read_off(&browser, &made);
    timelines_open_up_by_mouse(&browser);
    timelines_open_up_by_keyboard(&browser);
    headroom_tells_of_an_instant(&browser);
    dark_and_light_can_be_read(&browser);
    a_telephone_has_room(&browser);
    paper_has_what_is_chosen(&browser);
    assert_eq!(browser.console(), [""; 0], "nothing of all this is an error");
    what_is_injected_does_not_run(&browser);
}

fn is_quiet_and_alone(browser: &Browser, file: &std::path::Path) {
    assert_eq!(browser.console(), [""; 0], "the console is empty");
    let fetched = browser.fetched();
    let own = format!("file://{}", file.display());
    assert!(fetched.contains(&own), "requests are seen: {fetched:?}");
    // On a busy machine the browser's own first page is still being built, of parts that no file may fetch.
    let is_inside = |url: &str| url.starts_with("data:") || url.starts_with("chrome://");
    let others: Vec<&String> = fetched.iter().filter(|url| **url != own && !is_inside(url)).collect();
    assert!(others.is_empty(), "nothing else is fetched: {others:?}");
    assert!(browser.holds("return document.querySelectorAll('.tabs').length >= 4"), "the script has run");
}

fn hostile_names_are_text(browser: &Browser) {
    assert!(browser.holds("return window.hacked === undefined && document.images.length === 0"));
    assert!(browser.text("return document.querySelector('h1').textContent").contains(HOSTILE));
    assert_eq!(browser.text("return document.title"), format!("San Diego {HOSTILE}"));
    let names =
        "return [...document.querySelectorAll('#services summary h3')].map(e => e.textContent).join('|')";
    assert!(browser.text(names).contains(HOSTILE));
}

fn charts_are_there(browser: &Browser) {
    let sizes = "return [...document.querySelectorAll('.chart svg')].filter(e => e.checkVisibility()).map(e => { const r = \
                 e.getBoundingClientRect(); return Math.min(r.width, r.height * 5) })";
    let sizes: Vec<f64> =
        browser.run(sizes).as_array().unwrap().iter().map(|size| size.as_f64().unwrap()).collect();
    assert!(sizes.len() >= 10 && sizes.iter().all(|size| *size > 300.0), "{sizes:?}");
    let drawn = "return Math.min(...['.line', '.step', '.class', '.room', '.worst'].map(s => \
                 document.querySelectorAll(s).length))";
    assert!(browser.number(drawn) >= 5.0, "lines, bars and steps are in them");
    assert!(browser.number("return document.querySelectorAll('#worst-0 .boxes rect').length") > 50.0);
}

/// The middle of an element, in the window, when it has been brought there.
fn middle(browser: &Browser, element: &str) -> (f64, f64) {
    let script = format!(
        "const e = {element}; e.scrollIntoView({{ block: 'center', behavior: 'instant' }}); const r = e.getBoundingClientRect(); \
         return [r.left + r.width / 2, r.top + r.height / 2]"
    );
    let place = browser.run(&script);
    (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
}

const TIP: &str = "const t = document.querySelector('.tip'); return t.checkVisibility() ? t.textContent : ''";

fn tips_tell_what_is_under_the_pointer(browser: &Browser) {
    let mark = "document.querySelector('#downtime [data-tip] .marker')";
    browser.point(middle(browser, mark));
    let tip = browser.text(TIP);
    assert!(tip.starts_with("none\n") && tip.contains("min a year") && tip.contains("nines"), "{tip}");
    let inside = "const r = document.querySelector('.tip').getBoundingClientRect(); return r.left >= 0 && r.top >= 0 && r.right <= \
                  innerWidth && r.bottom <= innerHeight";
    assert!(browser.holds(inside));
    browser.point(middle(browser, "document.querySelector('h1')"));
    assert_eq!(browser.text(TIP), "", "it goes when the pointer does");
}

const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const ESCAPE: &str = "\u{e00c}";

fn tips_tell_by_keyboard(browser: &Browser) {
    browser.run("document.querySelector('#downtime .chart').focus()");
    browser.press(DOWN);
    assert!(browser.text(TIP).starts_with("none\n"));
    browser.press(DOWN);
    assert!(browser.text(TIP).starts_with("host-cluster\n"));
    browser.press(ESCAPE);
    assert_eq!(browser.text(TIP), "");
    assert!(
        browser.holds("return document.querySelector('.tip').getAttribute('role') === 'status'"),
        "it is said aloud"
    );
}

fn tables_sort(browser: &Browser) {
    let column = "return [...document.querySelectorAll('#strategies tbody')[0].rows].map(r => Number(r.cells[1].dataset.key))";
    let numbers = || -> Vec<f64> {
        browser.run(column).as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
    };
    let before = numbers();
    let mut sorted = before.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(before.len() == 5 && before != sorted);
    let head = "#strategies thead th:nth-child(2) button";
    let told = || {
        browser.text(
            "return document.querySelector('#strategies thead th:nth-child(2)').getAttribute('aria-sort')",
        )
    };
    browser.click(head);
    assert_eq!((numbers(), &*told()), (sorted.iter().rev().copied().collect(), "descending"));
    browser.click(head);
    assert_eq!((numbers(), &*told()), (sorted, "ascending"));
    // By keyboard, back to the order of the scenario.
    browser.run(&format!("document.querySelector('{head}').focus()"));
    browser.press(" ");
    assert_eq!((numbers(), &*told()), (before, "none"));
}

fn one_choice_is_made_everywhere(browser: &Browser) {
    let shown = "return [...document.querySelectorAll('.choice[data-choice=strategy]')].map(c => [...c.children].filter(p => \
                 p.matches('.panel') && p.checkVisibility()).map(p => p.querySelector('.of').textContent).join()).join(';')";
    assert_eq!(browser.text(shown), "none;none;none");
    browser.run("document.querySelector('#timeline .tabs input').focus()");
    browser.press(RIGHT);
    assert_eq!(browser.text(shown), "host-cluster;host-cluster;host-cluster");
    browser.run("document.querySelector('#causes .tabs input').click()");
    assert_eq!(browser.text(shown), "none;none;none");
}

/// The slider's answer is the share of instances that the result's own points give.
fn the_chance_of_more_is_read_off(browser: &Browser, made: &Made) {
    browser.run("document.querySelectorAll('#distribution .tabs input')[1].click()");
    let set = "const s = document.querySelector('#chance-1 ~ * input, #chance-1 input'); s.value = 620; s.dispatchEvent(new \
               Event('input')); return document.querySelector('#chance-1 .reader').textContent";
    let told = browser.text(set);
    let axis = browser.run("return JSON.parse(document.getElementById('data').textContent).axes[1]");
    let (from, to) = (axis["from"].as_f64().unwrap(), axis["to"].as_f64().unwrap());
    let seconds = from * (to / from).powf(0.62);
    for strategy in &made.result.strategies {
        let service = &strategy.services[0];
        let points = &service.downtime_s.quantiles;
        let within =
            points.iter().filter(|(_, length)| *length <= seconds).map(|(p, _)| *p).fold(0.0, f64::max);
        // The picture has fewer points: three in a hundred of a chance apart.
        let about = [0.96, 1.0, 1.04].map(|part| ((1.0 - within) * part * 100.0).round());
        let start = told
            .find(&format!("{}: ", strategy.name))
            .unwrap_or_else(|| panic!("{} in {told}", strategy.name));
        let number: String = told[start..]
            .split(": ")
            .nth(1)
            .unwrap()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let number: f64 = number.parse().unwrap_or(0.0);
        assert!(
            number >= about[0] - 1.0 && number <= about[2] + 1.0,
            "{}: {number} and not {about:?} in {told}",
            strategy.name
        );
    }
}

const RANGE: &str = "return document.querySelector('#worst-0 .zoom output').textContent";
const BOXES: &str = "return document.querySelectorAll('#worst-0 .boxes rect').length";

fn timelines_open_up_by_mouse(browser: &Browser) {
    let (whole, all) = (browser.text(RANGE), browser.number(BOXES));
    assert!(whole.starts_with("day 0") && whole.contains("day 365"), "{whole}");
    // Drag over a stretch of it.
    let (x, y) = middle(browser, "document.querySelector('#worst-0 .track')");
    browser.drag((x - 60.0, y), (x + 60.0, y));
    let closer = browser.text(RANGE);
    assert_ne!(closer, whole);
    assert!(browser.number(BOXES) < all, "fewer boxes are in it");
    assert!(browser.number(BOXES) > 0.0);
    // A box tells what it is.
    let largest = "[...document.querySelectorAll('#worst-0 .boxes rect')].sort((a, b) => b.getAttribute('width') - \
                   a.getAttribute('width'))[0]";
    browser.point(middle(browser, largest));
    let tip = browser.text(TIP);
    assert!(tip.contains("day ") && tip.contains(" for ") && tip.lines().count() == 3, "{tip}");
    browser.double_click(middle(browser, "document.querySelector('#worst-0 .track')"));
    assert_eq!(browser.text(RANGE), whole, "and back");
    browser.click("#worst-0 .zoom button");
    assert_ne!(browser.text(RANGE), whole, "a button does it too");
    browser.click("#worst-0 .zoom button:nth-of-type(5)");
    assert_eq!((browser.text(RANGE), browser.number(BOXES)), (whole, all));
}

fn timelines_open_up_by_keyboard(browser: &Browser) {
    let whole = browser.text(RANGE);
    browser.run("document.querySelector('#worst-0 .chart').focus()");
    browser.press("++++");
    let closer = browser.text(RANGE);
    assert_ne!(closer, whole);
    browser.press(RIGHT);
    let later = browser.text(RANGE);
    assert!(later != closer && later != whole);
    browser.press("-");
    assert_ne!(browser.text(RANGE), later);
    browser.press("0");
    assert_eq!(browser.text(RANGE), whole);
    browser.press(DOWN);
    assert!(browser.text(TIP).contains(" for "), "boxes are reached as well: {}", browser.text(TIP));
    browser.press(ESCAPE);
}

fn headroom_tells_of_an_instant(browser: &Browser) {
    browser.point(middle(browser, "document.querySelector('#room-0 svg')"));
    let tip = browser.text(TIP);
    assert!(
        ["hosts up: ", "memory free, %: ", "VMs down: ", "typical"].iter().all(|part| tip.contains(part)),
        "{tip}"
    );
    // A scroll that is over is told of late, and takes nothing away; one that takes the chart away takes the tip along.
    browser.run("document.dispatchEvent(new Event('scroll'))");
    assert_eq!(browser.text(TIP), tip);
    browser.run("scrollBy({ top: 2 * innerHeight, behavior: 'instant' })");
    let is_gone = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        browser.text(TIP).is_empty()
    });
    assert!(is_gone, "it stays where nothing is");
    browser.point(middle(browser, "document.querySelector('h1')"));
}

fn emulate(browser: &Browser, media: &str, scheme: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
    browser.command("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
}

/// The contrast of a text with the ground that it stands on, as WCAG counts it.
const CONTRASTS: &str = "const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => { v /= 255; return v <= \
    0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b }; const ground = e => { while \
    (e) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$|transparent/.test(c)) return c; e = e.parentElement } return \
    'rgb(255,255,255)' }; const all = ['h1', '.verdict', '.more', 'caption', 'thead th', 'td.figure', 'figcaption', '.note, .quiet', \
    '.contents a', '.source', '.reader label', '.tabs label']; const texts = all.flatMap(s => { const e = document.querySelector(s); \
    return e ? [[s, getComputedStyle(e).color, ground(e)]] : [] }); const fills = ['.tick', '.label', '.head', '.value'].map(s => { \
    const e = document.querySelector(s); return [s, getComputedStyle(e).fill, ground(e.closest('section'))] }); const inside = \
    [...document.querySelectorAll('.inside')].map(e => ['inside', getComputedStyle(e).fill, \
    getComputedStyle(e.previousElementSibling).fill]); return [...texts, ...fills, ...inside].map(([s, a, b]) => { const [x, y] = \
    [light(a), light(b)].sort((p, q) => q - p); return [s, (x + 0.05) / (y + 0.05)] })";

fn dark_and_light_can_be_read(browser: &Browser) {
    let ground = "return getComputedStyle(document.body).backgroundColor";
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        emulate(browser, "screen", scheme);
        grounds.push(browser.text(ground));
        let contrasts = browser.run(CONTRASTS);
        let contrasts: Vec<(String, f64)> = contrasts
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_f64().unwrap()))
            .collect();
        assert!(contrasts.len() > 25, "{contrasts:?}");
        let faint: Vec<&(String, f64)> = contrasts.iter().filter(|(_, contrast)| *contrast < 4.5).collect();
        assert!(faint.is_empty(), "{scheme}: {faint:?}");
    }
    assert_ne!(grounds[0], grounds[1]);
    emulate(browser, "screen", "light");
}

/// Nothing is scrolled sideways, not even a table: its rows are cards, in which every figure says what it is.
fn a_telephone_has_room(browser: &Browser) {
    let size = |width: u32| json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    browser.command("Emulation.setDeviceMetricsOverride", size(400));
    let wide = browser.number("return document.documentElement.scrollWidth");
    assert!(wide <= 400.0, "the page is {wide} wide");
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })");
    let tables = "return [...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility()).map(e => e.scrollWidth - \
                  e.clientWidth)";
    let beyond = browser.run(tables);
    let beyond: Vec<f64> = beyond.as_array().unwrap().iter().map(|part| part.as_f64().unwrap()).collect();
    assert!(beyond.len() >= 10 && beyond.iter().all(|part| *part <= 0.0), "{beyond:?}");
    let named = "return [...document.querySelectorAll('#services tbody td')].every(cell => { const head = \
                 cell.closest('table').tHead.rows[0].cells[cell.cellIndex].textContent; return head && \
                 getComputedStyle(cell, '::before').content === JSON.stringify(head) })";
    assert!(browser.holds(named), "figures without a name");
    // They can still be sorted, and are still tables for who listens to them.
    let first = "return document.querySelector('#strategies tbody th').textContent";
    let before = browser.text(first);
    browser.click("#strategies thead th:nth-child(2) button");
    browser.click("#strategies thead th:nth-child(2) button");
    assert_ne!(browser.text(first), before, "from the least on");
    browser.click("#strategies thead th:nth-child(2) button");
    assert_eq!(browser.text(first), before);
    let cells = "return [...document.querySelectorAll('#strategies tbody td')].every(e => e.getAttribute('role') === 'cell')";
    assert!(browser.holds(cells));
    browser.command("Emulation.clearDeviceMetricsOverride", json!({}));
}

/// Paper has every section, of charts that one chooses between the chosen one, and a line that says so.
fn paper_has_what_is_chosen(browser: &Browser) {
    browser.run("document.querySelectorAll('#timeline .tabs input')[1].click()");
    emulate(browser, "print", "dark");
    assert!(
        browser.holds("return !document.querySelector('.contents').checkVisibility()"),
        "there is nothing to click on paper"
    );
    let sections = "return [...document.querySelectorAll('section')].every(e => e.checkVisibility())";
    assert!(browser.holds(sections));
    let shown = "return [...document.querySelectorAll('.tabbed')].map(c => [...c.querySelectorAll(':scope > .panel')].filter(p => \
                 p.checkVisibility()).map(p => p.querySelector('.of').checkVisibility() && p.querySelector('.of').textContent))";
    let shown = browser.run(shown);
    let shown = shown.as_array().unwrap();
    assert!(
        shown.len() >= 4 && shown.iter().all(|panels| panels.as_array().unwrap().len() == 1),
        "{shown:?}"
    );
    assert!(shown.iter().filter(|panels| panels[0] == "host-cluster").count() == 3, "{shown:?}");
    let said = "return getComputedStyle(document.querySelector('.tabbed'), '::after').content";
    assert!(browser.text(said).contains("what is chosen on the screen"));
    let ground = browser.text("return getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(255, 255, 255)", "paper is white, in the dark too");
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "", "features": [] }));
    let pdf = browser.command(
        "Page.printToPDF",
        json!({ "printBackground": true, "paperWidth": 8.27, "paperHeight": 11.69 }),
    );
    let Value::String(pdf) = &pdf["data"] else { panic!("no PDF") };
    use base64::Engine as _;
    let pdf = base64::engine::general_purpose::STANDARD.decode(pdf).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let pages = pdf.windows(11).filter(|bytes| bytes == b"/Type /Page" || bytes == b"/Type/Page\n").count();
    // One of these windows is the list of all pages.
    assert!((8..=16).contains(&pages), "{pages} pages");
    assert!(pdf.len() < 5_000_000, "{} bytes", pdf.len());
    assert!(
        browser.holds("return [...document.querySelectorAll('details')].every(d => d.open)"),
        "nothing is folded up"
    );
}

/// The twin of the silence above: what the page must not do would be noticed.
fn what_is_injected_does_not_run(browser: &Browser) {
    browser.run(
        "window.broken = []; addEventListener('securitypolicyviolation', e => window.broken.push(e.effectiveDirective)); const s = \
         document.createElement('script'); s.textContent = 'window.hacked = 2'; document.body.append(s); const i = new Image(); i.src = \
         'http://127.0.0.1:9/x.png'; document.body.append(i); const t = document.createElement('style'); t.textContent = 'body { display: \
         none }'; document.head.append(t)",
    );
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(browser.holds("return window.hacked === undefined && document.body.checkVisibility()"));
    let broken = browser.text("return window.broken.sort().join()");
    assert_eq!(broken, "img-src,script-src-elem,style-src-elem");
    assert!(!browser.console().is_empty(), "the console tells of it");
}
