//! Mini-program codes (小程序码). Permanent and unlimited in number, 5 000 calls a minute: keep the image.

use bytes::Bytes;
use serde_json::json;

use crate::config::MiniProgramState;
use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;
use crate::wechat::transport;

const JPEG_MAGIC: &[u8] = &[0xFF, 0xD8, 0xFF];
const PNG_MAGIC: &[u8] = &[0x89, b'P', b'N', b'G'];

#[derive(Clone, Copy, Debug)]
pub struct CodeRequest<'a> {
    /// 1–32 visible characters; a short id, since `%` is not allowed.
    pub scene: &'a str,
    /// Without leading slash and query; must exist in the released version when `check_path`.
    pub page: &'a str,
    pub check_path: bool,
    /// 280–1280 px.
    pub width: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    Jpeg,
    Png,
}

#[derive(Clone, Debug)]
pub struct CodeImage {
    pub format: ImageFormat,
    pub bytes: Bytes,
}

impl WeChat {
    /// `getwxacodeunlimit`. 40169 scene too long, 40129 bad characters, 41030 unknown page, 40097 width,
    /// 45009 limit.
    pub async fn code_image(&self, request: CodeRequest<'_>) -> Result<CodeImage, CallError> {
        let body = json!({
            "scene": request.scene,
            "page": request.page,
            // WeChat knows the pages of the released version only.
            "check_path": request.check_path && self.state() == MiniProgramState::Formal,
            "env_version": self.state().env_version(),
            "width": request.width,
        });
        self.call_with("/wxa/getwxacodeunlimit", Some(&body), image_or_refusal)
            .await
    }
}

/// The bytes tell: an image, or JSON that says why not. The header does not.
fn image_or_refusal(bytes: Bytes) -> Result<CodeImage, CallError> {
    let format = if bytes.starts_with(JPEG_MAGIC) {
        ImageFormat::Jpeg
    } else if bytes.starts_with(PNG_MAGIC) {
        ImageFormat::Png
    } else {
        transport::json::<serde_json::Value>(&bytes)?;
        return Err(CallError::Unreadable { status: 200 });
    };
    Ok(CodeImage { format, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_between_image_and_refusal() {
        let read = |bytes: &'static [u8]| image_or_refusal(Bytes::from_static(bytes));
        assert_eq!(read(&[0xFF, 0xD8, 0xFF, 0xE0]).unwrap().format, ImageFormat::Jpeg);
        assert_eq!(read(b"\x89PNG\r\n").unwrap().format, ImageFormat::Png);
        let refused = read(br#"{"errcode":41030,"errmsg":"invalid page rid: a"}"#).unwrap_err();
        assert_eq!(refused.errcode(), Some(41030));
        for rubbish in [&b""[..], b"<html>", br#"{"errcode":0}"#] {
            let error = image_or_refusal(Bytes::copy_from_slice(rubbish)).unwrap_err();
            assert_eq!(error, CallError::Unreadable { status: 200 });
        }
    }
}
