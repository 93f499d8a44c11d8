/// A piece of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    Text(&'a str),
    /// An address that begins with `http://` or `https://`.
    Link(&'a str),
}

/// Splits a message where addresses begin and end. Together the pieces are the message.
pub fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = find_scheme(&rest[from..]) {
        let start = from + found;
        let end = start + address_len(&rest[start..]);
        let begins_a_word = !rest[..start].ends_with(char::is_alphanumeric);
        if begins_a_word && has_host(&rest[start..end]) {
            push_text(&mut segments, &rest[..start]);
            segments.push(Segment::Link(&rest[start..end]));
            rest = &rest[end..];
            from = 0;
        } else {
            from = start + 1;
        }
    }
    push_text(&mut segments, rest);
    segments
}

fn push_text<'a>(segments: &mut Vec<Segment<'a>>, text: &'a str) {
    if !text.is_empty() {
        segments.push(Segment::Text(text));
    }
}

fn scheme_len(text: &str) -> Option<usize> {
    let starts_with = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    ["https://", "http://"].into_iter().find(|scheme| starts_with(scheme)).map(str::len)
}

fn find_scheme(text: &str) -> Option<usize> {
    text.match_indices(['h', 'H']).map(|(at, _)| at).find(|at| scheme_len(&text[*at..]).is_some())
}

fn has_host(address: &str) -> bool {
    let host = scheme_len(address).map_or("", |scheme| &address[scheme..]);
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
}

/// Up to the next space or quotation, without what belongs to the sentence around it.
fn address_len(text: &str) -> usize {
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"“”„«»`".contains(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let belongs = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '…' | '*' | '。' | '、' | '，' | '！' | '？' => {
                false
            }
            ')' => is_closed(address, '(', ')'),
            ']' => is_closed(address, '[', ']'),
            '}' => is_closed(address, '{', '}'),
            _ => true,
        };
        if belongs {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// Whether the last bracket closes one that was opened inside, as in some encyclopedia's addresses.
fn is_closed(address: &str, open: char, close: char) -> bool {
    address.matches(open).count() >= address.matches(close).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let whole: String = segments(text).iter().map(|(Segment::Text(s) | Segment::Link(s))| *s).collect();
        assert_eq!(whole, text);
        segments(text)
            .into_iter()
            .filter_map(|segment| match segment {
                Segment::Link(address) => Some(address),
                Segment::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_are_found_in_a_sentence() {
        let text = "See https://example.org/a?b=c#d, then (http://example.org).";
        assert_eq!(links(text), ["https://example.org/a?b=c#d", "http://example.org"]);
        assert_eq!(links("HTTPS://EXAMPLE.ORG"), ["HTTPS://EXAMPLE.ORG"]);
        assert_eq!(links("https://example.org\nhttps://example.net"), ["https://example.org", "https://example.net"]);
    }

    #[test]
    fn what_belongs_to_the_sentence_stays_outside() {
        for around in [
            "<https://example.org/x>",
            "\"https://example.org/x\"",
            "https://example.org/x?!…",
            "*https://example.org/x*",
        ] {
            assert_eq!(links(around), ["https://example.org/x"], "{around}");
        }
        assert_eq!(links("(https://example.org/a_(b))"), ["https://example.org/a_(b)"]);
        assert_eq!(links("https://example.org/茶室。"), ["https://example.org/茶室"]);
    }

    #[test]
    fn what_only_looks_like_an_address_is_text() {
        for text in [
            "",
            "https://",
            "http:// x",
            "xhttps://example.org",
            "javascript:alert(1)",
            "hhttp//x",
            "https://.",
            "ftp://example.org",
        ] {
            assert!(links(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_address_has_a_host_in_brackets_or_not() {
        assert_eq!(links("http://[::1]:3000/rooms"), ["http://[::1]:3000/rooms"]);
        assert_eq!(links("http://localhost:3000"), ["http://localhost:3000"]);
    }
}
