use crate::outbox::Outbox;

/// What a dialect has to say, as the server would read it. None of it is longer than 65,535 bytes.
pub fn unmasked(out: &Outbox) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = out.waiting();
    while let [_, length, after @ ..] = rest {
        let (length, after) = match (*length & 0x7F, after) {
            (126, [high, low, after @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), after),
            (length, after) => (usize::from(length), after),
        };
        let (mask, after) = after.split_at(4);
        let (payload, after) = after.split_at(length);
        let bytes = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        texts.push(String::from_utf8(bytes).unwrap());
        rest = after;
    }
    texts
}
