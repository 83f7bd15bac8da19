//! 有事请扫码: sites, their codes and their pages; `messages`: what residents leave there.

use serde_json::{Value, json};
use tests::orders::Report;
use tests::places::LUOLONG;
use tests::residents::Resident;
use tests::{Client, Db, PersonQuery, TestApp};

mod messages;

/// Of the demo: 韩振华 and 杨晓东 look after it.
const STATION: &str = "LL-STATION-01";
/// Of the demo: lighting, to the city's bureau of housing.
const TUNNEL: &str = "BMS-TUNNEL";
const BUREAU: &str = "洛阳市住房和城乡建设局";
const TEXT: &str = "小区门口的路灯坏了三盏，晚上看不见路。";

async fn keepers(app: &TestApp) -> (Client, Client) {
    (
        app.sign_in(PersonQuery::named("韩振华")).await,
        app.sign_in(PersonQuery::named("杨晓东")).await,
    )
}

async fn site(admin: &Client, change: Value) -> Value {
    let mut form = json!({ "name": "某公交站", "kind": "bus_stop", "location": LUOLONG.json() });
    for (name, value) in change.as_object().unwrap() {
        form[name] = value.clone();
    }
    let made = admin.post("/sites", form).await;
    made.assert_status(201);
    made.json
}

fn code(site: &Value) -> &str {
    site["code"].as_str().unwrap()
}

/// The one message that this person sees.
async fn only_message(client: &Client) -> Value {
    let list = client.get("/site-messages").await.ok();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    items[0].clone()
}

fn path(message: &Value, what: &str) -> String {
    format!("/site-messages/{}/{what}", message["id"].as_str().unwrap())
}

async fn inbox(client: &Client, event: &str) -> usize {
    let list = client.get("/inbox").await.ok();
    let items = list["items"].as_array().unwrap();
    items.iter().filter(|item| item["event"] == event).count()
}

tests::on_both_databases! {
    async fn an_admin_makes_a_site_and_anybody_sees_its_public_side(app: TestApp) {
        let (admin, (keeper, _)) = (app.admin().await, keepers(&app).await);
        let phone = keeper.person().phone.clone();
        let change = json!({ "category": "0207", "unit": BUREAU, "delegates": [phone], "address": "开元大道" });
        let made = site(&admin, change).await;
        assert_eq!(code(&made).len(), 6);
        assert_eq!((&made["area"]["name"], &made["unit"]["name"]), (&json!("洛龙区"), &json!(BUREAU)));
        assert_eq!(made["delegates"][0]["name"], "韩振华");
        // As people type it from the paper.
        let typed = code(&made).to_lowercase();
        let seen = app.anonymous().get(&format!("/sites/{typed}")).await.ok();
        let fields: Vec<_> = seen.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["address", "area", "category", "code", "kind", "limits", "name"], "no more than the sign says");
        let limits = json!({
            "photos": 6, "contact_chars": 64,
            "text": { "min_chars": 4, "min_chars_with_photos": 2, "max_chars": 1000 },
        });
        assert_eq!(seen["limits"], limits, "the page and the mini-program have no numbers of their own");
        app.anonymous().get("/sites/NOSUCH").await.assert_problem(404, "not_found");
        for (field, value, fault) in [
            ("category", json!("没有这类"), "unknown_category"),
            ("unit", json!("没有这个局"), "unknown_unit"),
            ("kind", json!("spaceport"), "unknown_kind"),
            ("delegates", json!(["12345"]), "malformed"),
            ("delegates", json!(["19900009999"]), "not_a_delegate"),
        ] {
            let mut form = json!({ "name": "某站", "location": LUOLONG.json() });
            form[field] = value;
            let refused = admin.post("/sites", form).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields")["errors"][0]["code"], fault);
        }
    }

    async fn a_site_out_of_use_leads_nowhere(app: TestApp) {
        let (admin, delegate) = (app.admin().await, app.delegate("").await);
        let made = site(&admin, json!({})).await;
        let path = format!("/sites/{}", code(&made));
        let report = Report::default().with("site_code", json!(code(&made)));
        delegate.submit(&report).await;
        let changed = json!({ "name": "某公交站（已拆）", "location": LUOLONG.json(), "active": false });
        assert_eq!(admin.put(&path, changed).await.ok()["code"], made["code"], "the code is printed");
        app.anonymous().get(&path).await.assert_problem(404, "not_found");
        Resident::in_a_browser(&app, code(&made)).leave(json!({ "text": TEXT })).await.assert_problem(404, "not_found");
        let refused = delegate.post("/orders", report.json()).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields")["errors"][0]["code"], "unknown_site");
        app.run_jobs().await;
    }

    async fn a_report_from_a_site_has_its_place_kind_and_unit(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let scanned = json!({ "description": "下穿隧道里的灯灭了一半。", "site_code": TUNNEL });
        let order = delegate.post("/orders", scanned.clone()).await;
        order.assert_status(201);
        let order = order.json;
        assert_eq!((&order["channel"], &order["category"]["code"]), (&json!("scan"), &json!("0207")));
        assert_eq!((&order["unit"]["name"], &order["area"]["name"]), (&json!(BUREAU), &json!("瀍河回族区")));
        assert_eq!(order["address"], "白马寺镇下穿隧道");
        // A matter of another kind is not the business of the site's unit.
        let mut other = scanned;
        other["category"] = json!("占道经营");
        let other = delegate.post("/orders", other).await;
        other.assert_status(201);
        assert_ne!(other.json["unit"]["name"], BUREAU);
        app.run_jobs().await;
    }

    async fn a_site_of_nobody_in_particular_is_its_county_s(app: TestApp) {
        let made = site(&app.admin().await, json!({})).await;
        let (keeper, _) = keepers(&app).await;
        Resident::in_wechat(&app, code(&made), "oRESIDENT-1").await.leave_message(TEXT).await;
        app.run_jobs().await;
        assert_eq!(only_message(&keeper).await["site"]["code"], made["code"]);
        assert_eq!(inbox(&keeper, "site_message").await, 1);
        let far = app.delegate("涧西区").await;
        assert_eq!(far.get("/site-messages").await.ok()["items"], json!([]));
    }

    async fn the_page_of_an_ordinary_code_opens_in_any_browser(app: TestApp) {
        let page = app.anonymous().get(&format!("/scan/{STATION}")).await;
        page.assert_status(200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        for file in ["/scan/scan.js", "/scan/scan.css"] {
            assert!(page.text().contains(file));
            app.anonymous().get(file).await.assert_status(200);
        }
        assert!(!page.text().contains("<style") && !page.text().contains("onclick"), "the policy allows no inline code");
    }
}

/// How often the stand-in was asked for a code.
async fn codes_asked(app: &TestApp) -> usize {
    let calls = app.anonymous().get("/sandbox/calls").await.ok();
    let calls = calls.as_array().unwrap().clone();
    calls
        .iter()
        .filter(|call| call["path"] == "/wxa/getwxacodeunlimit")
        .count()
}

/// Returns the text of the sheet, if the machine has a PDF reader.
fn words(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, pdf).unwrap();
    let read = std::process::Command::new("pdftotext")
        .arg(&file)
        .arg("-")
        .output()
        .ok()?;
    Some(String::from_utf8(read.stdout).unwrap())
}

/// A JPEG is in the file as it came.
fn has_jpeg(pdf: &[u8]) -> bool {
    pdf.windows(9).any(|bytes| bytes == b"DCTDecode")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_has_the_mini_program_s_code_or_an_ordinary_one() {
    let app = TestApp::start(Db::Sqlite).await;
    let admin = app.admin().await;
    let sheet = format!("/sites/{STATION}/sheet.pdf");
    let fault = json!({ "endpoint": "getwxacodeunlimit", "errcode": 41030, "times": 1 });
    app.anonymous().sandbox("faults", fault).await;
    let ordinary = admin.get(&sheet).await;
    ordinary.assert_status(200);
    assert_eq!(ordinary.header("content-type"), "application/pdf");
    assert!(!has_jpeg(&ordinary.body), "an ordinary code is drawn");
    let coded = admin.get(&sheet).await;
    assert!(has_jpeg(&coded.body), "WeChat's picture is put in");
    assert_eq!(codes_asked(&app).await, 2);
    let down = json!({ "endpoint": "getwxacodeunlimit", "http_status": 502, "times": 1 });
    app.anonymous().sandbox("faults", down).await;
    assert!(has_jpeg(&admin.get(&sheet).await.body), "the code is kept");
    assert_eq!(codes_asked(&app).await, 2, "and not asked for again");
    for pdf in [&ordinary.body, &coded.body] {
        assert!(pdf.starts_with(b"%PDF"));
        if let Some(words) = words(pdf) {
            let words: String = words.split_whitespace().collect();
            for part in ["有事请扫码", "洛龙区代表联络站", STATION, "不用注册"] {
                assert!(words.contains(part), "{part} in {words}");
            }
        }
    }
    app.delegate("")
        .await
        .get(&sheet)
        .await
        .assert_problem(403, "role_may_not");
    app.finish().await;
}
