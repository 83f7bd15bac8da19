//! A sheet of paper for each site: title, code, what to do. Ready for a printer.

use std::collections::BTreeMap;

use entity::kinds::Role;
use entity::site;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::config::WeChatMode;
use crate::error::{Error, ErrorKind, Result};
use crate::orders::paper::render::render;
use crate::sites::code_image::{self, SiteCodeImage, Source};
use crate::sites::{service, store};

/// Codes fetched at the same time; WeChat gives 5 000 a minute.
const AT_ONCE: usize = 4;
/// A file of more pages is no longer opened by printers' programs with pleasure: 500 × 100 kB are 50 MB.
pub const MAX_SHEETS: usize = 500;

/// A file of sheets, and how many of them have to do with an ordinary QR code.
pub struct Sheets {
    pub pdf: Vec<u8>,
    pub sites: usize,
    pub mini_program: usize,
    pub ordinary: usize,
    /// Why the first of them is ordinary.
    pub refused: Option<String>,
}

/// One site's sheet, for an admin.
pub async fn of_code(app: &App, caller: &Caller, code: &str) -> Result<Vec<u8>> {
    caller.require(Role::Admin)?;
    let site = service::any(app, code).await?;
    Ok(print(app, vec![site], false, |_| {}).await?.pdf)
}

/// The sheets of some sites in one file, for an admin; of all active ones when none is named.
pub async fn of_codes(app: &App, caller: &Caller, codes: &[String]) -> Result<Vec<u8>> {
    caller.require(Role::Admin)?;
    if codes.len() > MAX_SHEETS {
        let detail = format!("一次最多打印 {MAX_SHEETS} 张。");
        return Err(Error::refused(ErrorKind::Rule, "too_many_sheets", detail));
    }
    let sites = chosen(app, codes, None).await?;
    if sites.is_empty() {
        return Err(Error::refused(ErrorKind::Rule, "no_sites", "还没有在用的点位。"));
    }
    Ok(print(app, sites, false, |_| {}).await?.pdf)
}

/// The active sites in the order of their codes, from `after` on, as many as fit one file; with these codes only,
/// when any are named.
pub async fn chosen(app: &App, codes: &[String], after: Option<String>) -> Result<Vec<site::Model>> {
    if codes.is_empty() {
        return store::list(&app.db, Some(true), None, after, MAX_SHEETS as u64).await;
    }
    let mut sites = Vec::with_capacity(codes.len());
    for code in codes {
        sites.push(service::any(app, code).await?);
    }
    Ok(sites)
}

/// Prints sheets; `done` is called after each code.
pub async fn print(app: &App, sites: Vec<site::Model>, plain: bool, done: impl Fn(usize)) -> Result<Sheets> {
    let fetched = futures_util::stream::iter(sites)
        .map(async |site| {
            let picture = code_image::picture(app, &site.code, plain).await?;
            Ok::<_, Error>((site, picture))
        })
        .buffered(AT_ONCE)
        .inspect_ok(|_| done(1))
        .try_collect::<Vec<(site::Model, SiteCodeImage)>>()
        .await?;
    let ordinary = fetched
        .iter()
        .filter(|(_, picture)| picture.source == Source::Link)
        .count();
    let refused = fetched.iter().find_map(|(_, picture)| picture.refused.as_ref());
    Ok(Sheets {
        sites: fetched.len(),
        mini_program: fetched.len() - ordinary,
        ordinary,
        refused: refused.map(ToString::to_string),
        pdf: set(app, fetched).await?,
    })
}

async fn set(app: &App, fetched: Vec<(site::Model, SiteCodeImage)>) -> Result<Vec<u8>> {
    let city = app.state::<CityHandle>().load();
    let sheet = |(site, picture): &(site::Model, SiteCodeImage)| {
        let area = site
            .area_code
            .as_deref()
            .map(|code| city.county_name(code).to_owned());
        let unmistakable = picture.source == Source::MiniProgram;
        json!({
            "code": site.code,
            "name": site.name,
            "place": site.address.clone().or(area),
            "mini_program": unmistakable,
            // The stand-in's picture is not a valid code.
            "trial": unmistakable && app.config.wechat.mode == WeChatMode::Sandbox,
        })
    };
    let sheets: Vec<_> = fetched.iter().map(sheet).collect();
    let data = json!({ "city": city.meta.name, "host": host(&app.config.public_url), "sites": sheets });
    let images: BTreeMap<String, Vec<u8>> = fetched
        .into_iter()
        .map(|(site, picture)| (site.code, picture.bytes.into()))
        .collect();
    render(pdf::Template::SiteCodes, data, images).await
}

/// Returns the host name, to type by hand where nothing can be scanned.
fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}
