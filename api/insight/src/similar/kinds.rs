//! The kinds that a report may be of, with their probabilities: one for certain if a person chose it, several if a model
//! suggested them.

/// Characters of a code that name its group.
const GROUP_CHARS: usize = 2;

/// Codes of categories with their probabilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kinds(Vec<(String, f64)>);

/// How far two reports agree: probability of one kind, and of two kinds in one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The kind of the row.
    pub kind: f64,
    /// Group.
    pub group: f64,
}

impl Kinds {
    /// One kind for certain.
    #[must_use]
    pub fn chosen(code: &str) -> Self {
        Self(vec![(code.to_owned(), 1.0)])
    }

    /// Kinds with probabilities; what is missing to 1 is unknown.
    #[must_use]
    pub fn suggested(kinds: impl IntoIterator<Item = (String, f64)>) -> Self {
        Self(kinds.into_iter().collect())
    }

    /// Compares the kinds of two reports; `None` if those of one are unknown.
    #[must_use]
    pub fn agreement(&self, other: &Self) -> Option<Agreement> {
        if self.0.is_empty() || other.0.is_empty() {
            return None;
        }
        let mut agreement = Agreement {
            kind: 0.0,
            group: 0.0,
        };
        for (mine, share) in &self.0 {
            for (theirs, other_share) in &other.0 {
                if mine == theirs {
                    agreement.kind += share * other_share;
                } else if mine.get(..GROUP_CHARS) == theirs.get(..GROUP_CHARS) {
                    agreement.group += share * other_share;
                }
            }
        }
        Some(agreement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_agree_by_their_probabilities() {
        let lamp = Kinds::chosen("0204");
        let agreed = |other: &Kinds| lamp.agreement(other);
        assert_eq!(
            agreed(&lamp),
            Some(Agreement {
                kind: 1.0,
                group: 0.0
            })
        );
        assert_eq!(
            agreed(&Kinds::chosen("0203")),
            Some(Agreement {
                kind: 0.0,
                group: 1.0
            })
        );
        assert_eq!(
            agreed(&Kinds::chosen("0302")),
            Some(Agreement {
                kind: 0.0,
                group: 0.0
            })
        );
        let maybe = Kinds::suggested([("0204".to_owned(), 0.6), ("0702".to_owned(), 0.3)]);
        assert_eq!(
            agreed(&maybe),
            Some(Agreement {
                kind: 0.6,
                group: 0.0
            })
        );
        assert_eq!(agreed(&Kinds::default()), None);
    }
}
