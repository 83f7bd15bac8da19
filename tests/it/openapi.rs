//! The OpenAPI document against the source: nothing is served that it does not describe, and each
//! operation names its refusals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tests::document::{operations, served};

/// Served but not described: pages, operations, the stand-in for WeChat.
const NOT_DESCRIBED: [&str; 9] = [
    "/calendar",
    "/healthz",
    "/readyz",
    "/metrics",
    "/media",
    "/sandbox",
    "/docs",
    "/open311",
    "/scan",
];

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src")
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// `(method, path)` of every `#[get("…")]`, `#[post("…")]`, … in the source; paths without their scope. The console's
/// are pages below a scope of their own.
fn routes_in_source() -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(&source_root(), &mut files);
    let mut routes = Vec::new();
    files.retain(|file| !file.starts_with(source_root().join("console")));
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for line in text.lines() {
            for method in ["get", "post", "put", "delete"] {
                let path = line
                    .trim()
                    .strip_prefix(&format!("#[{method}(\""))
                    .and_then(|rest| rest.split('"').next());
                if let Some(path) = path {
                    routes.push((method.to_owned(), path.to_owned()));
                }
            }
        }
    }
    routes
}

#[test]
fn every_route_is_described() {
    let described: BTreeSet<_> = operations(&served())
        .into_iter()
        .map(|op| (op.method, op.path.trim_start_matches("/api/v1").to_owned()))
        .collect();
    let missing: Vec<_> = routes_in_source()
        .into_iter()
        .filter(|(_, path)| !NOT_DESCRIBED.iter().any(|prefix| path.starts_with(prefix)))
        .filter(|(method, path)| {
            let plain = without_patterns(path);
            !described.iter().any(|(m, p)| m == method && p.ends_with(&plain))
        })
        .collect();
    assert!(missing.is_empty(), "served but not in the document: {missing:?}");
}

/// `/{code:[A-Z]+}` → `/{code}`, as the document has it.
fn without_patterns(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.split_once(':') {
        Some((name, _)) if part.starts_with('{') => format!("{name}}}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_names_its_refusals() {
    let mut faults = Vec::new();
    for op in operations(&served()) {
        let (path, operation) = (&op.path, &op.description);
        let responses = operation["responses"].as_object().unwrap();
        let mut say = |what: String| faults.push(format!("{}: {what}", op.name()));
        for (status, response) in responses {
            let is_error = status.starts_with('4') || status.starts_with('5');
            let is_problem = response["content"]["application/problem+json"].is_object();
            if is_error && !is_problem && path.starts_with("/api/v1") {
                say(format!("{status} is not application/problem+json"));
            }
        }
        let body = operation.get("requestBody").is_some();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().any(|parameter| parameter["in"] == "path");
        let in_query = parameters.iter().any(|parameter| parameter["in"] == "query");
        if path.starts_with("/api/v1") {
            for (wanted, when) in [("400", body || in_query), ("404", in_path)] {
                if when && !responses.contains_key(wanted) {
                    say(format!("does not name {wanted}"));
                }
            }
        }
        if !responses
            .keys()
            .any(|status| status.starts_with('2') || status.starts_with('3'))
        {
            say("names no success".to_owned());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn operations_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for op in operations(&served()) {
        let name = op.description["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(!name.is_empty(), "{} has no operationId", op.name());
        assert!(
            seen.insert(name.clone()),
            "{}: operationId {name} is taken",
            op.name()
        );
    }
}

/// `docs/openapi.json` is what reviewers read: a change of the API shows there as a change of lines.
#[test]
fn the_document_is_checked_in() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let now = serde_json::to_string_pretty(&served()).unwrap() + "\n";
    #[expect(clippy::disallowed_methods, reason = "UPDATE=1 writes the file anew")]
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == now,
        "docs/openapi.json is not the served document; run UPDATE=1 cargo test --workspace --test it -- openapi and look at the change"
    );
}

tests::on_both_databases! {
    async fn what_is_served_is_the_document(app: TestApp) {
        let answer = app.anonymous().get("/openapi.json").await.ok();
        assert_eq!(answer["openapi"], "3.1.0");
        assert_eq!(answer["paths"], served()["paths"]);
        let page = app.anonymous().get("/docs/").await;
        page.assert_status(200);
        let text = page.text();
        assert!(!text.contains("http://") && !text.contains("https://"), "the page works without internet: {text}");
    }
}
