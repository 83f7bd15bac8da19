//! `zhitong clients` as a process beside the serving product: keys made, rotated and revoked on the command line.

use std::process::{Command, Output};

use chrono::TimeDelta;
use entity::api_client;
use sea_orm::EntityTrait as _;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::orders::{Report, number};
use tests::programs::product;
use tests::settings::settings;
use tests::{Client, TestApp, on_both_databases};

const NAME: &str = "市12345平台";

/// Runs `zhitong clients` with these arguments, on the data of the product and at its time.
async fn clients(app: &TestApp, arguments: &[&str]) -> Output {
    let database = app.app().config.database.server_url().expose_secret();
    let mut command = Command::new(product());
    command
        .arg("clients")
        .args(arguments)
        .current_dir(app.folder())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(settings(database, app.folder(), &app.now().to_rfc3339()));
    let run = tokio::task::spawn_blocking(move || command.output().expect("the command runs"));
    run.await.expect("the command ends")
}

/// Output of a command that succeeded.
async fn printed(app: &TestApp, arguments: &[&str]) -> String {
    let output = clients(app, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Complaint of a command that failed; it prints no result.
async fn refusal(app: &TestApp, arguments: &[&str]) -> String {
    let output = clients(app, arguments).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// The word after `label`, which begins a line.
fn after(text: &str, label: &str) -> String {
    let found = text.lines().find_map(|line| line.strip_prefix(label));
    let found = found.unwrap_or_else(|| panic!("no {label}: {text}"));
    found.trim().to_owned()
}

async fn stored(app: &TestApp) -> api_client::Model {
    let only = api_client::Entity::find().all(&app.app().db).await.unwrap();
    assert_eq!(only.len(), 1);
    only.into_iter().next().unwrap()
}

on_both_databases! {
    async fn a_key_of_the_command_line_is_printed_once_and_acts_as_its_client(app: TestApp) {
        assert_eq!(printed(&app, &["list"]).await, "");
        let created = printed(&app, &["create", NAME, "--scope", "link", "--scope", "orders:read"]).await;
        let (id, key) = (after(&created, "client "), after(&created, "key "));
        assert!(key.starts_with("zk_") && created.matches(&key).count() == 1, "{created}");
        assert!(created.contains("it is not shown again"), "{created}");
        let row = format!("{:?}", stored(&app).await);
        assert!(!row.contains(key.trim_start_matches("zk_")), "{row}");
        let hash: String = Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(row.contains(&hash), "{row}");
        let listed = printed(&app, &["list"]).await;
        assert!(listed.contains(&id) && listed.contains("never used") && !listed.contains("zk_"), "{listed}");

        let order = app.delegate("涧西区").await.submit(&Report::at(tests::places::JIANXI).category("占道经营")).await;
        let client = Client::with_token(&app, &key);
        let accepted = json!({ "event_id": "e-1", "type": "accepted", "number": number(&order), "at": app.now() });
        client.post("/link/events", accepted).await.assert_ok();
        client.get("/orders/changes").await.assert_problem(403, "scope_missing");
        let timeline = app.operator().await.get(&format!("/orders/{}/timeline", number(&order))).await;
        assert!(timeline.text().contains(&format!("接口·{NAME}")), "{}", timeline.text());
        let listed: Value = serde_json::from_str(&printed(&app, &["list", "--json"]).await).unwrap();
        let item = &listed["items"][0];
        assert_eq!((&item["id"], &item["scopes"]), (&json!(id), &json!(["link", "orders:read"])));
        assert!(item["last_used_at"].is_string() && item["revoked_at"].is_null(), "{listed}");
        assert!(!listed.to_string().contains("key"), "{listed}");
        app.run_jobs().await;
    }

    async fn the_command_line_rotates_and_revokes_a_key(app: TestApp) {
        let created = printed(&app, &["create", "数据仓库", "--scope", "orders:read", "--json"]).await;
        let created: Value = serde_json::from_str(&created).unwrap();
        let id = created["id"].as_str().unwrap();
        let first = Client::with_token(&app, created["key"].as_str().unwrap());
        let rotated = printed(&app, &["rotate", id]).await;
        let second = Client::with_token(&app, &after(&rotated, "key "));
        assert_ne!(first.token(), second.token());
        for client in [&first, &second] {
            client.get("/orders?scope=all").await.assert_ok();
        }
        app.advance(TimeDelta::hours(25)).await;
        first.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        second.get("/orders?scope=all").await.assert_ok();
        assert_eq!(printed(&app, &["revoke", id]).await, "");
        second.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        assert!(printed(&app, &["list"]).await.contains("revoked"));
        for again in ["revoke", "rotate"] {
            let said = refusal(&app, &[again, id]).await;
            assert!(said.contains("no active client has this id"), "{again}: {said}");
        }
        app.run_jobs().await;
    }

    async fn a_wrong_scope_or_unit_is_refused_in_words_and_makes_no_client(app: TestApp) {
        for (wrong, sentence) in [
            (["--scope", "orders:all"].as_slice(), "scopes: 权限范围不正确。 (unknown_scope)"),
            (["--scope", "link", "--unit", "没有的单位"].as_slice(), "unit: 没有这个单位。 (unknown_unit)"),
            (["--scope", "link", "--area", "没有的区"].as_slice(), "area: 没有这个区县。 (unknown_area)"),
        ] {
            let said = refusal(&app, &[["create", NAME].as_slice(), wrong].concat()).await;
            assert!(said.contains(sentence), "{said}");
        }
        assert_eq!(printed(&app, &["list"]).await, "");
        // A unit that exists is taken by its name.
        printed(&app, &["create", NAME, "--scope", "link", "--unit", "涧西区人民政府"]).await;
        assert!(stored(&app).await.unit_id.is_some());
        app.run_jobs().await;
    }
}
