use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::protocol::UserName;

/// Names that would pass for the server, for those who run it, or for everybody.
const RESERVED: [&str; 7] = ["Parlor", "admin", "administrator", "moderator", "system", "everyone", "here"];

/// What is left of a name when all is taken away that a reader may overlook. Two names are too much alike when either
/// key is the same: one sees through letter case, the other through capitals that look like other letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKeys {
    /// The skeleton (UTS 39, section 4) of the name in lower case.
    pub lower: String,
    /// The skeleton of the name as it is, in lower case.
    pub shape: String,
}

impl NameKeys {
    pub fn of(name: &UserName) -> Self {
        Self::of_text(name.as_str())
    }

    fn of_text(name: &str) -> Self {
        let plain: String = name.chars().filter(|c| !c.is_whitespace()).nfkc().collect();
        Self { lower: skeleton(&fold(&plain)).collect(), shape: fold(&skeleton(&plain).collect::<String>()) }
    }

    pub fn is_like(&self, other: &Self) -> bool {
        self.lower == other.lower || self.shape == other.shape
    }

    /// Whether nobody may have such a name.
    pub fn is_reserved(&self) -> bool {
        RESERVED.iter().any(|name| self.is_like(&Self::of_text(name)))
    }
}

/// Upper case first, so that "ß" meets "ss" and the two small sigmas meet.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str) -> NameKeys {
        NameKeys::of(&UserName::parse(name).unwrap())
    }

    fn assert_alike(one: &str, other: &str) {
        assert!(keys(one).is_like(&keys(other)), "{one:?} and {other:?}");
    }

    fn assert_apart(one: &str, other: &str) {
        assert!(!keys(one).is_like(&keys(other)), "{one:?} and {other:?}");
    }

    #[test]
    fn letters_of_other_scripts_that_look_alike_make_no_other_name() {
        assert_alike("paypal", "p\u{430}ypal");
        assert_alike("Ada", "\u{410}da");
        assert_alike("Scope", "\u{405}\u{441}\u{43e}\u{440}\u{435}");
        assert_alike("Nora", "\u{39d}ora");
    }

    #[test]
    fn letters_and_digits_that_look_alike_make_no_other_name() {
        for other in ["lll", "IlI", "I1l", "lIl"] {
            assert_alike("Ill", other);
        }
        assert_alike("paypal", "paypaI");
        assert_alike("Bob", "B0b");
        assert_alike("Bernard", "Bemard");
    }

    #[test]
    fn case_width_and_style_make_no_other_name() {
        assert_alike("Ada", "ADA");
        assert_alike("Straße", "STRASSE");
        assert_alike("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ");
        assert_alike("Ada", "\u{ff21}\u{ff44}\u{ff41}");
        assert_alike("Ada", "\u{1d400}\u{1d41d}\u{1d41a}");
        assert_alike("Zo\u{eb}", "Zoe\u{308}");
    }

    #[test]
    fn what_cannot_be_seen_makes_no_other_name() {
        assert_alike("Ada", "A\u{200d}da");
        assert_alike("Ada", "Ad\u{200c}a");
        assert_alike("Ada", "Ada\u{fe0f}");
        assert_alike("Ada Lovelace", "AdaLovelace");
        assert_alike("Ada Lovelace", "Ada\u{a0}Lovelace");
    }

    #[test]
    fn ordinary_names_that_differ_stay_apart() {
        for (one, other) in [
            ("Ana", "Anna"),
            ("李", "季"),
            ("Ben", "Ken"),
            ("Zoe", "Zoë"),
            ("Ada", "Ada 2"),
            ("Иван", "Ivan"),
            ("😀", "😁"),
        ] {
            assert_apart(one, other);
        }
    }

    #[test]
    fn nobody_passes_for_the_server_or_for_those_who_run_it() {
        for name in
            ["Parlor", "p\u{430}rlor", "PARLOR", "\u{410}dmin", "Ad min", "adrnin", "Everyone", "Here", "ＳＹＳＴＥＭ"]
        {
            assert!(keys(name).is_reserved(), "{name}");
        }
        for name in ["Ada", "Adam", "Parlour", "Admiral", "Here to stay"] {
            assert!(!keys(name).is_reserved(), "{name}");
        }
    }
}
