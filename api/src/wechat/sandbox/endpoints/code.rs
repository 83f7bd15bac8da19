//! Mini-program codes: an image when all is well, JSON when not.

use std::io::Cursor;

use chrono::{DateTime, Utc};
use image::{GrayImage, ImageFormat, Luma};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::wechat::sandbox::call::{
    CallResult, Errcode, Reply, SandboxRequest, SandboxResponse, number, refuse_if, text,
};
use crate::wechat::sandbox::rate_limit::MINUTE;
use crate::wechat::sandbox::world::SandboxState;

const DEFAULT_WIDTH: i64 = 430;
const MAX_SCENE_CHARS: usize = 32;
const SCENE_SYMBOLS: &str = "!#$&'()*+,/:;=?@-._~";
/// Cells along an edge of the pattern that represents a code.
const CELLS: u32 = 16;

/// 43002 · 40169 · 40129 · 41030 · 85096 · 40097 · 45009
pub fn image(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    refuse_if(!call.is_post, 43002, "require POST method")?;
    let bad_scene = "invalid length for scene, or the data is not json string";
    let body = call.json_or(40169, bad_scene)?;
    let scene = text(&body, "scene");
    let fits = (1..=MAX_SCENE_CHARS).contains(&scene.chars().count());
    refuse_if(!fits, 40169, bad_scene)?;
    let visible = |c: char| c.is_ascii_alphanumeric() || SCENE_SYMBOLS.contains(c);
    refuse_if(!scene.chars().all(visible), 40129, "invalid scene")?;
    let page = text(&body, "page");
    let check_path = body.get("check_path").and_then(Value::as_bool).unwrap_or(true);
    let pages = &world.rules.pages;
    let unknown = check_path && !page.is_empty() && !pages.is_empty() && !pages.contains(page);
    let bad_page = page.starts_with('/') || page.contains('?') || unknown;
    refuse_if(bad_page, 41030, "invalid page")?;
    refuse_if(
        scene.contains("scancode_time"),
        85096,
        "scancode_time is reserved",
    )?;
    let width = number(&body, "width").unwrap_or(DEFAULT_WIDTH);
    refuse_if(!(280..=1280).contains(&width), 40097, "invalid args")?;
    let limit = world.rules.codes_per_minute;
    let over = world.rates.is_over("getwxacodeunlimit", MINUTE, limit, now);
    refuse_if(over, 45009, "reach max api daily quota limit")?;
    let hyaline = body.get("is_hyaline").and_then(Value::as_bool).unwrap_or(false);
    let (format, content_type) = if hyaline {
        (ImageFormat::Png, "image/png")
    } else {
        (ImageFormat::Jpeg, "image/jpeg")
    };
    let picture = pattern(&format!("{page}\n{scene}"), u32::try_from(width).unwrap_or(430));
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .map_err(|_| Errcode(-1, "system error".to_owned()))?;
    Ok(SandboxResponse {
        reply: Reply::image(content_type, bytes),
        effects: Vec::new(),
        sending_to: None,
    })
}

/// Not a code that WeChat can read, but another picture for every scene.
fn pattern(text: &str, width: u32) -> GrayImage {
    let digest = Sha256::digest(text);
    let bits: Vec<bool> = digest
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
        .collect();
    GrayImage::from_fn(width, width, |x, y| {
        let cell = (y * CELLS / width) * CELLS + x * CELLS / width;
        let dark = usize::try_from(cell)
            .ok()
            .and_then(|cell| bits.get(cell))
            .copied();
        Luma([if dark.unwrap_or(false) { 0 } else { 255 }])
    })
}
