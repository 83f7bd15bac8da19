//! The short video as pages show it.

use entity::kinds::ContentCheck;

use crate::videos::view::VideoView;

/// A video, played in the page by readers who may.
#[derive(Clone, Debug)]
pub struct ShownVideo {
    pub url: Option<String>,
    pub poster: Option<String>,
    pub width: i32,
    pub height: i32,
    /// In seconds, as people say it.
    pub length: String,
    pub state: &'static str,
    /// The line that paper has in its place.
    pub on_paper: String,
}

impl From<&VideoView> for ShownVideo {
    fn from(video: &VideoView) -> Self {
        let length = format!("{} 秒", seconds(video.duration_ms));
        let state = state(video.review);
        Self {
            url: video.url.clone(),
            poster: video.poster.as_ref().map(|poster| poster.large.clone()),
            width: video.width,
            height: video.height,
            on_paper: format!("短视频 1 段，{length}，{state}。SHA-256：{}", video.sha256),
            length,
            state,
        }
    }
}

/// Rounded to the second; a shorter video has one.
fn seconds(milliseconds: i32) -> i32 {
    ((milliseconds + 500) / 1000).max(1)
}

fn state(review: ContentCheck) -> &'static str {
    match review {
        ContentCheck::Pass => "已通过审核",
        ContentCheck::Risky => "审核未通过，不予展示",
        ContentCheck::Pending | ContentCheck::Review | ContentCheck::Unavailable => "等待人工审核",
    }
}
