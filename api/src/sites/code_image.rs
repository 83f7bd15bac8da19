//! The picture on a site's sheet: the mini-program code from WeChat, fetched once and kept in the store, or an ordinary
//! QR code with the site's link if WeChat is unavailable.

use bytes::Bytes;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::config::WeChatMode;
use crate::error::Result;
use crate::objects::client::ObjectStore;
use crate::objects::client::StoreError;
use crate::wechat::CallError;
use crate::wechat::WeChat;
use crate::wechat::calls::code::{CodeRequest, ImageFormat};

/// The page that a scanned code opens; it is given the site's code as `scene`, and by an ordinary QR code the
/// whole link as `q`.
pub const PAGE: &str = "pages/site/index";
/// Nine centimetres at 240 dots an inch.
const WIDTH_PX: u32 = 860;
const QR_PX: u32 = 600;

/// Where the picture is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    MiniProgram,
    /// An ordinary QR code; it opens a page in any browser.
    Link,
}

#[derive(Clone, Debug)]
pub struct SiteCodeImage {
    /// JPEG, PNG or SVG.
    pub bytes: Bytes,
    pub source: Source,
    /// Why it is not the mini-program's code.
    pub refused: Option<CallError>,
}

/// Returns the link in an ordinary QR code.
#[must_use]
pub fn link(app: &App, code: &str) -> String {
    format!("{}/scan/{code}", app.config.public_url)
}

/// The site's code as a picture. `plain` asks for the ordinary QR code.
pub async fn picture(app: &App, code: &str, plain: bool) -> Result<SiteCodeImage> {
    if plain {
        return ordinary(app, code, None);
    }
    match of_wechat(app, code).await {
        Ok(bytes) => Ok(SiteCodeImage {
            bytes,
            source: Source::MiniProgram,
            refused: None,
        }),
        Err(error) => {
            tracing::warn!(error = %error, "mini program code unavailable");
            ordinary(app, code, Some(error))
        }
    }
}

fn ordinary(app: &App, code: &str, refused: Option<CallError>) -> Result<SiteCodeImage> {
    // A quarter may be scratched off: the sheets hang in the street.
    let qr = QrCode::with_error_correction_level(link(app, code), EcLevel::Q).map_err(anyhow::Error::from)?;
    let picture = qr.render::<svg::Color<'_>>().min_dimensions(QR_PX, QR_PX).build();
    Ok(SiteCodeImage {
        bytes: picture.into(),
        source: Source::Link,
        refused,
    })
}

async fn of_wechat(app: &App, code: &str) -> Result<Bytes, CallError> {
    let key = key(app, code);
    match app.state::<ObjectStore>().get(&key).await {
        Ok(bytes) => return Ok(bytes),
        Err(StoreError::Missing) => {}
        // WeChat gives it again.
        Err(error) => tracing::warn!(error = %error, "stored code unreadable"),
    }
    let request = CodeRequest {
        scene: code,
        page: PAGE,
        check_path: true,
        width: WIDTH_PX,
    };
    let image = app.state::<WeChat>().code_image(request).await?;
    let media_type = match image.format {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
    };
    if let Err(error) = app
        .state::<ObjectStore>()
        .put(&key, image.bytes.clone(), media_type)
        .await
    {
        tracing::warn!(error = %error, "code not stored");
    }
    Ok(image.bytes)
}

/// Returns the key of the stored picture. It depends on mini-program, page and size, and differs for the stand-in.
fn key(app: &App, code: &str) -> String {
    let mode = match app.config.wechat.mode {
        WeChatMode::Live => "live",
        WeChatMode::Sandbox => "sandbox",
    };
    let named = format!(
        "{mode}\0{}\0{PAGE}\0{WIDTH_PX}\0{code}",
        app.state::<WeChat>().app_id()
    );
    let digest = hex::encode(Sha256::digest(named));
    let (folder, name) = digest.split_at_checked(2).unwrap_or(("00", &digest));
    format!("code/{folder}/{name}")
}
