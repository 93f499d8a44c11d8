/// Colours that `style/main.css` has for people and rooms, as `.hue-0` and so on.
const HUES: u32 = 12;

/// The colour of a person or room, the same on every screen.
pub fn hue(id: &str) -> String {
    // FNV-1a with 32 bits: short ids that differ in one character get different colours.
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("hue-{}", (hash ^ (hash >> 16)) % HUES)
}

/// One or two letters that stand for a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next()).filter(|c| c.is_alphanumeric());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, letters) in
            [("Ada", "A"), ("ada king lovelace", "AL"), ("李清照", "李"), ("Ben 🎉", "B"), ("🎉 Ben", "🎉B")]
        {
            assert_eq!(initials(name), letters);
        }
    }

    #[test]
    fn ids_that_differ_little_get_different_colours() {
        let mut hues: Vec<_> = (0..100).map(|n| hue(&format!("user-{n}"))).collect();
        assert_eq!(hues[7], hue("user-7"));
        hues.sort();
        hues.dedup();
        assert_eq!(hues.len(), HUES as usize);
    }
}
