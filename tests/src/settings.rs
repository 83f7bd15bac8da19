//! The configuration of a product under test, including the servers that the test run has started.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;

use crate::app::CITY_PACK;

#[expect(clippy::disallowed_methods, reason = "the kit is told where the store is")]
pub(crate) fn foreign_store() -> String {
    let endpoint = std::env::var("TEST_S3_ENDPOINT").unwrap_or_else(|_| {
        panic!("TEST_S3_ENDPOINT is not set: this test needs an S3 store of another make. Run `tests/run`, which starts one.")
    });
    endpoint
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned()
}

/// Whether every test that does not ask for a store of its own uses that of another make (`tests/run garage`).
#[expect(clippy::disallowed_methods, reason = "the kit is told which store to use")]
pub(crate) fn foreign_store_everywhere() -> bool {
    std::env::var_os("TEST_S3_EVERYWHERE").is_some()
}

/// The keys of the store of another make: its own, if it does not take any (`tests/run garage`).
#[expect(
    clippy::disallowed_methods,
    reason = "the kit is told what the store's keys are"
)]
pub(crate) fn foreign_store_keys() -> Option<(String, String)> {
    let [key, secret] = ["TEST_S3_KEY", "TEST_S3_SECRET"].map(|name| std::env::var(name).ok());
    key.zip(secret)
}

/// The database's address through the pooler of the test run (`tests/run pooler`), if there is one.
#[expect(clippy::disallowed_methods, reason = "the kit is told where the pooler is")]
pub(crate) fn through_pooler(url: &str) -> Option<String> {
    let pooler = std::env::var("TEST_POOLER_URL").ok()?;
    let (_, name) = url.strip_prefix("postgres://")?.rsplit_once('/')?;
    Some(format!("{pooler}/{name}"))
}

/// The environment of a product under test.
#[must_use]
pub fn settings(database_url: &str, folder: &Path, clock_start: &str) -> BTreeMap<String, String> {
    let data_key = base64::engine::general_purpose::STANDARD.encode([7_u8; 32]);
    [
        ("DATABASE_URL", database_url.to_owned()),
        ("ZHITONG_BIND", "127.0.0.1:0".to_owned()),
        ("ZHITONG_DATA_DIR", folder.display().to_string()),
        ("ZHITONG_CLOCK_START", clock_start.to_owned()),
        ("WECHAT_MODE", "sandbox".to_owned()),
        (
            "JWT_SECRET",
            "a-secret-that-only-the-tests-know-0123456789".to_owned(),
        ),
        ("DATA_KEY", format!("k1:{data_key}")),
        ("CITY_PACK", CITY_PACK.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Straight to the address, whatever proxy the machine has; redirects are looked at, not followed.
pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("an HTTP client")
}
