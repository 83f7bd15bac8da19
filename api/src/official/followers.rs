//! Who follows the account. A follower is matched with a person by unionid, which both accounts share when they are bound
//! to one Open Platform account; openids of the two accounts have nothing in common.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::person;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Job, Lane};
use crate::official::OfficialAccount;
use crate::official::store;
use crate::sealing::{OpenId, Sealer};

/// Kinds of keyed hashes.
const UNION: &str = "unionid";
const OPENID: &str = "official openid";

/// Asks WeChat for the unionid of a follower, named by the keyed hash of their openid.
pub struct MatchFollower;

impl Job for MatchFollower {
    const NAME: &'static str = "match_follower";
    const LANE: Lane = Lane::Checks;
    type Input = String;

    async fn run(app: &App, openid_hash: String) -> Result<()> {
        match_follower(app, &openid_hash).await
    }
}

fn openid_hash(sealer: &Sealer, openid: &OpenId) -> String {
    sealer.hash(OPENID, openid.expose())
}

/// Records that a person follows since `at`. A job asks who they are, because WeChat waits for the answer to its event.
pub async fn follow(app: &App, openid: &OpenId, at: DateTime<Utc>) -> Result<()> {
    let (now, sealer) = (app.clock.now(), app.state::<Sealer>());
    let hash = openid_hash(sealer, openid);
    let sealed = sealer
        .seal(openid.expose().as_bytes())
        .map_err(anyhow::Error::from)?;
    let txn = db::write(&app.db).await?;
    store::follow(&txn, &hash, sealed, at).await?;
    let job = NewJob::of::<MatchFollower>(&hash, now)?.once(format!("match_follower {hash}"));
    enqueue(&txn, job, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Records that a person no longer follows since `at`.
pub async fn leave(app: &App, openid: &OpenId, at: DateTime<Utc>) -> Result<()> {
    let hash = openid_hash(app.state::<Sealer>(), openid);
    let txn = db::write(&app.db).await?;
    store::leave(&txn, &hash, at).await?;
    txn.commit().await?;
    Ok(())
}

/// Records that WeChat refused a message because the person does not follow (43004).
pub async fn lost(app: &App, txn: &impl ConnectionTrait, openid: &OpenId, now: DateTime<Utc>) -> Result<()> {
    store::leave(txn, &openid_hash(app.state::<Sealer>(), openid), now).await
}

/// Asks WeChat for the unionid of a follower. Idempotent.
async fn match_follower(app: &App, openid_hash: &str) -> Result<()> {
    let Some(row) = store::follower(&app.db, openid_hash).await? else {
        return Ok(());
    };
    // The account may have been taken out of the configuration since.
    let Ok(account) = app.state::<OfficialAccount>().client() else {
        return Ok(());
    };
    let sealer = app.state::<Sealer>();
    let openid = sealer
        .open_text(&row.openid_sealed)
        .map_err(anyhow::Error::from)?;
    let known = account.follower(&openid).await.map_err(Error::from)?;
    let Some(unionid) = known.unionid else {
        return Ok(());
    };
    let txn = db::write(&app.db).await?;
    store::set_union(&txn, openid_hash, &sealer.hash(UNION, &unionid)).await?;
    txn.commit().await?;
    Ok(())
}

/// Records the unionid of a person who signs in with the mini-program, if there is an official account.
pub async fn record_union(
    app: &App,
    txn: &impl ConnectionTrait,
    signed_in: SignedIn<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(unionid) = signed_in.unionid else {
        return Ok(());
    };
    if !app.state::<OfficialAccount>().is_configured() {
        return Ok(());
    }
    let sealer = app.state::<Sealer>();
    let row = store::Union {
        person: signed_in.person,
        openid_hash: sealer.openid_hash(signed_in.openid),
        unionid_hash: sealer.hash(UNION, unionid),
    };
    store::record_union(txn, row, now).await
}

/// A sign-in with the mini-program.
#[derive(Clone, Copy)]
pub struct SignedIn<'a> {
    pub person: PersonId,
    /// At the mini-program.
    pub openid: &'a OpenId,
    pub unionid: Option<&'a str>,
}

/// Returns the openid under which the account knows a person who follows it.
pub async fn openid_of(app: &App, person: &person::Model) -> Result<Option<OpenId>> {
    let Some(bound) = person.openid_hash.as_deref() else {
        return Ok(None);
    };
    let Some(row) = store::follower_of(&app.db, person.id, bound).await? else {
        return Ok(None);
    };
    let openid = app.state::<Sealer>().open_text(&row.openid_sealed);
    Ok(Some(OpenId::new(openid.map_err(anyhow::Error::from)?)))
}

/// A person as WeChat names them to the account.
pub struct Named {
    pub openid: OpenId,
    pub unionid: Option<String>,
}

/// Returns the person whom WeChat names. Returns `None` if their unionid is not known here.
///
/// Without a unionid it is looked up among the followers. The caller checks that the person is still bound to the WeChat
/// account of [`Match::openid_hash`].
pub async fn person_of(app: &App, named: &Named) -> Result<Option<Match>> {
    let sealer = app.state::<Sealer>();
    let union = match &named.unionid {
        Some(unionid) => Some(sealer.hash(UNION, unionid)),
        None => store::follower(&app.db, &openid_hash(sealer, &named.openid))
            .await?
            .and_then(|row| row.unionid_hash),
    };
    let Some(union) = union else {
        return Ok(None);
    };
    let row = store::person_with_union(&app.db, &union).await?;
    Ok(row.map(|row| Match {
        person: row.person_id,
        openid_hash: row.openid_hash,
    }))
}

/// A person with the keyed hash of the openid that they were bound to when their unionid was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub person: PersonId,
    pub openid_hash: String,
}
