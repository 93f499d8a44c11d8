//! Names after an `@`.

/// A piece of a text: words, or an `@` with a name, which may be the reader's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Words(&'a str),
    Mention { text: &'a str, own: bool },
}

/// Splits a text where members are mentioned. Together the parts are the text. `names` come with whether they are the
/// reader's own; the longest that fits counts.
pub fn parts<'a>(text: &'a str, names: &[(String, bool)]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find('@').map(|at| from + at) {
        let fits = names.iter().filter_map(|(name, own)| Some((name_len(&rest[at + 1..], name)?, *own)));
        match fits.max().filter(|_| begins_a_word(&rest[..at])) {
            Some((len, own)) => {
                let end = at + 1 + len;
                if at > 0 {
                    parts.push(Part::Words(&rest[..at]));
                }
                parts.push(Part::Mention { text: &rest[at..end], own });
                rest = &rest[end..];
                from = 0;
            }
            None => from = at + 1,
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest));
    }
    parts
}

/// How much of the text the name is that it begins with, if it begins with it and not with a longer word.
fn name_len(text: &str, name: &str) -> Option<usize> {
    let len = prefix_len(text, name).filter(|len| *len > 0)?;
    let ends_a_word = !(text[..len].ends_with(char::is_alphanumeric) && text[len..].starts_with(char::is_alphanumeric));
    ends_a_word.then_some(len)
}

/// How much of the text is `prefix`, which it begins with in whatever case.
fn prefix_len(text: &str, prefix: &str) -> Option<usize> {
    let mut wanted = prefix.chars().flat_map(char::to_lowercase);
    let mut next = wanted.next();
    for (at, c) in text.char_indices() {
        if next.is_none() {
            return Some(at);
        }
        for lower in c.to_lowercase() {
            if next != Some(lower) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some(text.len())
}

/// What follows a letter or digit is an address for mail.
fn begins_a_word(before: &str) -> bool {
    !before.ends_with(char::is_alphanumeric)
}

/// What is being typed after an `@`, and where in the text that `@` is. The caret counts UTF-16 units, as browsers do.
pub fn query(text: &str, caret: u32) -> Option<(usize, &str)> {
    let before = &text[..byte_at(text, caret)];
    let at = before.rfind('@')?;
    let typed = &before[at + 1..];
    let fits = typed.chars().count() <= crate::protocol::limits::USER_NAME_CHARS_MAX;
    (fits && begins_a_word(&before[..at]) && !typed.starts_with(char::is_whitespace) && !typed.contains('\n'))
        .then_some((at, typed))
}

/// Whether a name, or a word of it, begins with what was typed.
pub fn fits(name: &str, typed: &str) -> bool {
    let words = name.match_indices(' ').map(|(at, _)| &name[at + 1..]);
    std::iter::once(name).chain(words).any(|part| prefix_len(part, typed).is_some())
}

/// The text with the name in place of what was typed, and where the caret is then.
pub fn complete(text: &str, caret: u32, name: &str) -> Option<(String, u32)> {
    let (at, typed) = query(text, caret)?;
    let rest = &text[at + 1 + typed.len()..];
    let space = if rest.starts_with(' ') { "" } else { " " };
    let before = format!("{}@{name}{space}", &text[..at]);
    let caret = before.encode_utf16().count() as u32 + u32::from(space.is_empty());
    Some((before + rest, caret))
}

fn byte_at(text: &str, utf16: u32) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= utf16 {
            return at;
        }
        units += c.len_utf16() as u32;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentioned<'a>(text: &'a str, names: &[&str]) -> Vec<&'a str> {
        let names: Vec<_> = names.iter().map(|name| ((*name).to_owned(), false)).collect();
        let whole: String =
            parts(text, &names).iter().map(|(Part::Words(text) | Part::Mention { text, .. })| *text).collect();
        assert_eq!(whole, text);
        let mention = |part| if let Part::Mention { text, .. } = part { Some(text) } else { None };
        parts(text, &names).into_iter().filter_map(mention).collect()
    }

    #[test]
    fn the_longest_name_that_fits_is_mentioned_in_any_case() {
        let names = ["Ada", "Ada King", "李清照", "Jörg"];
        assert_eq!(mentioned("@ada king, @Ada and @李清照!", &names), ["@ada king", "@Ada", "@李清照"]);
        assert_eq!(mentioned("@JÖRG @Adam @ Ada", &names), ["@JÖRG"]);
        assert_eq!(mentioned("me@ada.org @@ada", &names), ["@ada"]);
        assert_eq!(mentioned("@Eve!x", &["Eve!"]), ["@Eve!"]);
        assert_eq!(mentioned("", &names), [""; 0]);
    }

    #[test]
    fn ones_own_name_is_told_apart() {
        let names = [("Ada".to_owned(), true), ("Ben".to_owned(), false)];
        let own: Vec<_> = parts("@Ben and @ada", &names)
            .into_iter()
            .filter_map(|part| if let Part::Mention { own, .. } = part { Some(own) } else { None })
            .collect();
        assert_eq!(own, [false, true]);
    }

    #[test]
    fn what_is_typed_after_an_at_sign_is_looked_for() {
        assert_eq!(query("hi @Be", 6), Some((3, "Be")));
        assert_eq!(query("hi @Be", 4), Some((3, "")), "up to the caret");
        assert_eq!(query("🎉 @b", 5), Some((5, "b")), "in UTF-16 units");
        assert_eq!(query("@ada king", 9), Some((0, "ada king")));
        for text in ["hi", "me@ada", "@ x", "@x\ny"] {
            assert_eq!(query(text, 99), None, "{text}");
        }
    }

    #[test]
    fn any_word_of_a_name_is_found_by_its_beginning() {
        assert!(fits("Ada King", "ki") && fits("Ada King", "ADA K") && fits("Ada", ""));
        assert!(!fits("Ada King", "in") && !fits("Ada", "adam"));
    }

    #[test]
    fn the_name_takes_the_place_of_what_was_typed() {
        assert_eq!(complete("hi @Be", 6, "Ben"), Some(("hi @Ben ".into(), 8)));
        assert_eq!(complete("@b, hi", 2, "🎉 B"), Some(("@🎉 B , hi".into(), 6)));
        assert_eq!(complete("@b hi", 2, "Ben"), Some(("@Ben hi".into(), 5)));
        assert_eq!(complete("hi", 2, "Ben"), None);
    }
}
