//! Pure: why a video is not taken, and what its sender can do.

use crate::error::{ErrorKind, Refusal};
use crate::videos::limits::{MAX_VIDEO_MB, MAX_VIDEO_SECONDS};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooLarge,
    TooLong,
    NotAVideo,
    /// Neither H.264 nor HEVC, or a sound that is not AAC.
    UnknownCodec,
    Damaged,
    /// Something that may name a place could not be wiped.
    NotStripped,
    /// No such upload of this person, or it belongs to a report already.
    Unknown,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "video_empty",
            Self::TooLarge => "video_too_large",
            Self::TooLong => "video_too_long",
            Self::NotAVideo => "not_a_video",
            Self::UnknownCodec => "video_codec_unknown",
            Self::Damaged => "video_damaged",
            Self::NotStripped => "video_not_stripped",
            Self::Unknown => "video_unknown",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Empty => "视频是空文件，请重新选择。",
            Self::TooLarge => {
                return format!("视频超过 {MAX_VIDEO_MB} MB，请在选择时勾选“压缩”，或拍短一些。");
            }
            Self::TooLong => return format!("视频超过 {MAX_VIDEO_SECONDS} 秒，请剪短或重新拍摄。"),
            Self::NotAVideo => "这不是视频。支持手机拍摄的 MP4、MOV 格式。",
            Self::UnknownCodec => {
                "视频的编码无法播放。支持 H.264、HEVC 画面和 AAC 声音，请用手机相机重新拍摄。"
            }
            Self::Damaged => "视频文件不完整或已损坏，请重新选择。",
            Self::NotStripped => "视频的隐私信息未能清除，为保护您的隐私没有保存，请重新拍摄。",
            Self::Unknown => "视频不存在、已过期或已用在别处，请重新上传。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge => ErrorKind::TooLarge,
            Self::NotAVideo | Self::UnknownCodec => ErrorKind::UnsupportedMedia,
            Self::Empty | Self::TooLong | Self::Damaged | Self::NotStripped | Self::Unknown => {
                ErrorKind::Rule
            }
        }
    }
}
