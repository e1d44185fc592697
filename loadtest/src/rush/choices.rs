//! What viewers do with what is theirs for a while.

use rand::RngExt as _;

/// How often which choice is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choices {
    /// The part of holds and offers that is bought.
    pub(super) confirm: f64,
    /// The part that is given back.
    pub(super) release: f64,
}

/// What is done with something that is held or offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It is bought.
    Buy,
    /// It is given back.
    GiveBack,
    /// It is left alone, until it runs out.
    Leave,
}

impl Choices {
    /// What to do this time.
    pub(super) fn choose(self) -> Choice {
        self.of(rand::rng().random_range(0.0..1.0))
    }

    fn of(self, chance: f64) -> Choice {
        if chance < self.confirm {
            Choice::Buy
        } else if chance < self.confirm + self.release {
            Choice::GiveBack
        } else {
            Choice::Leave
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_its_part() {
        let of = |confirm, release, chance| Choices { confirm, release }.of(chance);
        assert_eq!(
            [0.0, 0.4, 0.6, 0.9].map(|chance| of(0.5, 0.25, chance)),
            [Choice::Buy, Choice::Buy, Choice::GiveBack, Choice::Leave]
        );
        assert_eq!([of(0.0, 0.0, 0.0), of(1.0, 0.0, 0.999)], [Choice::Leave, Choice::Buy]);
    }
}
