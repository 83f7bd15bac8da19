//! `zhitong serve` as a process that can be killed and started again.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tests::people::Person;

const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How the process is started; kept for the next start.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database_url: String,
    pub data_dir: PathBuf,
    /// Further variables.
    pub variables: Vec<(String, String)>,
    /// A command that runs the one that follows its arguments, as `sh -c '… exec "$@"' sh`.
    pub wrapper: Vec<String>,
}

impl Settings {
    pub fn new(database_url: &str, data_dir: &Path) -> Self {
        Self {
            database_url: database_url.to_owned(),
            data_dir: data_dir.to_owned(),
            variables: Vec::new(),
            wrapper: Vec::new(),
        }
    }

    /// On an SQLite file in `data_dir`.
    pub fn sqlite(data_dir: &Path) -> Self {
        let file = data_dir.join("zhitong.sqlite");
        Self::new(&format!("sqlite://{}", file.display()), data_dir)
    }
}

pub struct Product {
    pub base: String,
    pub http: reqwest::Client,
    settings: Settings,
    port: u16,
    child: Child,
}

/// A person's access token.
#[derive(Clone, Debug)]
pub struct Delegate {
    pub token: String,
}

impl Product {
    /// Starts the process and waits until it is ready.
    pub async fn start(settings: Settings) -> Self {
        let mut product = Self::spawn(settings);
        product.wait_until_ready().await;
        product
    }

    /// Starts the process.
    pub fn spawn(settings: Settings) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let child = settings.serve(port).spawn().expect("the product starts");
        Self {
            base: format!("http://127.0.0.1:{port}"),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()
                .expect("an HTTP client"),
            settings,
            port,
            child,
        }
    }

    pub async fn wait_until_ready(&mut self) {
        let started = Instant::now();
        loop {
            let ended = self.child.try_wait().expect("the process");
            assert!(ended.is_none(), "the product has ended: {ended:?}");
            let ready = self.http.get(format!("{}/readyz", self.base)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(
                started.elapsed() < START_TIMEOUT,
                "the product did not become ready"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process was alive");
        self.child.wait().expect("the process ends");
    }

    /// Starts the process again, at the same address.
    pub async fn start_again(&mut self) {
        self.child = self
            .settings
            .serve(self.port)
            .spawn()
            .expect("the product starts");
        self.wait_until_ready().await;
    }

    /// Signs in up to `count` delegates of the sandbox.
    pub async fn delegates(&self, count: usize) -> Vec<Delegate> {
        let mut delegates = Vec::new();
        for person in self
            .people()
            .await
            .iter()
            .filter(|person| person.role == "delegate")
            .take(count)
        {
            delegates.push(self.sign_in(person).await);
        }
        delegates
    }

    /// All people of the sandbox.
    pub async fn people(&self) -> Vec<Person> {
        let people = self.http.get(format!("{}/sandbox/people", self.base));
        people.send().await.unwrap().json().await.unwrap()
    }

    pub async fn sign_in(&self, person: &Person) -> Delegate {
        let code = self
            .post("/sandbox/login-codes", json!({ "openid": person.openid }))
            .await;
        let mut session = self
            .post("/api/v1/sessions", json!({ "code": code["code"] }))
            .await;
        if session["status"] == "bind_required" {
            let body = json!({ "openid": person.openid, "phone": person.phone });
            let phone = self.post("/sandbox/phone-codes", body).await;
            let body = json!({ "bind_ticket": session["bind_ticket"], "phone_code": phone["code"] });
            session = self.post("/api/v1/sessions/bind", body).await;
        }
        let token = session["access_token"].as_str().expect("a token").to_owned();
        Delegate { token }
    }

    /// Uploads a photo; returns the status, and the photo or the problem.
    pub async fn upload(&self, delegate: &Delegate, bytes: Vec<u8>) -> (u16, Value) {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("photo.jpg");
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.http.post(format!("{}/api/v1/photos", self.base));
        let sent = request.bearer_auth(&delegate.token).multipart(form).send().await;
        let answer = sent.expect("an answer");
        let has_retry_after = answer.headers().contains_key("retry-after");
        assert!(
            answer.status() != 503 || has_retry_after,
            "503 without Retry-After"
        );
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).json(&body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Settings {
    /// A command of the product on these data.
    pub fn command(&self, name: &str) -> Command {
        let binary = tests::programs::product();
        let mut command = if let [first, rest @ ..] = self.wrapper.as_slice() {
            let mut command = Command::new(first);
            command.args(rest).arg(binary);
            command
        } else {
            Command::new(binary)
        };
        let key = base64::engine::general_purpose::STANDARD.encode([7_u8; 32]);
        command
            .arg(name)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("ZHITONG_DATA_DIR", &self.data_dir)
            .env("DATABASE_URL", &self.database_url)
            .env("WECHAT_MODE", "sandbox")
            .env("JWT_SECRET", "only-for-the-attacks-0123456789-abcdefghij")
            .env("DATA_KEY", format!("k1:{key}"))
            .env("RUST_LOG", "error")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null());
        command
    }

    fn serve(&self, port: u16) -> Command {
        let mut command = self.command("serve");
        command.env("ZHITONG_BIND", format!("127.0.0.1:{port}"));
        command
    }
}
