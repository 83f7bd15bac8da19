//! Filing through Open311 with a client's key: residents' messages, delegates' orders, and every refusal in GeoReport's form.

use actix_web::http::KeepAlive;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tests::order_fixture::NOISE;
use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;
use tests::{Db, PersonQuery, TestApp, on_both_databases};

/// Of the demo: 韩振华 and 杨晓东 look after it.
const STATION: &str = "LL-STATION-01";
const TEXT: &str = "小区门口夜里一直施工，吵得睡不着。";

async fn key(app: &TestApp, scopes: &[&str]) -> String {
    let body = json!({ "name": "市民报修程序", "scopes": scopes });
    let created = app.admin().await.post("/clients", body).await.ok();
    created["key"].as_str().expect("a key").to_owned()
}

/// Sends a form, as clients of the field do.
async fn file(app: &TestApp, format: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let url = format!("{}/open311/v2/requests.{format}", app.base());
    let answer = app.http().post(url).form(fields).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

async fn file_json(app: &TestApp, fields: &[(&str, &str)]) -> (u16, Value) {
    let (status, text) = file(app, "json", fields).await;
    let list: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (status, list[0].clone())
}

/// Lets the text pass the review that a message without a WeChat account goes through.
async fn pass_review(app: &TestApp) {
    app.run_jobs().await;
    let operator = app.operator().await;
    let reviews = operator.get("/content-reviews").await.ok();
    for review in reviews["items"].as_array().into_iter().flatten() {
        let decision = format!(
            "/content-reviews/{}/decision",
            review["id"].as_str().expect("an id")
        );
        operator
            .post(&decision, json!({ "result": "pass" }))
            .await
            .assert_ok();
    }
    app.run_jobs().await;
}

on_both_databases! {
    async fn a_report_becomes_a_message_and_its_token_finds_the_order(app: TestApp) {
        let key = key(&app, &["open311"]).await;
        let fields = [
            ("api_key", key.as_str()),
            ("jurisdiction_id", "city.example.cn"),
            ("service_code", "1101"),
            ("description", TEXT),
            // A kilometre from the station.
            ("lat", "34.6310"),
            ("long", "112.4480"),
            ("attribute[floor]", "3"),
            ("email", "resident@example.cn"),
        ];
        let (status, filed) = file_json(&app, &fields).await;
        assert_eq!(status, 201, "{filed}");
        let token = filed["token"].as_str().expect("a token").to_owned();
        assert!(filed.get("service_request_id").is_none(), "{filed}");
        let anyone = app.anonymous();
        let path = format!("/open311/v2/tokens/{token}");
        let waiting = anyone.get(&format!("{path}.json")).await.ok();
        assert_eq!((&waiting[0]["token"], &waiting[0]["service_request_id"]), (&json!(token), &Value::Null));

        pass_review(&app).await;
        let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
        let messages = keeper.get("/site-messages").await.ok();
        let message = &messages["items"][0];
        let text = message["text"].as_str().expect("a text");
        assert!(text.contains(NOISE) && text.contains(TEXT) && text.contains("floor：3"), "{text}");
        assert!(text.contains("34.63100,112.44800"), "{text}");
        assert_eq!(message["contact"], "resident@example.cn");
        let adopt = format!("/site-messages/{}/adopt", message["id"].as_str().expect("an id"));
        let order = keeper.post(&adopt, json!({ "category": "1101" })).await;
        order.assert_status(201);
        app.run_jobs().await;
        let found = anyone.get(&format!("{path}.json")).await.ok();
        assert_eq!(found[0]["service_request_id"], order.json["number"]);
        let xml = anyone.get(&format!("{path}.xml")).await.text();
        let number = order.json["number"].as_str().expect("a number");
        assert!(xml.contains(&format!("<service_request_id>{number}</service_request_id>")), "{xml}");
        anyone.get("/open311/v2/tokens/22222-22222-22222-22222.json").await.assert_status(404);
    }

    async fn a_trusted_client_files_a_delegates_order(app: TestApp) {
        let trusted = key(&app, &["open311", "orders:write"]).await;
        let plain = key(&app, &["open311"]).await;
        let delegate = app.delegate("涧西区").await;
        let phone = delegate.person().phone.clone();
        let (lat, long) = (JIANXI.latitude.to_string(), JIANXI.longitude.to_string());
        let report = |key: &str, phone: &str| -> Vec<(String, String)> {
            let fields = [("api_key", key), ("service_code", "1101"), ("description", TEXT), ("phone", phone), ("lat", &lat),
                ("long", &long), ("address_id", STATION)];
            fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
        };
        let send = async |fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            file_json(&app, &fields).await
        };
        let (status, filed) = send(report(&trusted, &phone)).await;
        assert_eq!(status, 201, "{filed}");
        let number = filed["service_request_id"].as_str().expect("a number");
        let order = delegate.get(&format!("/orders/{number}")).await.ok();
        assert_eq!((&order["channel"], &order["description"]), (&json!("call"), &json!(TEXT)));
        let history = app.operator().await.get(&format!("/orders/{number}/timeline")).await.text();
        assert!(history.contains("市民报修程序"), "the client is named: {history}");
        let (_, other) = send(report(&trusted, "13900000000")).await;
        assert!(other["token"].is_string(), "no delegate has this number: {other}");
        let (_, other) = send(report(&plain, &phone)).await;
        assert!(other["token"].is_string(), "the client may not file orders: {other}");
        app.run_jobs().await;
    }

    async fn a_place_in_words_is_enough_for_a_delegates_order(app: TestApp) {
        let trusted = key(&app, &["open311", "orders:write"]).await;
        let delegate = app.delegate("涧西区").await;
        let phone = delegate.person().phone.clone();
        let send = async |place: Option<&str>| {
            let report = [("api_key", trusted.as_str()), ("service_code", "1101"), ("description", TEXT), ("phone", &phone)];
            let place: Vec<(&str, &str)> = place.map(|words| ("address_string", words)).into_iter().collect();
            file_json(&app, &[&report[..], &place[..]].concat()).await
        };
        // Words that name a county are dispatched by it, others wait for an operator, as calls do.
        for (words, is_dispatched) in [("涧西区和顺园", true), ("路口东南角", false)] {
            let (status, filed) = send(Some(words)).await;
            assert_eq!(status, 201, "{words}: {filed}");
            let number = filed["service_request_id"].as_str().expect("a number");
            let order = delegate.get(&format!("/orders/{number}")).await.ok();
            assert_eq!((&order["address"], order["status"] == "triage"), (&json!(words), !is_dispatched), "{order}");
        }
        for place in [None, Some(" ")] {
            let (status, error) = send(place).await;
            assert_eq!(status, 400, "{error}");
            assert!(error["description"].as_str().is_some_and(|text| text.contains("address_string")), "{error}");
        }
        app.run_jobs().await;
    }

    async fn a_message_goes_to_a_site_of_the_area_that_its_words_name(app: TestApp) {
        let key = key(&app, &["open311"]).await;
        let send = async |words: &str| {
            let report = [("api_key", key.as_str()), ("service_code", "1101"), ("description", TEXT), ("address_string", words)];
            file_json(&app, &report).await
        };
        let (status, filed) = send("洛龙区开元大道辅路").await;
        assert_eq!((status, filed["token"].is_string()), (201, true), "{filed}");
        for (words, fault) in [("路口东南角", "names no area"), ("伊川县人民路", "no site for reports")] {
            let (status, error) = send(words).await;
            assert_eq!(status, 400, "{words}: {error}");
            assert!(error["description"].as_str().is_some_and(|text| text.contains(fault)), "{words}: {error}");
        }
        pass_review(&app).await;
        let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
        let messages = keeper.get("/site-messages").await.ok();
        let items = messages["items"].as_array().expect("items");
        assert_eq!(items.len(), 1, "{messages}");
        assert_eq!(items[0]["site"]["code"], STATION, "{messages}");
        assert!(items[0]["text"].as_str().is_some_and(|text| text.contains("地点：洛龙区开元大道辅路")), "{messages}");
    }

    async fn what_is_wrong_is_said_in_the_form_that_was_asked_for(app: TestApp) {
        let key = key(&app, &["open311"]).await;
        let other = self::key(&app, &["orders:read"]).await;
        let good = [("service_code", "1101"), ("description", TEXT), ("address_id", STATION)];
        let with = |key: &'static str, value: String| -> Vec<(String, String)> {
            let mut fields: Vec<(String, String)> = good.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            fields.retain(|(name, _)| name != key);
            if !value.is_empty() {
                fields.push((key.to_owned(), value));
            }
            fields
        };
        for (changed, value, api_key, status, word) in [
            ("x", String::new(), "", 403, "api_key"),
            ("x", String::new(), "zk_00", 403, ""),
            ("x", String::new(), other.as_str(), 403, ""),
            ("service_code", String::new(), &key, 400, "service_code was not provided"),
            ("service_code", "9999".to_owned(), &key, 404, "service_code was not found"),
            ("description", "字".repeat(1_000), &key, 400, "too long"),
            ("address_id", String::new(), &key, 400, "lat and long"),
            ("address_id", "NO-SUCH-SITE".to_owned(), &key, 404, ""),
            ("lat", "35".to_owned(), &key, 400, "long was not provided"),
            ("media_url", "http://127.0.0.1:9/a.jpg".to_owned(), &key, 400, "media_url"),
            ("media_url", "https://10.0.0.1/a.jpg".to_owned(), &key, 400, "media_url"),
            ("media_url", "file:///etc/passwd".to_owned(), &key, 400, "media_url"),
        ] {
            let mut fields = with(changed, value);
            fields.push(("api_key".to_owned(), api_key.to_owned()));
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let (found, error) = file_json(&app, &fields).await;
            assert_eq!((found, &error["code"]), (status, &json!(status)), "{changed}: {error}");
            assert!(error["description"].as_str().is_some_and(|text| text.contains(word)), "{changed}: {error}");
            let (found, xml) = file(&app, "xml", &fields).await;
            assert_eq!(found, status, "{xml}");
            assert!(xml.contains("<errors>") && xml.contains(&format!("<code>{status}</code>")), "{xml}");
        }
        let far = [("api_key", key.as_str()), ("service_code", "1101"), ("description", TEXT), ("lat", "10"), ("long", "10")];
        let (status, error) = file_json(&app, &far).await;
        assert!(status == 400 && error["description"].as_str().is_some_and(|text| text.contains("no site")), "{error}");
    }

    async fn a_repeated_request_is_filed_once_and_a_sender_has_a_limit(app: TestApp) {
        let key = key(&app, &["open311"]).await;
        let url = format!("{}/open311/v2/requests.json", app.base());
        let send = async |once: &str, sender: &str| {
            let fields = [("service_code", "1101"), ("description", TEXT), ("address_id", STATION), ("device_id", sender)];
            let request = app.http().post(&url).bearer_auth(&key).header("Idempotency-Key", once).form(&fields);
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            let retry = answer.headers().contains_key("retry-after");
            let list: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
            (status, retry, list[0]["token"].clone())
        };
        let first = send("key-1", "phone-1").await;
        assert_eq!(first.0, 201);
        assert_eq!(send("key-1", "phone-1").await, first, "the same request");
        assert_ne!(send("key-2", "phone-1").await.2, first.2);
        for at in 3..=20 {
            assert_eq!(send(&format!("key-{at}"), "phone-1").await.0, 201, "{at}");
        }
        let over = send("key-21", "phone-1").await;
        assert_eq!((over.0, over.1), (429, true));
        assert_eq!(send("key-22", "phone-2").await.0, 201, "another sender");
        app.run_jobs().await;
    }
}

/// A server with a photo.
async fn photo_server() -> (actix_web::dev::ServerHandle, String) {
    let photo = async || HttpResponse::Ok().body(jpeg_with_exif(3, JIANXI, "2025-09-08T08:30:00+08:00"));
    let large = async || HttpResponse::Ok().body(vec![0_u8; 11 << 20]);
    let app = move || {
        ActixApp::new()
            .route("/photo.jpg", web::get().to(photo))
            .route("/large.jpg", web::get().to(large))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .keep_alive(KeepAlive::Disabled)
        .disable_signals();
    let server = server.bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (handle, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_fetched_within_limits() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let key = key(&app, &["open311"]).await;
    let (server, url) = photo_server().await;
    let send = async |file: &str| {
        let media = format!("{url}/{file}");
        let fields = [
            ("api_key", key.as_str()),
            ("service_code", "1101"),
            ("description", TEXT),
            ("address_id", STATION),
            ("media_url", &media),
        ];
        file_json(&app, &fields).await
    };
    let (status, filed) = send("photo.jpg").await;
    assert_eq!(status, 201, "{filed}");
    for (file, word) in [("large.jpg", "too large"), ("none.jpg", "could not be fetched")] {
        let (status, error) = send(file).await;
        assert!(
            status == 400
                && error["description"]
                    .as_str()
                    .is_some_and(|text| text.contains(word)),
            "{error}"
        );
    }
    pass_review(&app).await;
    let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
    let messages = keeper.get("/site-messages").await.ok();
    let photos = messages["items"][0]["photos"].as_array().map(Vec::len);
    assert_eq!(
        (messages["items"].as_array().map(Vec::len), photos),
        (Some(1), Some(1))
    );
    server.stop(true).await;
    app.finish().await;
}

/// Files reports of one client, with a photo.
struct PhotoSender {
    app: TestApp,
    key: String,
}

impl PhotoSender {
    /// Returns the status, and the token or the order's number.
    async fn send(&self, once: &str, more: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/open311/v2/requests.json", self.app.base());
        let report = [
            ("service_code", "1101"),
            ("description", TEXT),
            ("address_id", STATION),
        ];
        let fields = [&report[..], more].concat();
        let request = self.app.http().post(url).bearer_auth(&self.key);
        let request = request.header("Idempotency-Key", once).form(&fields);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let list: Value = answer.json().await.expect("a list");
        let receipt = [&list[0]["token"], &list[0]["service_request_id"]];
        let found = receipt.into_iter().find(|value| value.is_string());
        (status, found.unwrap_or(&list[0]).clone())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_with_a_photo_gets_its_first_receipt() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::with(db)
            .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
            .start()
            .await;
        let client = PhotoSender {
            key: key(&app, &["open311", "orders:write"]).await,
            app: app.clone(),
        };
        let (server, url) = photo_server().await;
        let media = format!("{url}/photo.jpg");
        let photo = ("media_url", media.as_str());
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let (lat, long) = (JIANXI.latitude.to_string(), JIANXI.longitude.to_string());
        let call = [photo, ("phone", &delegate.phone), ("lat", &lat), ("long", &long)];

        let with_photo = [photo];
        let one = client.send("key-twice", &with_photo).await;
        let other = client.send("key-twice", &with_photo).await;
        assert_eq!((one.0, &one), (201, &other), "{db:?}");
        let first = client.send("key-later", &[photo]).await;
        let filed = client.send("key-of-order", &call).await;
        let order = format!(
            "/orders/{}",
            filed
                .1
                .as_str()
                .unwrap_or_else(|| panic!("{db:?}: {first:?} {filed:?}"))
        );
        let order = app.operator().await.get(&order).await.ok();
        assert_eq!(
            order["photos"].as_array().map(Vec::len),
            Some(1),
            "{db:?}: {order}"
        );
        assert_eq!((first.0, filed.0), (201, 201), "{db:?}: {first:?} {filed:?}");

        // The photo is gone when the request is repeated.
        server.stop(false).await;
        assert_eq!(client.send("key-later", &[photo]).await, first, "{db:?}");
        assert_eq!(client.send("key-of-order", &call).await, filed, "{db:?}");
        for changed in [vec![], vec![photo, ("attribute[floor]", "3")]] {
            let (status, error) = client.send("key-later", &changed).await;
            assert_eq!(
                (status, &error["code"]),
                (400, &json!(400)),
                "{db:?} {changed:?}: {error}"
            );
        }
        let (status, _) = client.send("key-another", &[photo]).await;
        assert_eq!(status, 400, "{db:?}: it cannot be fetched");

        pass_review(&app).await;
        let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
        let messages = keeper.get("/site-messages").await.ok();
        let photos: Vec<_> = messages["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|message| message["photos"].as_array().map(Vec::len))
            .collect();
        assert_eq!(photos, [Some(1), Some(1)], "{db:?}");
        app.finish().await;
    }
}
