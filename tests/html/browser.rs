//! Pages in a real browser, without a window.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// A browser of Chromium's family: the one that EQUIPARTITION_BROWSER names, else the first on the path. Without one the tests that need it
/// check nothing, and say so.
pub fn find() -> Option<PathBuf> {
    if let Some(browser) = env::var_os("EQUIPARTITION_BROWSER") {
        return Some(browser.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file());
    if found.is_none() {
        eprintln!(
            "\n*** SKIPPED: no browser is installed, so no page was opened in one. Install chromium, or name a browser of its \
             family in EQUIPARTITION_BROWSER. ***\n"
        );
    }
    found
}

/// What a browser had to say of a page.
#[derive(Debug)]
pub struct Visit {
    /// Its messages.
    pub console: Vec<String>,
    /// What the page asked the network for, apart from itself.
    pub requests: Vec<String>,
    /// What it made of the page.
    pub dom: String,
}

/// Opens a page, for at most a minute.
pub fn visit(browser: &Path, page: &str) -> Visit {
    let folder = tempfile::tempdir().expect("a folder");
    let [file, log, dom, errors] = ["page.html", "log.json", "dom", "errors"].map(|name| folder.path().join(name));
    fs::write(&file, page).expect("a file");
    let create = |path: &Path| Stdio::from(fs::File::create(path).expect("a file"));
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--enable-logging=stderr",
            "--v=0",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"])
        // What the browser itself wants to know, it does not learn.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND")
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(create(&dom))
        .stderr(create(&errors))
        .spawn()
        .expect("the browser starts");
    let start = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("the browser did not finish within a minute");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let messages = read(&errors);
    let console = messages.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    let log: Value = serde_json::from_str(&read(&log)).expect("the browser's log of the network");
    let started = &log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"];
    assert!(started.is_number(), "the log tells of requests");
    let events = log["events"].as_array().expect("events");
    let requests = events
        .iter()
        .filter(|event| event["type"] == *started)
        // The browser's own requests come from no page.
        .filter(|event| event["params"]["initiator"] != "not an origin")
        .filter_map(|event| event["params"]["url"].as_str())
        .filter(|address| !address.starts_with("file://"))
        .map(str::to_owned)
        .collect();
    Visit { console, requests, dom: read(&dom) }
}
