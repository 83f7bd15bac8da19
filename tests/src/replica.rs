//! A PostgreSQL server of a test's own with a streaming replica, both on free ports of the loopback interface.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use sea_orm::{ConnectionTrait, Database, Statement};

/// The data are thrown away: nothing needs to survive a power cut.
const OPTIONS: &str =
    "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c shared_buffers=32MB";

/// A primary and its replica. Both end with it.
pub struct ReplicaPair {
    folder: tempfile::TempDir,
    primary: Server,
    replica: Server,
}

struct Server {
    data: PathBuf,
    port: u16,
}

impl ReplicaPair {
    /// Starts both: `initdb`, `pg_basebackup`.
    ///
    /// # Panics
    /// If PostgreSQL's programs are missing or fail.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("zhitong-replica").tempdir();
        let folder = folder.expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let server = |name: &str| Server {
            data: folder.path().join(name),
            port: free_port(),
        };
        let (primary, replica) = (server("primary"), server("replica"));
        run(program("initdb")
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&primary.data));
        primary.start(folder.path());
        let port = primary.port.to_string();
        run(program("pg_basebackup")
            .args([
                "-R",
                "-c",
                "fast",
                "--no-sync",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-p",
                &port,
                "-D",
            ])
            .arg(&replica.data));
        replica.start(folder.path());
        Self {
            folder,
            primary,
            replica,
        }
    }

    #[must_use]
    pub fn primary_url(&self) -> String {
        self.primary.url()
    }

    #[must_use]
    pub fn replica_url(&self) -> String {
        self.replica.url()
    }

    /// Stops the replay: later writes are not seen on the replica.
    pub async fn pause(&self) {
        on(&self.replica_url(), "SELECT pg_wal_replay_pause()::text AS said").await;
        loop {
            let state = "SELECT pg_get_wal_replay_pause_state() AS said";
            if on(&self.replica_url(), state).await.as_deref() == Some("paused") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub async fn resume(&self) {
        on(&self.replica_url(), "SELECT pg_wal_replay_resume()::text AS said").await;
    }

    /// Waits until the replica has everything that the primary has now.
    pub async fn catch_up(&self) {
        let written = on(
            &self.primary_url(),
            "SELECT pg_current_wal_insert_lsn()::text AS said",
        )
        .await;
        let written = written.expect("a position");
        let replayed = format!("SELECT (pg_last_wal_replay_lsn() >= '{written}')::text AS said");
        // Makes the server write out what it has only in memory.
        on(&self.primary_url(), "SELECT pg_switch_wal()::text AS said").await;
        while on(&self.replica_url(), &replayed).await.as_deref() != Some("true") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Ends the replica as a crash does.
    pub fn kill_replica(&self) {
        self.replica.stop();
    }

    pub fn start_replica(&self) {
        self.replica.start(self.folder.path());
    }
}

impl Drop for ReplicaPair {
    fn drop(&mut self) {
        self.replica.stop();
        self.primary.stop();
    }
}

impl Server {
    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn start(&self, folder: &Path) {
        let options = format!("-p {} -k {} {OPTIONS}", self.port, folder.display());
        run(program("pg_ctl")
            .args(["start", "-w", "-o", &options, "-l"])
            .arg(self.data.with_extension("log"))
            .arg("-D")
            .arg(&self.data));
    }

    fn stop(&self) {
        let mut stop = program("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"]).arg(&self.data);
        // It may have been stopped already.
        let _ = stop.output();
    }
}

async fn on(url: &str, sql: &str) -> Option<String> {
    let db = Database::connect(url).await.expect("the server");
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect("an answer");
    let said = row.and_then(|row| row.try_get("", "said").ok());
    db.close().await.expect("close");
    said
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

/// A program of the newest PostgreSQL; it refuses to run as root.
fn program(name: &str) -> Command {
    let path = servers().join(name);
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/");
    command
}

/// Debian and Fedora keep them where the path does not lead.
fn servers() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let numbered = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    let newest = numbered.max().map(|(_, folder)| folder);
    newest.unwrap_or_else(|| PathBuf::from("/usr/bin"))
}

fn run(command: &mut Command) {
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
