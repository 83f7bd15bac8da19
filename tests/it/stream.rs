//! The live screen: news at once, on every replica, to those who may see them, until the session ends.

use std::time::Duration;

use serde_json::Value;
use tests::orders::{Report, number};
use tests::{Client, Db, TestApp, on_both_databases, places};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use zhitong::app::App;
use zhitong::overview::screen_hub::ScreenHub;
use zhitong::overview::worker;

const VENDORS: &str = "占道经营";
/// How long a test waits for news that should be there at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// A screen on the wall.
struct Wall {
    answer: reqwest::Response,
    /// A chunk may end within a character.
    read: Vec<u8>,
}

/// One event: its name, id and data.
#[derive(Debug)]
struct Event {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Wall {
    async fn open(http: &reqwest::Client, base: &str, who: &Client, query: &str, last: Option<&str>) -> Self {
        let mut request = http
            .get(format!("{base}/api/v1/overview/stream{query}"))
            .bearer_auth(who.token().unwrap())
            .header("Accept-Encoding", "gzip");
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            read: Vec::new(),
        }
    }

    /// The next event by `until`; comments and settings are passed over. None when the stream ends or time is over.
    async fn next(&mut self, until: Instant) -> Option<Event> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let frame = String::from_utf8(self.read.drain(..end + 2).collect()).unwrap();
                let field = |name: &str| {
                    frame
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
                };
                if let Some(data) = field("data") {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Event {
                        name: field("event").unwrap(),
                        id: field("id"),
                        data,
                    });
                }
                continue;
            }
            let chunk = timeout_at(until, self.answer.chunk()).await.ok()?.ok()??;
            self.read.extend_from_slice(&chunk);
        }
    }

    /// The first event for which this holds.
    async fn sees(&mut self, what: &str, is_it: impl Fn(&Event) -> bool) -> Event {
        let until = Instant::now() + PATIENCE;
        let mut others = Vec::new();
        while let Some(event) = self.next(until).await {
            if is_it(&event) {
                return event;
            }
            others.push(event.name);
        }
        panic!("no {what} within {PATIENCE:?}, but {others:?}");
    }
}

/// The worker that updates the screens of a replica; the kit starts none.
struct Keeping(CancellationToken);

impl Keeping {
    fn start(app: &App) -> Self {
        let stop = CancellationToken::new();
        tokio::spawn(worker::run(app.clone(), stop.clone()));
        Self(stop)
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

on_both_databases! {
    async fn a_new_order_and_a_light_appear_at_once(app: TestApp) {
        let _keeping = Keeping::start(app.app());
        let delegate = app.delegate("涧西区").await;
        let mut city = Wall::open(app.http(), app.base(), &app.supervisor().await, "", None).await;
        let mut county = Wall::open(app.http(), app.base(), &app.county_supervisor("涧西区").await, "", None).await;
        let first = city.sees("counts at once", |event| event.name == "overview").await;
        assert_eq!(first.data["open"], 0);
        county.sees("counts at once", |event| event.name == "overview").await;

        let elsewhere = delegate.submit(&Report::at(places::YICHUAN).category(VENDORS)).await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        for wall in [&mut city, &mut county] {
            let news = wall.sees("new order", |event| event.data["number"] == order["number"]).await;
            assert_eq!((news.name.as_str(), &news.data["kind"]), ("order", &Value::from("arrived")));
            assert!(news.id.is_some());
            wall.sees("counts", |event| event.name == "overview" && event.data["open"].as_i64() > Some(0)).await;
        }

        app.advance(chrono::TimeDelta::hours(20)).await;
        // The county hears of its own order only.
        let light = county.sees("a light", |event| event.data["kind"] == "light").await;
        assert_eq!((&light.data["number"], &light.data["light"]), (&order["number"], &Value::from("yellow")));
        city.sees("a light", |event| event.data["number"] == elsewhere["number"] && event.data["light"] == "yellow").await;
        city.sees("counts", |event| event.data["lights"]["yellow"] == 2).await;
        let until = Instant::now() + Duration::from_millis(300);
        while let Some(event) = county.next(until).await {
            assert_ne!(event.data["number"], elsewhere["number"], "{event:?}");
        }
    }

    async fn who_comes_back_hears_what_he_missed_or_is_told_to_look_again(app: TestApp) {
        let _keeping = Keeping::start(app.app());
        let delegate = app.delegate("涧西区").await;
        let supervisor = app.supervisor().await;
        let mut wall = Wall::open(app.http(), app.base(), &supervisor, "", None).await;
        wall.sees("counts", |event| event.name == "overview").await;
        delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        let last = wall.sees("news", |event| event.name == "order").await.id.unwrap();
        let mut other = Wall::open(app.http(), app.base(), &supervisor, "", None).await;
        drop(wall);
        let missed = delegate.submit(&Report::at(places::XIGONG).category(VENDORS)).await;
        other.sees("news", |event| event.data["number"] == missed["number"]).await;

        let mut back = Wall::open(app.http(), app.base(), &supervisor, "", Some(&last)).await;
        let first = back.next(Instant::now() + PATIENCE).await.unwrap();
        assert_eq!((first.name.as_str(), first.data["number"].as_str()), ("order", Some(number(&missed))));
        let mut stranger = Wall::open(app.http(), app.base(), &supervisor, "", Some("77-0")).await;
        assert_eq!(stranger.next(Instant::now() + PATIENCE).await.unwrap().name, "resync");
        app.run_jobs().await;
    }

    async fn a_stream_ends_with_its_session_and_with_the_server(app: TestApp) {
        let supervisor = app.supervisor().await;
        let county = app.county_supervisor("涧西区").await;
        let mut wall = Wall::open(app.http(), app.base(), &supervisor, "", None).await;
        let mut other = Wall::open(app.http(), app.base(), &county, "", None).await;
        assert_eq!(app.app().state::<ScreenHub>().count(), 2);
        supervisor.delete("/sessions/current").await.assert_ok();
        worker::disconnect_ended(app.app()).await.unwrap();
        wall.sees("the end", |event| event.name == "over").await;
        assert!(wall.next(Instant::now() + PATIENCE).await.is_none());
        other.sees("counts", |event| event.name == "overview").await;
        app.app().state::<ScreenHub>().close();
        other.sees("the end", |event| event.name == "over").await;
        assert!(other.next(Instant::now() + PATIENCE).await.is_none());
        assert_eq!(app.app().state::<ScreenHub>().count(), 0);
    }
}

/// PostgreSQL carries the news: what one replica counts, the screens of the other show.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_cross_replicas() {
    let app = TestApp::start(Db::Postgres).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let other = zhitong::server::build(app.app().config.clone(), address)
        .await
        .unwrap();
    let server = zhitong::server::listen(other.clone(), listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    let keeping = (Keeping::start(app.app()), Keeping::start(&other));

    let supervisor = app.supervisor().await;
    let mut walls = Vec::new();
    for base in [app.base().to_owned(), format!("http://{address}")] {
        let mut wall = Wall::open(app.http(), &base, &supervisor, "", None).await;
        wall.sees("counts", |event| event.name == "overview").await;
        walls.push(wall);
    }
    let delegate = app.delegate("涧西区").await;
    for _ in 0..3 {
        let order = delegate
            .submit(&Report::at(places::JIANXI).category(VENDORS))
            .await;
        for wall in &mut walls {
            wall.sees("news", |event| event.data["number"] == order["number"])
                .await;
        }
    }
    for wall in &mut walls {
        wall.sees("counts", |event| event.data["open"] == 3).await;
    }
    drop((keeping, walls));
    app.run_jobs().await;
    handle.stop(false).await;
    app.finish().await;
}
