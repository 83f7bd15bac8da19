//! 有事请扫码: sites and their codes, what a resident leaves without an account, and what the delegates make of it.

use chrono::TimeDelta;
use entity::site_message;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::orders::Report;
use tests::photos::jpeg_with_exif;
use tests::places::{JIANXI, LUOLONG};
use tests::residents::Resident;
use tests::{Client, Db, PersonQuery, TestApp};

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
        assert_eq!(fields, ["address", "area", "category", "code", "kind", "name"], "no more than the sign says");
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

    async fn a_resident_s_message_reaches_the_station_s_delegates_and_nobody_else(app: TestApp) {
        let (keeper, other_keeper) = keepers(&app).await;
        let stranger = app.delegate("涧西区").await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let left = resident.leave(json!({ "text": TEXT, "contact": "13800001111" })).await;
        left.assert_status(201);
        assert_eq!((&left.json["state"], &left.json["in_review"]), (&json!("received"), &json!(true)));
        let receipt = left.json["receipt"].as_str().unwrap();
        let list = keeper.get("/site-messages").await.ok();
        assert_eq!(list["items"], json!([]), "not before it has been checked");
        app.run_jobs().await;
        let message = only_message(&keeper).await;
        assert_eq!((&message["text"], &message["contact"]), (&json!(TEXT), &json!("13800001111")));
        assert_eq!((inbox(&keeper, "site_message").await, inbox(&other_keeper, "site_message").await), (1, 1));
        assert_eq!(inbox(&stranger, "site_message").await, 0);
        assert_eq!(stranger.get("/site-messages").await.ok()["items"], json!([]));
        for (what, body) in [("adopt", json!({})), ("answer", json!({ "text": "收到。" }))] {
            stranger.post(&path(&message, what), body).await.assert_problem(404, "not_found");
        }
        let operator = app.operator().await;
        assert_eq!(only_message(&operator).await["contact"], Value::Null, "the resident wrote to his delegates");
        let shown = resident.receipt_view(receipt).await;
        assert_eq!((&shown["state"], &shown["in_review"]), (&json!("received"), &json!(false)));
        // What is kept opens nothing and names nobody.
        let row = site_message::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let kept = format!("{row:?}{}", String::from_utf8_lossy(row.contact_sealed.as_deref().unwrap()));
        for secret in [receipt, &receipt.replace('-', ""), "13800001111", "oRESIDENT-1"] {
            assert!(!kept.contains(secret), "{secret}");
        }
        app.anonymous().get("/site-messages/receipts/22222-22222-22222-22222").await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn a_message_becomes_one_order_with_its_photos_whoever_is_first(app: TestApp) {
        let (one, two) = keepers(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let photo = resident.upload(jpeg_with_exif(3, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        let left = resident.leave(json!({ "text": TEXT, "photo_ids": [photo["id"]] })).await.ok();
        app.run_jobs().await;
        // No push token is configured, so the picture's verdict could never arrive: an operator looks.
        assert_eq!(one.get("/site-messages").await.ok()["items"], json!([]));
        let operator = app.operator().await;
        let review = operator.get("/content-reviews").await.ok()["items"][0].clone();
        assert_eq!((&review["state"], &review["text_state"]), (&json!("unavailable"), &json!("pass")));
        let decision = format!("/content-reviews/{}/decision", review["id"].as_str().unwrap());
        operator.post(&decision, json!({ "result": "pass" })).await.assert_ok();
        app.run_jobs().await;
        let message = only_message(&one).await;
        assert_eq!(message["photos"][0]["id"], photo["id"]);
        let adopt = path(&message, "adopt");
        let body = json!({ "category": "0207" });
        let (first, second) = tokio::join!(one.post(&adopt, body.clone()), two.post(&adopt, body.clone()));
        let (winner, won, lost) = if first.status == 201 { (&one, first, second) } else { (&two, second, first) };
        won.assert_status(201);
        let problem = lost.assert_problem(409, "message_already_handled");
        assert_eq!(problem["current_status"], "adopted");
        let order = &won.json;
        assert_eq!((&order["channel"], &order["description"]), (&json!("scan"), &json!(TEXT)));
        assert_eq!((&order["area"]["name"], &order["address"]), (&json!("洛龙区"), &json!("洛龙区代表联络站")));
        assert_eq!(order["photos"][0]["id"], photo["id"]);
        let again = winner.post(&adopt, body).await;
        again.assert_status(201);
        assert_eq!((&again.json["number"], again.header("idempotency-replayed")), (&order["number"], "true"));
        winner.post(&path(&message, "answer"), json!({ "text": "已办。" })).await.assert_problem(409, "message_already_handled");
        app.run_jobs().await;
        // The unit sees the photo; its original is evidence.
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        unit.get(&format!("/photos/{}", photo["id"].as_str().unwrap())).await.assert_status(200);
        unit.act(order, "accept", json!({})).await.assert_ok();
        let reply = json!({ "account": "已更换灯具三盏，内部核实。", "public_reply": "三盏路灯已修好。" });
        unit.act(order, "reply", reply).await.assert_ok();
        app.run_jobs().await;
        let shown = resident.receipt_view(left["receipt"].as_str().unwrap()).await;
        assert_eq!((&shown["state"], &shown["order"]["number"]), (&json!("adopted"), &order["number"]));
        assert_eq!(shown["order"]["public_reply"], "三盏路灯已修好。");
        let steps: Vec<_> = shown["order"]["steps"].as_array().unwrap().iter().map(|s| s["action"].as_str().unwrap()).collect();
        for step in ["submitted", "adopted", "dispatched", "accepted", "replied"] {
            assert!(steps.contains(&step), "{step} in {steps:?}");
        }
        let told = shown.to_string();
        for hidden in ["内部核实", winner.person().name.as_str(), winner.person().phone.as_str()] {
            assert!(!told.contains(hidden), "{hidden}");
        }
        app.run_jobs().await;
    }

    async fn an_answer_is_shown_to_the_resident_once_it_has_been_checked(app: TestApp) {
        let (keeper, _) = keepers(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let receipt = resident.leave_message(TEXT).await;
        app.run_jobs().await;
        let message = only_message(&keeper).await;
        let body = json!({ "text": "已联系物业，今天晚上修好。" });
        assert_eq!(keeper.post(&path(&message, "answer"), body.clone()).await.ok()["status"], "answered");
        keeper.post(&path(&message, "answer"), body).await.assert_ok();
        let shown = resident.receipt_view(&receipt).await;
        assert_eq!((&shown["state"], &shown["answer"]), (&json!("answered"), &Value::Null), "not checked yet");
        app.run_jobs().await;
        assert_eq!(resident.receipt_view(&receipt).await["answer"], "已联系物业，今天晚上修好。");
    }

    async fn a_phone_may_leave_five_messages_an_hour_however_it_tries(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let elsewhere = resident.at(TUNNEL);
        let said: Vec<String> = (0..8).map(|n| format!("{TEXT}第{n}次说。")).collect();
        let calls = said.iter().enumerate().map(|(n, text)| {
            let from = if n % 2 == 0 { &resident } else { &elsewhere };
            from.leave(json!({ "text": text }))
        });
        let answers = futures_util::future::join_all(calls).await;
        let taken = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(taken, 5);
        let refused = answers.iter().find(|answer| answer.status != 201).unwrap();
        refused.assert_problem(429, "too_many_messages");
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        // An hour and the second it is rounded up by, and what a call waits while another opens the hour.
        assert!((3_500..=3_610).contains(&wait), "{wait}");
        // Another phone is not held up by it.
        Resident::in_wechat(&app, STATION, "oRESIDENT-2").await.leave_message(TEXT).await;
        app.advance(TimeDelta::seconds(wait)).await;
        let later = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        later.leave_message(TEXT).await;
        // A browser counts by its address.
        let browser = Resident::in_a_browser(&app, STATION);
        for n in 0..20 {
            browser.leave_message(&format!("{TEXT}{n}")).await;
        }
        browser.leave(json!({ "text": TEXT })).await.assert_problem(429, "too_many_messages");
        app.run_jobs().await;
        app.advance(TimeDelta::days(2)).await;
        let left = entity::site_quota::Entity::find().all(&app.app().db).await.unwrap();
        assert!(left.is_empty(), "counts of hours long over: {left:?}");
    }

    async fn a_repeated_call_is_the_same_message_and_the_same_receipt(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let body = json!({ "text": TEXT });
        let first = resident.leave_with_key(body.clone(), "a-key-of-the-client").await.ok();
        for _ in 0..6 {
            let again = resident.leave_with_key(body.clone(), "a-key-of-the-client").await;
            assert_eq!((&again.json["receipt"], again.header("idempotency-replayed")), (&first["receipt"], "true"));
        }
        let other = resident.leave_with_key(json!({ "text": format!("{TEXT}改") }), "a-key-of-the-client").await;
        other.assert_problem(422, "idempotency_key_reused");
        // The same key of another phone is another key.
        let neighbour = Resident::in_wechat(&app, STATION, "oRESIDENT-2").await;
        let theirs = neighbour.leave_with_key(body, "a-key-of-the-client").await.ok();
        assert_ne!(theirs["receipt"], first["receipt"]);
        let rows = site_message::Entity::find().all(&app.app().db).await.unwrap();
        assert_eq!(rows.len(), 2);
        app.run_jobs().await;
    }

    async fn a_photo_serves_the_phone_and_the_site_it_was_sent_from(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let neighbour = Resident::in_wechat(&app, STATION, "oRESIDENT-2").await;
        let photo = resident.upload(jpeg_with_exif(4, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        let body = json!({ "text": TEXT, "photo_ids": [photo["id"]] });
        neighbour.leave(body.clone()).await.assert_problem(422, "photo_unknown");
        resident.at(TUNNEL).leave(body.clone()).await.assert_problem(422, "photo_unknown");
        // Nor can a delegate adopt it.
        let delegate = app.delegate("").await;
        let stolen = Report::at(JIANXI).photo(&photo).json();
        delegate.post("/orders", stolen).await.assert_problem(422, "photo_unknown");
        delegate.get(&format!("/photos/{}", photo["id"].as_str().unwrap())).await.assert_problem(404, "not_found");
        resident.leave(body.clone()).await.assert_status(201);
        resident.leave(body).await.assert_problem(422, "photo_unknown");
        app.run_jobs().await;
        // What no message came for is removed.
        let unused = resident.upload(jpeg_with_exif(5, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        app.advance(TimeDelta::hours(25)).await;
        let id: entity::ids::PhotoId = unused["id"].as_str().unwrap().parse().unwrap();
        let left = entity::photo::Entity::find_by_id(id).one(&app.app().db).await.unwrap();
        assert!(left.is_none());
        assert_eq!(entity::photo::Entity::find().all(&app.app().db).await.unwrap().len(), 1);
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

    async fn a_visit_ends_and_a_made_up_one_is_none(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        app.advance(TimeDelta::hours(2)).await;
        resident.leave(json!({ "text": TEXT })).await.assert_problem(422, "visit_over");
        let forged = app.anonymous().request(reqwest::Method::POST, &format!("/sites/{STATION}/messages"), |request| {
            request.header("X-Visit", "bm9uc2Vuc2U").json(&json!({ "text": TEXT }))
        }).await;
        forged.assert_problem(422, "visit_over");
        let body = json!({ "login_code": "made-up" });
        app.anonymous().post(&format!("/sites/{STATION}/visits"), body).await.assert_problem(422, "login_code_invalid");
        for (text, fault) in [("太短", "too_short"), (&*"长".repeat(1_001), "too_long")] {
            let refused = Resident::in_a_browser(&app, STATION).leave(json!({ "text": text })).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields")["errors"][0]["code"], fault);
        }
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
