//! Where a new password comes from: the terminal, a line that is piped in, or chance.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::AdminError;
use crate::protocol::Password;
use crate::protocol::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

/// Without those that look like others: 32 of them are five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// A hundred bits, in groups that can be read out.
const GROUPS: usize = 5;
const GROUP: usize = 4;

/// A password that nobody can guess.
pub fn draw() -> Password {
    let mut bytes = [0; GROUPS * GROUP];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Password::parse(&groups.join("-")).expect("it keeps to the rule of passwords")
}

/// Asks for it twice at a terminal; else it is one line of the standard input.
pub fn ask(whose: &str) -> Result<Password, AdminError> {
    if !io::stdin().is_terminal() {
        return parse(&read_line()?);
    }
    let hidden = Hidden::begin()?;
    let password = hidden.ask(&format!("New password of {whose}: ")).and_then(|line| parse(&line))?;
    let again = hidden.ask("Once more: ")?;
    if again != password.as_str() {
        return Err(AdminError::PasswordsDiffer);
    }
    Ok(password)
}

fn parse(line: &str) -> Result<Password, AdminError> {
    let chars = line.chars().count();
    let password = Password::parse(line).ok().filter(|_| chars >= PASSWORD_CHARS_MIN);
    password.ok_or(AdminError::BadPassword { min: PASSWORD_CHARS_MIN, max: PASSWORD_CHARS_MAX })
}

fn read_line() -> Result<String, AdminError> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(AdminError::Input)?;
    let end = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(end);
    Ok(line)
}

/// A terminal that does not show what is typed, for as long as this lives.
struct Hidden;

impl Hidden {
    fn begin() -> Result<Self, AdminError> {
        stty("-echo").map(|()| Self).map_err(AdminError::Input)
    }

    fn ask(&self, what: &str) -> Result<String, AdminError> {
        let _ = write!(io::stderr(), "{what}");
        let line = read_line();
        let _ = writeln!(io::stderr());
        line
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = stty("echo");
    }
}

fn stty(setting: &str) -> io::Result<()> {
    let status = Command::new("stty").arg(setting).stdin(Stdio::inherit()).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("the terminal cannot be told to hide what is typed")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_passwords_are_long_and_never_the_same() {
        let (one, other) = (draw(), draw());
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(one.as_str().len(), GROUPS * GROUP + GROUPS - 1);
        assert!(parse(one.as_str()).is_ok());
    }

    #[test]
    fn a_password_is_neither_short_nor_endless() {
        for bad in ["", "1234567", &"x".repeat(PASSWORD_CHARS_MAX + 1)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(parse(" with spaces ").unwrap().as_str(), " with spaces ");
    }
}
