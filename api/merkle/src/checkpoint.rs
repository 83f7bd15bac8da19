//! Checkpoints (c2sp.org/tlog-checkpoint): the size and root of a tree under the name of its log. Signed as a note.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;

/// The state of a log at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, on a line of its own.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// Further lines, none empty; `time` followed by an RFC 3339 time is ours.
    pub extensions: Vec<String>,
}

/// Letters and digits that are not confused on paper.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CODE_CHARS: u32 = 16;

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a checkpoint. Returns `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        if origin.is_empty() || number.to_string() != size {
            return None;
        }
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return None;
        }
        Some(Self {
            origin: origin.to_owned(),
            size: number,
            root: STANDARD.decode(root).ok()?.try_into().ok()?,
            extensions,
        })
    }

    /// The value of an extension line `name value`.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&str> {
        let value = |line: &'_ String| line.split_once(' ').filter(|(key, _)| *key == name).is_some();
        let line = self.extensions.iter().find(|line| value(line))?;
        line.split_once(' ').map(|(_, value)| value)
    }

    /// The first 80 bits of the root in four groups of four characters, for the foot of a document.
    #[must_use]
    pub fn short_code(&self) -> String {
        short_code(&self.root)
    }
}

/// See [`Checkpoint::short_code`].
#[must_use]
pub fn short_code(root: &Hash) -> String {
    let bits = root
        .iter()
        .take(10)
        .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let mut code = String::new();
    for place in (0..CODE_CHARS).rev() {
        let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
        code.push(ALPHABET.get(digit).copied().map_or('?', char::from));
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "zhitong.example.cn/audit".to_owned(),
            size: 20_852_163,
            root: [0xa5; 32],
            extensions: vec!["time 2026-11-29T17:00:00+08:00".to_owned()],
        }
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_written() {
        let text = checkpoint().text();
        assert_eq!(
            text,
            "zhitong.example.cn/audit\n20852163\npaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=\ntime 2026-11-29T17:00:00+08:00\n"
        );
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint()));
        assert_eq!(checkpoint().extension("time"), Some("2026-11-29T17:00:00+08:00"));
        assert_eq!(checkpoint().extension("tim"), None);
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let text = checkpoint().text();
        for slip in [
            "",
            "zhitong\n",
            text.trim_end(),
            &text.replace("20852163", "020852163"),
            &text.replace("20852163", "+20852163"),
            &text.replace("paWl", "pa"),
            &text.replace("\ntime", "\n\ntime"),
        ] {
            assert_eq!(Checkpoint::parse(slip), None, "{slip}");
        }
    }

    #[test]
    fn the_short_code_follows_from_the_root() {
        assert_eq!(checkpoint().short_code(), "WYU4-MKPF-WYU4-MKPF");
        let mut other = checkpoint();
        other.root[9] ^= 1;
        assert_eq!(other.short_code(), "WYU4-MKPF-WYU4-MKPE");
    }
}
