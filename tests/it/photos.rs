//! Photos over HTTP: taken in, refused, shown without metadata, removed when no report comes.

use chrono::TimeDelta;
use entity::ids::PhotoId;
use entity::kinds::PhotoSource;
use entity::{job, photo};
use image::ImageFormat;
use reqwest::Method;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use tests::TestApp;
use tests::fault_proxy::Fault;
use tests::orders::{Report, number};
use tests::photos::{jpeg_with_exif, plain};
use tests::places::{JIANXI, Place};
use zhitong::objects::client::ObjectStore;
use zhitong::photos::exif;
use zhitong::photos::intake::is_clean;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;
const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";
const BEIJING: Place = Place {
    longitude: 116.397,
    latitude: 39.909,
    area: None,
};
const MB: usize = 1024 * 1024;

async fn keys(app: &TestApp) -> Vec<String> {
    app.app().state::<ObjectStore>().list("").await.unwrap()
}

async fn rows(app: &TestApp) -> u64 {
    photo::Entity::find().count(&app.app().db).await.unwrap()
}

/// Nothing in the database and nothing in the store.
async fn nothing_is_kept(app: &TestApp) {
    assert_eq!((rows(app).await, keys(app).await), (0, Vec::new()));
}

tests::on_both_databases! {
    async fn a_photo_is_kept_as_it_came_and_shown_without_metadata(app: TestApp) {
        let delegate = app.delegate("").await;
        let original = jpeg_with_exif(1, JIANXI, TAKEN_AT);
        assert!(exif::read(&original, ZONE).place.is_some());
        let answer = delegate.upload(original.clone(), "photo.jpg", &[("role", "before")]).await;
        answer.assert_status(201);
        let shown = answer.ok();
        assert_eq!((&shown["width"], &shown["height"]), (&json!(1600), &json!(1200)));
        assert_eq!(shown["taken_at"], TAKEN_AT);
        assert_eq!(shown["location"]["datum"], "wgs84");
        assert!((shown["location"]["longitude"].as_f64().unwrap() - JIANXI.longitude).abs() < 1e-5);
        for (name, side) in [("large", 1280), ("thumb", 320)] {
            let link = shown["urls"][name].as_str().unwrap();
            let answer = app.http().get(link).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
            let bytes = answer.bytes().await.unwrap();
            assert!(is_clean(&bytes), "{name}");
            assert_eq!(exif::read(&bytes, ZONE).place, None, "{name}");
            assert_eq!(image::load_from_memory(&bytes).unwrap().width(), side);
        }
        let row = photo::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        assert_eq!(app.app().state::<ObjectStore>().get(&row.original_key).await.unwrap(), original);
    }

    async fn the_same_bytes_by_the_same_person_are_the_same_photo(app: TestApp) {
        let delegate = app.delegate("").await;
        let bytes = jpeg_with_exif(2, JIANXI, TAKEN_AT);
        // Two at once: one makes it, both get it.
        let (one, two) = tokio::join!(
            delegate.upload(bytes.clone(), "a.jpg", &[]),
            delegate.upload(bytes.clone(), "b.png", &[]),
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        let again = delegate.upload(bytes, "c.jpg", &[]).await;
        assert_eq!(again.status, 200);
        let ids = [one, two, again].map(|answer| answer.ok()["id"].clone());
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!((rows(&app).await, keys(&app).await.len()), (1, 3));
    }

    async fn each_bad_file_gets_its_own_answer_and_leaves_nothing(app: TestApp) {
        let delegate = app.delegate("").await;
        let jpeg = jpeg_with_exif(3, JIANXI, TAKEN_AT);
        let mut large = jpeg.clone();
        large.resize(10 * MB + 1, 0);
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
        for (what, bytes, status, code) in [
            ("nothing", Vec::new(), 422, "photo_empty"),
            ("a truncated photo", jpeg[..jpeg.len() / 2].to_vec(), 422, "photo_damaged"),
            ("10 MB and a byte", large, 413, "photo_too_large"),
            ("12 MB and more", vec![0xFF; 12 * MB], 413, "photo_too_large"),
            ("a document", b"%PDF-1.7 and so on".to_vec(), 415, "not_a_photo"),
            ("51 megapixels", plain(10_200, 5_000, ImageFormat::Jpeg), 422, "photo_too_many_pixels"),
            ("HEIC without a converter", heic, 415, "heic_unavailable"),
        ] {
            let answer = delegate.upload(bytes, "photo.jpg", &[]).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.text());
            answer.assert_problem(status, code);
        }
        nothing_is_kept(&app).await;
    }

    async fn what_is_no_form_is_refused_by_a_problem_document(app: TestApp) {
        let delegate = app.delegate("").await;
        let text = delegate.request(Method::POST, "/photos", |r| r.body("no form")).await;
        text.assert_problem(415, "not_multipart");
        let bytes = jpeg_with_exif(4, JIANXI, TAKEN_AT);
        for fields in [
            &[("longitude", "112.4"), ("latitude", "34.6")][..],
            &[("longitude", "112.4"), ("datum", "wgs84")],
            &[("longitude", "412.4"), ("latitude", "34.6"), ("datum", "wgs84")],
            &[("longitude", "112.4"), ("latitude", "34.6"), ("datum", "mars")],
            &[("taken_at", "yesterday")],
            &[("role", "portrait")],
        ] {
            delegate.upload(bytes.clone(), "a.jpg", fields).await.assert_problem(422, "invalid_fields");
        }
        app.anonymous().upload(bytes, "a.jpg", &[]).await.assert_problem(401, "not_signed_in");
        nothing_is_kept(&app).await;
    }

    async fn what_the_client_says_is_kept_where_the_file_says_nothing(app: TestApp) {
        let delegate = app.delegate("").await;
        let bytes = plain(640, 480, ImageFormat::Png);
        let fields = [("taken_at", TAKEN_AT), ("longitude", "112.4"), ("latitude", "34.66"), ("datum", "gcj02")];
        let shown = delegate.upload(bytes, "really-a-png.jpg", &fields).await.ok();
        assert_eq!(shown["taken_at"], TAKEN_AT);
        // Shifted by half a kilometre: GCJ-02 is not WGS-84.
        let longitude = shown["location"]["longitude"].as_f64().unwrap();
        assert!((0.002..0.01).contains(&(112.4 - longitude)), "{longitude}");
    }

    async fn the_files_word_and_the_senders_are_both_kept_and_a_contradiction_flagged(app: TestApp) {
        let delegate = app.delegate("").await;
        let now = app.now().to_rfc3339();
        let here = [("taken_at", now.as_str()), ("longitude", "112.395"), ("latitude", "34.655"), ("datum", "wgs84")];
        let old = jpeg_with_exif(30, BEIJING, "2019-05-01T10:00:00+08:00");
        let shown = delegate.upload(old, "a.jpg", &here).await.ok();
        assert_eq!(shown["flags"], json!(["time_contradicted", "place_contradicted"]));
        assert_eq!(shown["taken_at"], "2019-05-01T10:00:00+08:00", "a claim does not overwrite the file's own time");
        let future = jpeg_with_exif(31, JIANXI, "2031-05-01T10:00:00+08:00");
        let fields = [("taken_at", now.as_str()), ("source", "camera")];
        let shown = delegate.upload(future, "a.jpg", &fields).await.ok();
        assert_eq!(shown["flags"], json!(["file_time_impossible", "time_contradicted"]));
        let row = photo::Entity::find_by_id(shown["id"].as_str().unwrap().parse::<PhotoId>().unwrap());
        let row = row.one(&app.app().db).await.unwrap().unwrap();
        assert_eq!(row.claimed_taken_at, now.parse().ok());
        assert_eq!(row.exif_taken_at.unwrap().to_rfc3339(), "2031-05-01T02:00:00+00:00");
        assert_eq!(row.source, Some(PhotoSource::Camera));
        // Those who handle the report see the flags.
        let order = delegate.submit(&Report::at(JIANXI).photo(&shown)).await;
        app.run_jobs().await;
        let seen = app.operator().await.get(&format!("/orders/{}", number(&order))).await.ok();
        let flags = seen["photos"][0]["flags"].as_array().unwrap().clone();
        assert!(flags.contains(&json!("time_contradicted")), "{seen}");
        delegate.upload(plain(8, 8, ImageFormat::Png), "a.png", &[("source", "scanner")]).await.assert_problem(422, "invalid_fields");
    }

    async fn a_recorded_answer_has_links_that_are_good_now(app: TestApp) {
        let delegate = app.delegate("").await;
        let photo = delegate.upload_photo(32, JIANXI).await;
        let report = Report::at(JIANXI).photo(&photo);
        let first = delegate.post_with_key("/orders", report.json(), "the-same-key-again").await.ok();
        app.run_jobs().await;
        app.advance(TimeDelta::hours(5)).await;
        let again = delegate.post_with_key("/orders", report.json(), "the-same-key-again").await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        let again = again.ok();
        assert_eq!(again["number"], first["number"]);
        let open = async |answer: &serde_json::Value| {
            let link = answer["photos"][0]["urls"]["thumb"].as_str().unwrap().to_owned();
            app.http().get(link).send().await.unwrap().status().as_u16()
        };
        assert_eq!((open(&first).await, open(&again).await), (403, 200));
    }

    async fn a_link_shows_one_photo_for_an_hour_to_whoever_has_it(app: TestApp) {
        let delegate = app.delegate("").await;
        let shown = delegate.upload_photo(33, JIANXI).await;
        let link = shown["urls"]["large"].as_str().unwrap().to_owned();
        assert!(link.starts_with(&format!("{}/media/large/", app.base())), "{link}");
        let get = |link: String| app.http().get(link);
        let answer = get(link.clone()).send().await.unwrap();
        let headers = answer.headers().clone();
        assert!(headers["cache-control"].to_str().unwrap().starts_with("private, max-age="));
        assert_eq!((&headers["accept-ranges"], &headers["x-content-type-options"]), (&"bytes".parse().unwrap(), &"nosniff".parse().unwrap()));
        let whole = answer.bytes().await.unwrap();
        let part = get(link.clone()).header("Range", "bytes=10-19").send().await.unwrap();
        assert_eq!(part.headers()["content-range"], format!("bytes 10-19/{}", whole.len()));
        assert_eq!(part.bytes().await.unwrap(), whole.slice(10..20));
        let known = get(link.clone()).header("If-None-Match", headers["etag"].clone()).send().await.unwrap();
        assert_eq!(known.status().as_u16(), 304);
        let head = app.http().head(link.clone()).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, whole.len().to_string().as_str()));
        for forged in [link.replace("/large/", "/original/"), link.replace("until=1", "until=2"), format!("{link}x")] {
            assert_eq!(get(forged.clone()).send().await.unwrap().status().as_u16(), 403, "{forged}");
        }
        assert_eq!(get(link.split('?').next().unwrap().to_owned()).send().await.unwrap().status().as_u16(), 403);
        app.advance(TimeDelta::hours(2)).await;
        assert_eq!(get(link).send().await.unwrap().status().as_u16(), 403);
    }

    async fn a_photo_is_its_owners_until_it_is_in_an_order(app: TestApp) {
        let delegate = app.delegate("").await;
        let shown = delegate.upload_photo(5, JIANXI).await;
        let path = format!("/photos/{}", shown["id"].as_str().unwrap());
        delegate.get(&path).await.assert_status(200);
        app.operator().await.get(&path).await.assert_problem(404, "not_found");
        delegate.get(&format!("{path}/original")).await.assert_status(403);
        app.anonymous().get(&path).await.assert_problem(401, "not_signed_in");
        delegate.get("/photos/0198f2f0-0000-7000-8000-000000000000").await.assert_problem(404, "not_found");
    }

    async fn an_upload_whose_report_never_comes_is_removed_after_a_day(app: TestApp) {
        let delegate = app.delegate("").await;
        delegate.upload_photo(6, JIANXI).await;
        app.advance(TimeDelta::hours(23)).await;
        assert_eq!((rows(&app).await, keys(&app).await.len()), (1, 3));
        app.advance(TimeDelta::hours(2)).await;
        nothing_is_kept(&app).await;
    }

    async fn a_photo_sent_again_waits_another_day(app: TestApp) {
        let delegate = app.delegate("").await;
        let bytes = jpeg_with_exif(7, JIANXI, TAKEN_AT);
        let first = delegate.upload(bytes.clone(), "a.jpg", &[]).await.ok();
        app.advance(TimeDelta::hours(20)).await;
        let again = delegate.upload(bytes, "a.jpg", &[]).await.ok();
        assert_eq!(first["id"], again["id"]);
        app.advance(TimeDelta::hours(20)).await;
        assert_eq!((rows(&app).await, keys(&app).await.len()), (1, 3));
        app.advance(TimeDelta::hours(5)).await;
        nothing_is_kept(&app).await;
    }

    async fn two_peoples_same_bytes_are_removed_with_the_last_of_them(app: TestApp) {
        let bytes = jpeg_with_exif(8, JIANXI, TAKEN_AT);
        app.delegate("").await.upload(bytes.clone(), "a.jpg", &[]).await.assert_status(201);
        app.operator().await.upload(bytes, "a.jpg", &[]).await.assert_status(201);
        assert_eq!((rows(&app).await, keys(&app).await.len()), (2, 3));
        // One of them is used: the other's row goes, the objects stay.
        let one = photo::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let owner = one.owner_id;
        let txn = zhitong::db::write(&app.app().db).await.unwrap();
        use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};
        let mut used = one.into_active_model();
        used.attached = Set(true);
        used.update(&txn).await.unwrap();
        txn.commit().await.unwrap();
        app.advance(TimeDelta::hours(25)).await;
        let left = photo::Entity::find().all(&app.app().db).await.unwrap();
        assert_eq!((left.len(), left[0].owner_id, keys(&app).await.len()), (1, owner, 3));
    }
}

#[tokio::test]
async fn a_store_that_fails_half_way_is_told_and_cleaned_up() {
    let app = TestApp::with(tests::Db::Sqlite).breakable_s3().start().await;
    let delegate = app.delegate("").await;
    let bytes = jpeg_with_exif(9, JIANXI, TAKEN_AT);
    for fault in [
        Fault::Refuse,
        Fault::CutRequestAfter(40_000),
        Fault::CutAnswerAfter(20),
    ] {
        app.s3_line().set(fault);
        let answer = delegate.upload(bytes.clone(), "a.jpg", &[]).await;
        answer.assert_problem(503, "store_unavailable");
        assert!(!answer.header("retry-after").is_empty(), "{fault:?}");
        assert_eq!(rows(&app).await, 0, "{fault:?}: a row points at missing objects");
    }
    app.s3_line().set(Fault::None);
    // The last fault let the bytes through and lost the answers: they lie there without a row.
    assert!(!keys(&app).await.is_empty());
    assert!(job::Entity::find().count(&app.app().db).await.unwrap() > 0);
    app.advance(TimeDelta::hours(25)).await;
    nothing_is_kept(&app).await;
    delegate.upload(bytes, "a.jpg", &[]).await.assert_status(201);
    app.finish().await;
}

#[tokio::test]
async fn a_store_of_another_make_holds_photos_too() {
    let app = TestApp::with(tests::Db::Sqlite).foreign_s3().start().await;
    let delegate = app.delegate("").await;
    let shown = delegate.upload_photo(10, JIANXI).await;
    let link = shown["urls"]["large"].as_str().unwrap();
    let bytes = app.http().get(link).send().await.unwrap().bytes().await.unwrap();
    assert!(is_clean(&bytes));
    app.advance(TimeDelta::hours(25)).await;
    nothing_is_kept(&app).await;
    app.finish().await;
}

/// The console's form and the scan page offer HEIC only where a converter is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heic_is_offered_only_where_it_can_be_converted() {
    use tests::order_fixture::OrderFixture;
    use tests::{Browser, PersonQuery};
    // Any file will do: nothing is converted here.
    let converter = tempfile::NamedTempFile::new().unwrap();
    let path = converter.path().to_str().unwrap().to_owned();
    for (setting, offered) in [
        ("", false),
        ("/nowhere/heif-convert", false),
        (path.as_str(), true),
    ] {
        let app = TestApp::with(tests::Db::Sqlite)
            .set("HEIF_CONVERT", setting)
            .start()
            .await;
        let desk = OrderFixture::accepted(&app).await;
        let unit = desk.unit.person().unit.clone().unwrap();
        let handler = Browser::as_cast(&app, PersonQuery::role("handler").unit(&unit)).await;
        let order = handler.get(&format!("/console/orders/{}", desk.number)).await;
        let form = order.page(200, &["image/jpeg,image/png,image/webp"]);
        assert_eq!(
            (form.contains("image/heic"), form.contains("HEIC")),
            (offered, offered),
            "{setting}"
        );
        let scan = app.anonymous().get("/scan/LYLLZ1").await;
        assert_eq!(scan.text().contains("image/heic"), offered, "{setting}");
        app.run_jobs().await;
        app.finish().await;
    }
}
