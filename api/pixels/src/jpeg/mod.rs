//! JPEG from strangers: read leniently, judged strictly.
//!
//! - `outline`: finds the segments that matter and the scans; drops the rest
//! - `decode`: decodes every row, or says that it cannot

pub mod decode;
pub mod outline;

#[cfg(test)]
mod tests;
