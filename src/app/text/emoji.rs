/// More than these are a pattern and not a feeling.
const EMOJI_MAX: usize = 6;

/// Whether a message is nothing but a few emoji, and may be shown larger.
pub fn is_only_emoji(text: &str) -> bool {
    let mut pictures = 0;
    let mut joined = false;
    for c in text.chars() {
        if is_picture(c) {
            pictures += usize::from(!joined);
        } else if !is_modifier(c) && c != ' ' {
            return false;
        }
        joined = c == '\u{200d}';
    }
    (1..=EMOJI_MAX).contains(&pictures)
}

/// The blocks in which nearly everything is shown as a picture. Half a flag counts as one.
fn is_picture(c: char) -> bool {
    matches!(c,
        '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23fa}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b07}'
        | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// Joiner, variation selectors, skin tones, tags of regional flags.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0e}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_emoji_are_only_emoji() {
        for text in ["🎉", "👩‍🚀", "👍🏽 👍", "❤️", "🇵🇱", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦"]
        {
            assert!(is_only_emoji(text), "{text}");
        }
    }

    #[test]
    fn words_numbers_and_rows_of_emoji_are_text() {
        for text in ["", " ", "hi 🎉", "42", "→", "🎉🎉🎉🎉🎉🎉🎉", "茶室", "\u{200d}"] {
            assert!(!is_only_emoji(text), "{text}");
        }
    }
}
