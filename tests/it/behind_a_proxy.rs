//! The configurations of docs/deploy.md and docs/scale.md, run: nginx, HAProxy and Caddy in front of the product, and clients
//! that reach nothing but the proxy.

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response};
use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;
use tests::programs::program;
use tests::{Db, PersonQuery, TestApp};

const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";
const UPSTREAM: &str = "127.0.0.1:8080";
const INVENTED: &str = "203.0.113.9";

/// The block of this page in this language.
fn configuration(page: &str, language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let (_, after) = text.split_once(&format!("```{language}\n")).expect("a block");
    after.split_once("```").expect("its end").0.to_owned()
}

/// A proxy that runs until it is dropped.
struct Running {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        // nginx ends its workers when it is told to; a kill would leave them.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn nginx(port: u16, upstream: &str) -> Running {
    run_nginx(
        port,
        &configuration("deploy.md", "nginx").replace(UPSTREAM, upstream),
    )
}

fn run_nginx(port: u16, server: &str) -> Running {
    let server = server.replace("listen 443 ssl", &format!("listen 127.0.0.1:{port}"));
    let server: Vec<&str> = server.lines().filter(|line| !line.contains("ssl_")).collect();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {here}/{what};\n"))
        .concat();
    let text = format!(
        "daemon off;\nuser root;\npid {here}/pid;\nerror_log {here}/log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{}\n}}\n",
        server.join("\n")
    );
    // Workers of a server that root starts run as somebody else.
    let text = if is_root() {
        text
    } else {
        text.replace("user root;\n", "")
    };
    let path = folder.path().join("nginx.conf");
    std::fs::write(&path, text).unwrap();
    start(
        Command::new(program("nginx"))
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&path),
        port,
        folder,
    )
}

fn haproxy(port: u16, upstream: &str) -> Running {
    let text = configuration("deploy.md", "haproxy")
        .replace(
            "bind :443 ssl crt /etc/zhitong/tls.pem",
            &format!("bind 127.0.0.1:{port}"),
        )
        .replace(UPSTREAM, upstream);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("haproxy.cfg");
    std::fs::write(&path, text).unwrap();
    start(
        Command::new(program("haproxy")).arg("-db").arg("-f").arg(&path),
        port,
        folder,
    )
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// Speaks HTTP, as the test has no certificate for the name in the configuration.
const CADDY_OPTIONS: &str = "{\n    admin off\n    auto_https off\n    grace_period 1s\n}\n";

fn caddy(port: u16, upstream: &str) -> Running {
    let site = configuration("deploy.md", "caddyfile")
        .replace(
            "zhitong.example.cn {",
            &format!("http://127.0.0.1:{port} {{\n    bind 127.0.0.1"),
        )
        .replace(UPSTREAM, upstream);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Caddyfile");
    std::fs::write(&path, format!("{CADDY_OPTIONS}{site}")).unwrap();
    let mut command = Command::new(program("caddy"));
    for variable in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, folder.path());
    }
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(&path);
    start(&mut command, port, folder)
}

fn start(command: &mut Command, port: u16, folder: tempfile::TempDir) -> Running {
    let log = std::fs::File::create(folder.path().join("output")).unwrap();
    command.stdout(Stdio::null()).stderr(log);
    let mut running = Running {
        child: command.spawn().unwrap(),
        url: format!("http://127.0.0.1:{port}"),
        folder,
    };
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return running;
        }
        if running.child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut said = String::new();
    for name in ["output", "log"] {
        if let Ok(mut file) = std::fs::File::open(running.folder.path().join(name)) {
            let _ = file.read_to_string(&mut said);
        }
    }
    panic!("the proxy did not start: {said}");
}

/// A client that calls from this address.
fn client_at(last: u8) -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)))
        .build()
        .unwrap()
}

fn cookies(response: &Response) -> String {
    let set = response.headers().get_all(SET_COOKIE).iter();
    let pairs = set.filter_map(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned));
    pairs
        .filter(|pair| !pair.ends_with('='))
        .collect::<Vec<_>>()
        .join("; ")
}

fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .expect("a hidden field");
    after.split('"').next().unwrap().to_owned()
}

#[expect(clippy::too_many_lines, reason = "one journey")]
async fn everything_works_through(front: fn(u16, &str) -> Running) {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}");
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_PUBLIC_URL", &url)
        .set("ZHITONG_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let proxy = front(port, app.base().trim_start_matches("http://"));
    // The proxy itself calls from 127.0.0.1; whoever is not that is a client.
    let client = client_at(2);

    // The page shows the client's own address, and not what the client has invented.
    let page = client
        .get(format!("{}/console/login", proxy.url))
        .header("X-Forwarded-For", INVENTED);
    let page = page
        .header("Forwarded", format!("for={INVENTED}"))
        .send()
        .await
        .unwrap();
    let begun = cookies(&page);
    let text = page.text().await.unwrap();
    assert!(text.contains("来自本机") && !text.contains(INVENTED), "{text}");

    // Signing in is a form of the browser's, which says where it comes from.
    let person = app.person(PersonQuery::role("supervisor")).await;
    let form = [("csrf", hidden(&text, "csrf")), ("person", person.openid)];
    let signed_in = client
        .post(format!("{url}/console/login/sandbox"))
        .header(COOKIE, begun);
    let signed_in = signed_in.header(ORIGIN, &url).form(&form).send().await.unwrap();
    assert_eq!(signed_in.status(), 303, "{:?}", signed_in.text().await);
    let session = cookies(&signed_in);

    // A live stream arrives while it is open.
    let stream = client
        .get(format!("{url}/console/overview/stream?period=month"))
        .header(COOKIE, &session);
    let mut stream = stream.send().await.unwrap().bytes_stream();
    let first = tokio::time::timeout(Duration::from_secs(60), stream.next()).await;
    assert!(first.expect("the stream's first bytes").expect("bytes").is_ok());
    drop(stream);

    // An upload, and the photo by its link, in whole and in part.
    let delegate = app.delegate("").await;
    let part = reqwest::multipart::Part::bytes(jpeg_with_exif(1, JIANXI, TAKEN_AT)).file_name("a.jpg");
    let upload = client
        .post(format!("{url}/api/v1/photos"))
        .bearer_auth(delegate.token().unwrap());
    let upload = upload
        .multipart(reqwest::multipart::Form::new().part("file", part))
        .send()
        .await
        .unwrap();
    assert_eq!(upload.status(), 201);
    let photo: serde_json::Value = upload.json().await.unwrap();
    for size in ["large", "thumb"] {
        let link = photo["urls"][size].as_str().unwrap();
        assert!(link.starts_with(&format!("{url}/media/")), "{link}");
        let shown = client.get(link).send().await.unwrap();
        assert_eq!(
            (shown.status().as_u16(), &shown.headers()["content-type"]),
            (200, &"image/jpeg".parse().unwrap())
        );
        assert!(image::load_from_memory(&shown.bytes().await.unwrap()).is_ok());
        let part = client
            .get(link)
            .header("Range", "bytes=0-1")
            .send()
            .await
            .unwrap();
        assert_eq!(
            (part.status().as_u16(), part.bytes().await.unwrap().as_ref()),
            (206, &b"\xFF\xD8"[..])
        );
    }

    // A form of a session, from our page and from another.
    let sessions = client
        .get(format!("{url}/console/sessions"))
        .header(COOKIE, &session)
        .send()
        .await
        .unwrap();
    let csrf = hidden(&sessions.text().await.unwrap(), "csrf");
    let send = async |origin: &str| {
        let form = client
            .post(format!("{url}/console/sign-out"))
            .header(COOKIE, &session);
        form.header(ORIGIN, origin)
            .form(&[("csrf", &csrf)])
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(send("https://evil.example").await, 403);
    assert_eq!(send(&url).await, 303);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_works_through_nginx() {
    everything_works_through(nginx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_works_through_haproxy() {
    everything_works_through(haproxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_works_through_caddy() {
    everything_works_through(caddy).await;
}

/// A city is reached under its own name only, and what one knows the others do not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_cities_share_a_machine_and_nothing_else() {
    let port = free_port();
    let name = |city: &str| format!("{city}.example.cn");
    let mut server = configuration("scale.md", "nginx");
    let mut cities = Vec::new();
    for (city, upstream) in [
        ("city-a", "127.0.0.1:8081"),
        ("city-b", "127.0.0.1:8082"),
        ("city-c", "127.0.0.1:8083"),
    ] {
        let app = TestApp::with(Db::Sqlite)
            .set("ZHITONG_PUBLIC_URL", &format!("http://{}:{port}", name(city)))
            .set("ZHITONG_TRUSTED_PROXIES", "127.0.0.1")
            .set(
                "JWT_SECRET",
                &format!("a-secret-of-{city}-that-only-the-tests-know"),
            )
            .start()
            .await;
        assert!(server.contains(upstream) && server.contains(&name(city)));
        server = server.replace(upstream, app.base().trim_start_matches("http://"));
        cities.push((city, app));
    }
    let _proxy = run_nginx(port, &server);
    let loopback = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let mut client = Client::builder().no_proxy();
    for city in ["city-a", "city-b", "city-c", "city-d"] {
        client = client.resolve(&name(city), loopback);
    }
    let client = client.build().unwrap();
    let orders = |city: &str| format!("http://{}:{port}/api/v1/orders", name(city));

    let mut filed = Vec::new();
    for (city, app) in &cities {
        let token = app.delegate("").await.token().unwrap();
        let words = format!("{city} 路面有一处明显塌陷，过往车辆绕行。");
        let report = tests::orders::Report::default().saying(&words).json();
        let key = uuid::Uuid::now_v7().to_string();
        let sent = client
            .post(orders(city))
            .bearer_auth(&token)
            .header("Idempotency-Key", key);
        let sent = sent.json(&report).send().await.unwrap();
        assert_eq!(sent.status(), 201, "{city}");
        filed.push((*city, token, words));
    }
    for (city, token, _) in &filed {
        for (other, _, words) in &filed {
            let list = client.get(orders(other)).bearer_auth(token).send().await.unwrap();
            if city == other {
                let list: serde_json::Value = list.json().await.unwrap();
                assert_eq!(list["items"].as_array().unwrap().len(), 1, "{city}");
                assert_eq!(list["items"][0]["description"], words.as_str());
            } else {
                assert_eq!(list.status(), 401, "a token of {city} at {other}");
            }
        }
    }
    assert_eq!(client.get(orders("city-d")).send().await.unwrap().status(), 421);
    for (_, app) in cities {
        app.run_jobs().await;
        app.finish().await;
    }
}
