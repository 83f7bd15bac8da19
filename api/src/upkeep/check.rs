//! Pure: how one part of the system is, in a line.

/// How a part of the system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Well,
    Attention,
    Trouble,
}

impl State {
    /// The style of its word.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Attention => "attention",
            Self::Trouble => "trouble-state",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Well => "正常",
            Self::Attention => "需要注意",
            Self::Trouble => "故障",
        }
    }
}

/// A part of the system.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: String,
    pub state: State,
    pub value: String,
    /// Advice; empty if all is well.
    pub advice: String,
}

impl Check {
    #[must_use]
    pub fn well(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: State::Well,
            value: value.into(),
            advice: String::new(),
        }
    }

    #[must_use]
    pub fn but(self, state: State, advice: impl Into<String>) -> Self {
        Self {
            state,
            advice: advice.into(),
            ..self
        }
    }
}
