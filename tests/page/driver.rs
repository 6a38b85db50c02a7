//! A browser, driven over WebDriver by as little as it takes: JSON over HTTP to a driver that listens on this machine alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A driver's process, ended with it.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One browser with one window.
pub(crate) struct Browser {
    port: u16,
    session: String,
    /// After the session, which is ended first.
    _driver: Driver,
    /// Where the browser keeps its files.
    _profile: tempfile::TempDir,
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Starts one where somebody asks for it, by `NINEFOLD_BROWSER=1`: it takes a while, and a browser that is not everywhere.
pub(crate) fn start() -> Option<Browser> {
    if std::env::var_os("NINEFOLD_BROWSER").is_none_or(|value| value != "1") {
        println!("skipped: NINEFOLD_BROWSER=1 asks for it; tests/page/setup.sh installs the browser");
        return None;
    }
    let (Some(browser), Some(driver)) = (on_path("chromium"), on_path("chromedriver")) else {
        panic!("no chromium and chromedriver: run tests/page/setup.sh");
    };
    let mut child = Command::new(driver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the driver starts");
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let driver = Driver(child);
    // "ChromeDriver was started successfully on port 34567."
    let port = stdout.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    let port = port.expect("the driver says where it listens");
    let profile = tempfile::tempdir().unwrap();
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        // A page that is still scrolling smoothly is nowhere that a pointer can be sent to.
        "--force-prefers-reduced-motion".to_owned(),
        "--window-size=1280,1000".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    let wanted = json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        "goog:chromeOptions": { "binary": browser, "args": arguments },
    } } });
    let session = call(port, "POST", "/session", Some(&wanted));
    let session = session["sessionId"].as_str().expect("a session").to_owned();
    Some(Browser { port, session, _driver: driver, _profile: profile })
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser with the session.
        let _ = exchange(self.port, "DELETE", &format!("/session/{}", self.session), None);
    }
}

/// Asks, and answers with the `value`.
fn call(port: u16, method: &str, path: &str, body: Option<&Value>) -> Value {
    let (status, mut answer) = exchange(port, method, path, body).expect("the driver answers");
    assert_eq!(status, 200, "{method} {path} {body:?}: {answer}");
    answer["value"].take()
}

fn exchange(port: u16, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<(u32, Value)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let body = body.map_or_else(String::new, Value::to_string);
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    stream.read_line(&mut line)?;
    if let Some(code) = line.split(' ').nth(1) {
        status = code.parse().unwrap_or(0);
    }
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0)
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok((status, serde_json::from_slice(&answer)?))
}

impl Browser {
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        call(self.port, method, &format!("/session/{}{path}", self.session), Some(body))
    }

    pub(crate) fn open(&self, file: &std::path::Path) {
        self.ask("POST", "/url", &json!({ "url": format!("file://{}", file.display()) }));
    }

    /// Runs a script in the page, outside of what the page's own policy allows it.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    pub(crate) fn text(&self, script: &str) -> String {
        let value = self.run(script);
        value.as_str().unwrap_or_else(|| panic!("{script} gives {value}")).to_owned()
    }

    pub(crate) fn number(&self, script: &str) -> f64 {
        let value = self.run(script);
        value.as_f64().unwrap_or_else(|| panic!("{script} gives {value}"))
    }

    pub(crate) fn holds(&self, script: &str) -> bool {
        self.run(script) == Value::Bool(true)
    }

    fn element(&self, selector: &str) -> String {
        let found = self.ask("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        // Not under the bar that stays at the top.
        self.run(&format!(
            "document.querySelector('{selector}').scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        ));
        self.ask("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Types into what has the focus.
    pub(crate) fn press(&self, keys: &str) {
        let each = keys.chars().flat_map(|key| {
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        });
        let actions: Vec<Value> = each.collect();
        self.ask(
            "POST",
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] }),
        );
    }

    fn pointer(&self, actions: &[Value]) {
        let source = json!({
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions,
        });
        self.ask("POST", "/actions", &json!({ "actions": [source] }));
    }

    fn to((x, y): (f64, f64)) -> Value {
        json!({ "type": "pointerMove", "duration": 20, "x": x.round(), "y": y.round(), "origin": "viewport" })
    }

    /// Moves the pointer to a place in the window.
    pub(crate) fn point(&self, at: (f64, f64)) {
        self.pointer(&[Browser::to(at)]);
    }

    /// Presses the button here and lets go of it there.
    pub(crate) fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        let middle = ((from.0 + to.0) / 2.0, to.1);
        let (down, up) =
            (json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 }));
        self.pointer(&[Browser::to(from), down, Browser::to(middle), Browser::to(to), up]);
    }

    pub(crate) fn double_click(&self, at: (f64, f64)) {
        let (down, up) =
            (json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 }));
        self.pointer(&[Browser::to(at), down.clone(), up.clone(), down, up]);
    }

    /// What a browser can do that WebDriver has no word for.
    pub(crate) fn command(&self, name: &str, parameters: Value) -> Value {
        self.ask("POST", "/goog/cdp/execute", &json!({ "cmd": name, "params": parameters }))
    }

    /// What the console says, and forgets then.
    pub(crate) fn console(&self) -> Vec<String> {
        self.log("browser")
    }

    /// Everything that was fetched since anybody asked, by its address.
    pub(crate) fn fetched(&self) -> Vec<String> {
        let entries = self.log("performance").into_iter().filter_map(|entry| {
            let entry: Value = serde_json::from_str(&entry).ok()?;
            let message = &entry["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().unwrap_or_default().to_owned())
        });
        entries.collect()
    }

    fn log(&self, kind: &str) -> Vec<String> {
        let entries = self.ask("POST", "/se/log", &json!({ "type": kind }));
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
