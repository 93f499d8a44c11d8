use leptos::prelude::window;

/// Random bits that nobody can guess.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    let filled = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if filled.is_err() {
        return fallback();
    }
    u128::from_le_bytes(bytes)
}

/// Ids need to be different and no more, so a browser that keeps its secrets can still talk.
fn fallback() -> u128 {
    let part = || u128::from(js_sys::Math::random().to_bits());
    part() ^ (part() << 43) ^ (part() << 76)
}
