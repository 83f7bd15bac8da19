//! All checks in the order in which they are fixed: the machine, the database, the addresses, the services.

use std::sync::Arc;

use crate::audit_tree::mail;
use crate::city::pack::Pack;
use crate::clock::Clock;
use crate::config::Config;
use crate::notices::Wording;
use crate::objects::client::ObjectStore;
use crate::objects::connect;
use crate::ops::disk_space::existing_ancestor;
use crate::preflight::address::{self, Listening};
use crate::preflight::clocks::{self, Reading};
use crate::preflight::routes::{self, Probe};
use crate::preflight::{account, database, folder, store_check};
use crate::sealing::Sealer;
use crate::upkeep::check::{Check, State};
use crate::upkeep::machine;

/// Checks a configuration that could be read. Takes the product's address for as long as it runs.
pub async fn run(mut config: Config) -> Vec<Check> {
    let clock = Clock::real();
    let mut checks = folder::check(&config);
    let (pack, wording) = city(&config);
    checks.push(pack);
    let (listening, listens) = address::listen(&config).await;
    if let Listening::Here(listener) = &listening
        && !config.public_url_is_stated
        && let Ok(address) = listener.local_addr()
    {
        // The port may have been left to the system.
        config.public_url = format!("http://{address}");
    }
    match Sealer::new(&config.data_keys) {
        Ok(sealer) => {
            let (found, reading) = database(&config, &sealer, &clock).await;
            checks.extend(found);
            checks.push(listens);
            checks.extend(reach(&config, listening, &sealer, &clock).await);
            checks.extend(account::check(&config, wording.as_ref(), &clock).await);
            checks.push(clocks::check(&config, &clock, reading).await);
        }
        Err(error) => {
            let check = Check::well("数据密钥", error.to_string());
            checks.push(check.but(State::Trouble, "改正 DATA_KEY。"));
        }
    }
    checks.extend(checkpoint_mail(&config).await);
    checks.push(machine::fonts().await);
    checks.push(machine::heic(config.heif_convert.as_deref()));
    checks
}

/// The mail server for checkpoints, if they are mailed.
async fn checkpoint_mail(config: &Config) -> Option<Check> {
    let settings = config.audit.mail.as_ref()?;
    let check = Check::well(
        "存证邮件",
        format!("{} 个收件人，能连上邮件服务器", settings.to.len()),
    );
    Some(match mail::try_server(settings).await {
        Ok(()) => check,
        Err(reason) => {
            let value = format!("连不上邮件服务器，或不能登录（{reason}）");
            Check::well("存证邮件", value).but(
                State::Trouble,
                "核对 ZHITONG_SMTP_URL 的地址、端口、用户名和密码。",
            )
        }
    })
}

fn city(config: &Config) -> (Check, Option<Wording>) {
    let read = Pack::open(&config.city_pack).and_then(|pack| {
        let text = pack.files.get("wording.toml").unwrap_or_default();
        let wording = Wording::parse(text, pack.policy.clocks.time_zone);
        wording.map_err(|faults| anyhow::anyhow!("wording.toml: {}", faults.join("; ")))
    });
    match read {
        Ok(wording) => (Check::well("城市资料包", config.city_pack.clone()), Some(wording)),
        Err(error) => {
            let check = Check::well("城市资料包", format!("{error:#}"));
            (
                check.but(State::Trouble, "改正 CITY_PACK 或资料包里的文件。"),
                None,
            )
        }
    }
}

async fn database(config: &Config, sealer: &Sealer, clock: &Clock) -> (Vec<Check>, Option<Reading>) {
    let found = database::check(config, sealer).await;
    let reading = found.server_time.map(|theirs| Reading {
        ours: clock.now(),
        theirs,
    });
    (found.checks, reading)
}

/// Answers in the product's place, and tries the public address and the store.
async fn reach(config: &Config, listening: Listening, sealer: &Sealer, clock: &Clock) -> Vec<Check> {
    let mut checks = vec![address::metrics(config, &listening)];
    let is_product = matches!(listening, Listening::Product);
    // Dropped at the end, with whatever the embedded store has written.
    let folder = tempfile::Builder::new()
        .prefix(".zhitong-check")
        .tempdir_in(existing_ancestor(&config.data_dir));
    let mut trial = config.clone();
    trial.s3.embedded_bind.set_port(0);
    if let (Ok(folder), false) = (&folder, is_product) {
        trial.data_dir = folder.path().to_owned();
    }
    let objects = connect::connect(&trial, sealer, clock).await;
    let is_served = matches!(listening, Listening::Here(_));
    let probe = Arc::new(Probe::new(objects.as_ref().ok().cloned(), clock.now(), is_served));
    let server = match listening {
        Listening::Here(listener) => routes::serve(listener, Arc::clone(&probe)).ok(),
        Listening::Product | Listening::Taken => None,
    };
    checks.extend(address::public_url(config, &probe).await);
    checks.push(match &objects {
        Ok(objects) => store(config, objects, is_product).await,
        Err(error) => {
            machine::store(&config.s3).but(State::Trouble, format!("检查 ZHITONG_DATA_DIR（{error:#}）。"))
        }
    });
    if let Some(server) = server {
        server.stop(false).await;
    }
    checks
}

async fn store(config: &Config, objects: &ObjectStore, is_product: bool) -> Check {
    if config.s3.endpoint.is_none() && !is_product {
        // In the folder of the check, which has no bucket yet.
        let _ = objects.ensure_bucket().await;
    }
    store_check::check(config, objects).await
}
