//! Style, script and icon: part of the binary, under addresses that change with their content, so that a
//! browser may keep them for good.

use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

/// The parts in the order in which they count.
pub const STYLE: &str = concat!(
    include_str!("../../console/style/tokens.css"),
    include_str!("../../console/style/base.css"),
    include_str!("../../console/style/parts.css"),
    include_str!("../../console/style/report.css"),
    include_str!("../../console/style/orders.css"),
    include_str!("../../console/style/order.css"),
    include_str!("../../console/style/screen.css"),
    include_str!("../../console/style/admin.css"),
    include_str!("../../console/style/desk.css"),
    include_str!("../../console/style/work.css"),
    include_str!("../../console/style/map.css"),
    include_str!("../../console/style/call.css"),
    include_str!("../../console/style/phone.css"),
    include_str!("../../console/style/print.css"),
);
pub const SCRIPT: &str = concat!(
    include_str!("../../console/script/sign_in.js"),
    include_str!("../../console/script/forms.js"),
    include_str!("../../console/script/list.js"),
    include_str!("../../console/script/units.js"),
    include_str!("../../console/script/lightbox.js"),
    include_str!("../../console/script/map.js"),
    include_str!("../../console/script/cover.js"),
    include_str!("../../console/script/screen.js"),
    include_str!("../../console/script/poll.js"),
    include_str!("../../console/script/desk.js"),
    include_str!("../../console/script/exports.js"),
    include_str!("../../console/script/call.js"),
);
pub const ICON: &str = include_str!("../../console/icon.svg");

/// Where the page finds them.
#[derive(Debug)]
pub struct Assets {
    pub style: String,
    pub script: String,
    pub icon: String,
}

/// One file as it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    pub media_type: &'static str,
    pub content: &'static str,
}

#[must_use]
pub fn addresses() -> &'static Assets {
    static ASSETS: OnceLock<Assets> = OnceLock::new();
    ASSETS.get_or_init(|| Assets {
        style: address("style.css", STYLE),
        script: address("script.js", SCRIPT),
        icon: address("icon.svg", ICON),
    })
}

/// The file of this name.
#[must_use]
pub fn find(name: &str) -> Option<Asset> {
    let (media_type, content) = match name {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "script.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return None,
    };
    Some(Asset { media_type, content })
}

/// Whether the address names the content that we have now.
#[must_use]
pub fn is_current(version: &str, asset: Asset) -> bool {
    version_of(asset.content) == version
}

fn address(name: &str, content: &str) -> String {
    format!("/console/assets/{}/{name}", version_of(content))
}

fn version_of(content: &str) -> String {
    let mut digest = hex::encode(Sha256::digest(content));
    digest.truncate(12);
    digest
}
