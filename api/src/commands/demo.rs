//! `zhitong demo`: the whole product on one machine without any account, and the stories played in it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rand::RngCore as _;

use crate::app::App;
use crate::city::files::Files;
use crate::city::snapshot::CityHandle;
use crate::clock::Clock;
use crate::config::{Config, DEFAULT_CITY_PACK, SAMPLE_DATA_KEY};
use crate::demo::living_city;
use crate::demo::narrator::Narrator;
use crate::demo::play::{StoryOutcome, play_all};
use crate::demo::script::Script;
use crate::demo::stage::StoryScheduler;
use crate::insight::nightly;
use crate::ops::telemetry::{self, Style};
use crate::overview::projector;
use crate::server;

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_FOLDER: &str = "./data/demo";
const KEYS_FILE: &str = "demo-keys";
/// Written when the stories have been played; the next start only serves.
const PLAYED_FILE: &str = "stories-played";
/// The clock starts so long before the first story.
const LEAD_IN: TimeDelta = TimeDelta::minutes(30);
/// Set by the demo whatever the environment says: it must not touch anything real.
const OWN: &[&str] = &[
    "DATABASE_URL",
    "S3_ENDPOINT",
    "S3_PUBLIC_ENDPOINT",
    "WECHAT_APP_ID",
    "WECHAT_APP_SECRET",
    "WECHAT_API_BASE",
    "ZHITONG_PUBLIC_URL",
];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Start over: remove what an earlier demo left
    #[arg(long)]
    fresh: bool,
    /// Exit after the stories; the exit status is 0 only if every story ended as scripted. Implies `--fresh`
    #[arg(long)]
    exit: bool,
    /// Play the stories, but leave out the year of orders that makes the city live
    #[arg(long)]
    stories_only: bool,
    /// Serve the city, its people and units, with no orders
    #[arg(long)]
    no_stories: bool,
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
}

/// Prints the lines as they come.
struct Terminal;

impl Narrator for Terminal {
    #[expect(clippy::print_stdout, reason = "the demo tells what happens")]
    fn line(&self, line: &str) {
        println!("{line}");
    }
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let environment = Config::environment();
    let folder = environment("ZHITONG_DATA_DIR").unwrap_or_else(|| DEFAULT_FOLDER.to_owned());
    let folder = Path::new(&folder);
    if (args.fresh || args.exit) && folder.exists() {
        start_over(folder)?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let play = !args.no_stories && !folder.join(PLAYED_FILE).exists();
    let clock_given = environment("ZHITONG_CLOCK_START").is_some();
    let config = configuration(&environment, folder, args.port, play)?;
    let _telemetry = telemetry::start(Style::Short, None)?;
    Terminal.line("代表直通 · 演示：正在准备城市、人员和单位 ……");
    let listener =
        server::bind(&config).with_context(|| format!("try another port: --port {}", args.port + 1))?;
    let address = listener.local_addr()?;
    let app = server::build(config, address).await?;
    let serving = tokio::spawn(server::serve(app.clone(), listener));
    if play {
        let endings = tell_stories(&app, address, clock_given).await?;
        let bad = endings.iter().filter(|ending| ending.outcome.is_err()).count();
        print_endings(&endings);
        if !args.stories_only {
            bring_to_life(&app, address).await?;
        }
        if args.exit && bad > 0 {
            bail!("{bad} stories did not end as told");
        }
        std::fs::write(folder.join(PLAYED_FILE), "")?;
        if args.exit {
            return Ok(());
        }
    }
    print_where_to_look(address);
    serving.await?
}

/// Removes what an earlier demo left, and nothing else: a folder without its key file is not a demo's.
fn start_over(folder: &Path) -> anyhow::Result<()> {
    let empty = folder.read_dir()?.next().is_none();
    if !empty && !folder.join(KEYS_FILE).exists() {
        bail!(
            "{} holds something that is not a demo's; remove it yourself",
            folder.display()
        );
    }
    std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
}

fn configuration(
    environment: &dyn Fn(&str) -> Option<String>,
    folder: &Path,
    port: u16,
    play: bool,
) -> anyhow::Result<Config> {
    let keys = keys(folder)?;
    let mut own = HashMap::from([
        ("ZHITONG_BIND", format!("127.0.0.1:{port}")),
        ("ZHITONG_DATA_DIR", folder.display().to_string()),
        ("WECHAT_MODE", "sandbox".to_owned()),
        ("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true".to_owned()),
        ("ZHITONG_RELAY_NUMBER", "12345".to_owned()),
        ("WECHAT_PUSH_TOKEN", "demo-push-token".to_owned()),
        ("JWT_SECRET", keys.0),
        ("DATA_KEY", keys.1),
    ]);
    if play && environment("ZHITONG_CLOCK_START").is_none() {
        let pack = environment("CITY_PACK").unwrap_or_else(|| DEFAULT_CITY_PACK.to_owned());
        if let Some(start) = first_moment(&scripts(&Files::open(&pack)?.below("demo/stories/"))?) {
            own.insert("ZHITONG_CLOCK_START", (start - LEAD_IN).to_rfc3339());
        }
    }
    let read = |name: &str| match own.get(name) {
        Some(value) => Some(value.clone()),
        None if OWN.contains(&name) => None,
        None => environment(name),
    };
    Ok(Config::read(read)?)
}

/// Returns this demo's secrets, generated at its first start and stored with its data.
fn keys(folder: &Path) -> anyhow::Result<(String, String)> {
    let path = folder.join(KEYS_FILE);
    if !path.exists() {
        let secret = || {
            let mut bytes = [0_u8; 32];
            rand::rng().fill_bytes(&mut bytes);
            STANDARD.encode(bytes)
        };
        std::fs::write(&path, format!("{}\ndemo:{}\n", secret(), secret()))?;
    }
    let text = std::fs::read_to_string(&path)?;
    let mut lines = text.lines().map(str::to_owned);
    let keys = lines.next().zip(lines.next());
    keys.with_context(|| {
        format!(
            "{} is damaged; start over with --fresh ({SAMPLE_DATA_KEY} is its form)",
            path.display()
        )
    })
}

/// Plays the pack's stories and, unless a start was given, ends them at the real time.
async fn tell_stories(
    app: &App,
    address: SocketAddr,
    clock_given: bool,
) -> anyhow::Result<Vec<StoryOutcome>> {
    let city = app.state::<CityHandle>().load();
    let stage = StoryScheduler::open(&format!("http://{address}"), city.zone(), Box::new(Terminal)).await?;
    let endings = play_all(&stage, scripts(&city.stories())?).await?;
    let real = Clock::real().now();
    if !clock_given && stage.now().await? < real {
        stage.set_clock(real.fixed_offset()).await?;
    }
    Ok(endings)
}

/// Reads the scripts of a pack, in the order of their names.
pub fn scripts(files: &[(String, String)]) -> anyhow::Result<Vec<Script>> {
    files
        .iter()
        .map(|(name, text)| Script::read(name, text))
        .collect()
}

/// The moment at which the earliest story begins. The stories' own times are the city's; for the start of the
/// clock, which only has to be early enough, the easternmost zone will do.
fn first_moment(scripts: &[Script]) -> Option<DateTime<Utc>> {
    let begins = scripts
        .iter()
        .filter_map(|script| script.steps.first()?.at.as_deref());
    let local = begins
        .filter_map(|at| NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").ok())
        .min()?;
    Some(
        local
            .and_local_timezone(chrono_tz::Asia::Shanghai)
            .earliest()?
            .with_timezone(&Utc),
    )
}

/// Adds a year of orders that ends now, and lets the product search them for hot topics.
async fn bring_to_life(app: &App, address: SocketAddr) -> anyhow::Result<()> {
    Terminal.line("\n——— 让城市活起来 ———");
    let started = Instant::now();
    let city = app.state::<CityHandle>().load();
    let stage = StoryScheduler::open(&format!("http://{address}"), city.zone(), Box::new(Terminal)).await?;
    let photos = living_city::upload_photos(&stage).await?;
    let Some(counts) = living_city::fill(app, photos).await? else {
        Terminal.line("这个城市包没有演示数据，略过。");
        return Ok(());
    };
    nightly::find_topics(app).await.map_err(anyhow::Error::from)?;
    // Whoever opens the screen now sees the year counted.
    projector::apply_changes(app).await.map_err(anyhow::Error::from)?;
    Terminal.line(&format!(
        "已载入最近十二个月的工单：办结 {} 件，在办 {} 件，用时 {} 秒。",
        counts.closed,
        counts.open,
        started.elapsed().as_secs()
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the demo tells what happened")]
fn print_endings(endings: &[StoryOutcome]) {
    println!("\n——— 九个故事 ———");
    for (index, StoryOutcome { title, outcome }) in endings.iter().enumerate() {
        match outcome {
            Ok(number) => println!("{}. 《{title}》按故事办结  {number}", index + 1),
            Err(error) => println!("{}. 《{title}》没有按故事结束：{error:#}", index + 1),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the demo says where to look")]
fn print_where_to_look(address: SocketAddr) {
    println!("\n服务运行中，按 Ctrl-C 结束：");
    println!("  一屏       http://{address}/console/overview （登录页上直接选一位人员）");
    println!("  工单       http://{address}/console/orders");
    println!("  高频问题   http://{address}/console/insight/topics");
    println!("  接口文档   http://{address}/docs/");
    println!("  沙箱人员   http://{address}/sandbox/people");
}
