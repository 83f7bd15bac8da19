//! “一类事”: finds by itself which problems keep coming back. Pure: texts, places and times in, findings out.

#![warn(missing_docs)]

pub mod classify;
pub mod emergency;
pub mod scan;
pub mod segmenter;
pub mod similar;
pub mod topics;
