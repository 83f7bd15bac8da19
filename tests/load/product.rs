//! The release binary as a process, and what it costs.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::fault_proxy::FaultProxy;
use tests::people::Person;
use zhitong::db::Db;

/// Linux counts a process's time in hundredths of a second on every usual machine.
const TICKS_PER_SEC: f64 = 100.0;

pub struct Product {
    pub base: String,
    pub http: reqwest::Client,
    pub db: Db,
    /// Of the database.
    pub url: String,
    /// Between the product and WeChat's stand-in, to be cut.
    pub wechat: FaultProxy,
    child: Child,
    postgres: Option<Postgres>,
    variables: Vec<(&'static str, String)>,
    _folder: TempDir,
}

/// The database server's processes, and the database to drop at the end.
struct Postgres {
    postmaster: u32,
    cluster_url: String,
    name: String,
}

/// MiB.
pub struct Pss {
    pub server: f64,
    pub database: f64,
}

/// A signed-in person.
#[derive(Clone)]
pub struct Caller {
    pub person: Person,
    pub token: String,
}

impl Product {
    pub async fn start(binary: &Path, db: &str) -> anyhow::Result<Self> {
        ensure!(
            binary.exists(),
            "{} is not built: cargo build --release",
            binary.display()
        );
        let folder = tempfile::Builder::new().prefix("zhitong-load").tempdir()?;
        let (url, postgres) = match db {
            "sqlite" => (
                format!("sqlite://{}", folder.path().join("zhitong.sqlite").display()),
                None,
            ),
            "postgres" => create_database()
                .await
                .map(|(url, postgres)| (url, Some(postgres)))?,
            other => bail!("--db is sqlite or postgres, not {other}"),
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let key = base64::engine::general_purpose::STANDARD.encode([7_u8; 32]);
        let wechat = FaultProxy::start(&format!("127.0.0.1:{port}")).await;
        let variables = vec![
            ("ZHITONG_BIND", format!("127.0.0.1:{port}")),
            ("ZHITONG_DATA_DIR", folder.path().display().to_string()),
            ("DATABASE_URL", url.clone()),
            ("WECHAT_MODE", "sandbox".to_owned()),
            (
                "WECHAT_API_BASE",
                format!("http://{}/sandbox/wechat", wechat.address()),
            ),
            ("JWT_SECRET", "only-for-the-load-program-0123456789".to_owned()),
            ("DATA_KEY", format!("k1:{key}")),
            ("RUST_LOG", "error".to_owned()),
        ];
        let child = Command::new(binary)
            .arg("serve")
            .env_clear()
            .envs(variables.clone())
            .stdout(Stdio::null())
            .spawn()?;
        let base = format!("http://127.0.0.1:{port}");
        let http = reqwest::Client::builder().no_proxy().build()?;
        wait_until_ready(&http, &base).await?;
        let db = zhitong::db::connect(&url).await?;
        Ok(Self {
            base,
            http,
            db,
            url,
            wechat,
            child,
            postgres,
            variables,
            _folder: folder,
        })
    }

    /// Another command of the program, with the server's configuration.
    pub fn command(&self, binary: &Path) -> Command {
        let mut command = Command::new(binary);
        command.env_clear().envs(self.variables.clone());
        command
    }

    /// Returns all people of the sandbox, signed in.
    pub async fn sign_in_everybody(&self) -> anyhow::Result<Vec<Caller>> {
        let people: Vec<Person> = self
            .http
            .get(format!("{}/sandbox/people", self.base))
            .send()
            .await?
            .json()
            .await?;
        let mut callers = Vec::new();
        for person in people {
            let login = self
                .post("/sandbox/login-codes", json!({ "openid": person.openid }))
                .await?;
            let mut session = self
                .post("/api/v1/sessions", json!({ "code": login["code"] }))
                .await?;
            if session["status"] == "bind_required" {
                let body = json!({ "openid": person.openid, "phone": person.phone });
                let phone = self.post("/sandbox/phone-codes", body).await?;
                let bind = json!({ "bind_ticket": session["bind_ticket"], "phone_code": phone["code"] });
                // Somebody of the sandbox is on no roster, on purpose.
                let Ok(bound) = self.post("/api/v1/sessions/bind", bind).await else {
                    continue;
                };
                session = bound;
            }
            let token = session["access_token"].as_str().context("a token")?.to_owned();
            callers.push(Caller { person, token });
        }
        Ok(callers)
    }

    /// Searches all orders; returns how many are on the first page.
    pub async fn search(&self, caller: &Caller, text: &str) -> anyhow::Result<usize> {
        let path = format!("{}/api/v1/orders?scope=all&limit=20", self.base);
        let request = self
            .http
            .get(path)
            .query(&[("q", text)])
            .bearer_auth(&caller.token);
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .json(&body)
            .send()
            .await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        self.memory("VmRSS:")
    }

    pub fn peak_mib(&self) -> anyhow::Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> anyhow::Result<f64> {
        memory(self.child.id(), name)
    }

    /// The share of memory of the server and of the database server's processes: pages that several use are divided among
    /// them.
    pub fn pss(&self) -> anyhow::Result<Pss> {
        let server = pss_of(self.child.id()).context("the server is gone")?;
        let database = self.postgres.as_ref().map_or(0.0, |postgres| {
            children_of(postgres.postmaster)
                .chain([postgres.postmaster])
                .filter_map(pss_of)
                .sum()
        });
        Ok(Pss { server, database })
    }

    /// CPU seconds used so far by the server, and by the database server.
    pub fn cpu_seconds(&self) -> anyhow::Result<(f64, f64)> {
        let server = cpu_of(self.child.id(), false).context("the server is gone")?;
        Ok((server, self.cpu_seconds_of_database()))
    }

    /// The database server's part alone; 0 with SQLite.
    pub fn cpu_seconds_of_database(&self) -> f64 {
        self.postgres.as_ref().map_or(0.0, |postgres| {
            // Processes that have ended are counted in the postmaster's children.
            let ended = cpu_of(postgres.postmaster, true).unwrap_or_default();
            children_of(postgres.postmaster)
                .filter_map(|pid| cpu_of(pid, false))
                .sum::<f64>()
                + ended
        })
    }

    /// Ends the server and leaves its database.
    pub fn halt(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub async fn stop(mut self) -> anyhow::Result<()> {
        // It may have been halted before.
        let _ = self.child.kill();
        self.child.wait()?;
        self.db.close().await?;
        if let Some(postgres) = self.postgres {
            let cluster = Database::connect(&postgres.cluster_url).await?;
            let drop = format!("DROP DATABASE {} WITH (FORCE)", postgres.name);
            cluster.execute_unprepared(&drop).await?;
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the load program is told where the cluster is"
)]
async fn create_database() -> anyhow::Result<(String, Postgres)> {
    let cluster_url = std::env::var("TEST_POSTGRES_URL").context("TEST_POSTGRES_URL is not set")?;
    let cluster = Database::connect(&cluster_url).await?;
    let name = format!("zhitong_load_{}", std::process::id());
    cluster
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await?;
    let ask = Statement::from_string(cluster.get_database_backend(), "SELECT pg_backend_pid() AS pid");
    let row = cluster.query_one_raw(ask).await?.context("a backend")?;
    let backend: i32 = row.try_get("", "pid")?;
    let postmaster = parent_of(backend.unsigned_abs()).context("the cluster must run on this machine")?;
    let (server, _) = cluster_url
        .rsplit_once('/')
        .context("TEST_POSTGRES_URL ends in /database")?;
    let url = format!("{server}/{name}");
    let postgres = Postgres {
        postmaster,
        cluster_url: cluster_url.clone(),
        name,
    };
    Ok((url, postgres))
}

/// The most memory that a process has had so far, in MiB.
pub fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .context("no memory line")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib / 1024.0)
}

async fn wait_until_ready(http: &reqwest::Client, base: &str) -> anyhow::Result<()> {
    for _ in 0..240 {
        let ready = http.get(format!("{base}/readyz")).send().await;
        if ready.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("the product did not become ready")
}

/// The fields of `/proc/PID/stat` after the name, which may hold blanks.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after) = text.rsplit_once(')')?;
    Some(after.split_whitespace().map(str::to_owned).collect())
}

/// User and system time of a process, or of its children that have ended.
fn cpu_of(pid: u32, of_children: bool) -> Option<f64> {
    let stat = stat(pid)?;
    let first = if of_children { 13 } else { 11 };
    let ticks = |index: usize| stat.get(index)?.parse::<f64>().ok();
    Some((ticks(first)? + ticks(first + 1)?) / TICKS_PER_SEC)
}

/// MiB; `None` if the process is gone or belongs to somebody else.
fn pss_of(pid: u32) -> Option<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn parent_of(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

fn children_of(parent: u32) -> impl Iterator<Item = u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(move |pid| parent_of(*pid) == Some(parent))
}
