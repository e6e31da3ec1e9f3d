//! Where the password of a node's keys comes from.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The variable that holds it.
const VARIABLE: &str = "SILLOK_PASSWORD";
/// The fewest characters of a new one.
const SHORTEST: usize = 8;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Nothing says it, and there is nobody to ask.
    #[error("the keys' password is not given, and there is no terminal to ask for it")]
    Missing,
    /// Its file can't be read.
    #[error("the password file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The terminal failed.
    #[error("the password can't be read: {0}")]
    Terminal(#[from] std::io::Error),
    /// It is too short.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// It was typed differently the second time.
    #[error("the two passwords differ")]
    Different,
}

/// Finds passwords: in the environment, in a file, from whoever sits before the terminal.
pub(crate) struct Passwords {
    /// A file that wins over the environment: a flag named it.
    first: Option<PathBuf>,
    file: Option<PathBuf>,
}

impl Passwords {
    /// Passwords; a relative `file` is in the node's folder.
    pub(crate) fn of(home: &Path, file: Option<&Path>) -> Self {
        Passwords { first: None, file: file.map(|file| home.join(file)) }
    }

    /// The same, with a file before all else if one is given. It is meant from the current folder on.
    pub(crate) fn first_of(self, file: Option<&Path>) -> Self {
        Passwords { first: file.map(Path::to_owned), ..self }
    }

    /// The password of keys that there are.
    ///
    /// # Errors
    /// If nothing says it.
    pub(crate) fn get(&self) -> Result<String, PasswordError> {
        match self.given()? {
            Some(password) => Ok(password),
            None => ask("password of the node's keys: "),
        }
    }

    /// The password of keys that are to be made.
    ///
    /// # Errors
    /// If nothing says it, or it is not good enough.
    pub(crate) fn choose(&self) -> Result<String, PasswordError> {
        let password = match self.given()? {
            Some(password) => password,
            None => {
                let chosen = ask("a password for the node's keys: ")?;
                if chosen != ask("once more: ")? {
                    return Err(PasswordError::Different);
                }
                chosen
            }
        };
        if password.chars().count() < SHORTEST { Err(PasswordError::Short) } else { Ok(password) }
    }

    /// The password, if it is written down somewhere: nobody is asked.
    ///
    /// # Errors
    /// If its file can't be read.
    pub(crate) fn given(&self) -> Result<Option<String>, PasswordError> {
        if let Some(password) = std::env::var(VARIABLE).ok().filter(|_| self.first.is_none()) {
            return Ok(Some(password));
        }
        let Some(path) = self.first.as_ref().or(self.file.as_ref()) else { return Ok(None) };
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| PasswordError::File { path: path.clone(), source })?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn ask(prompt: &str) -> Result<String, PasswordError> {
    if !std::io::stdin().is_terminal() {
        return Err(PasswordError::Missing);
    }
    Ok(rpassword::prompt_password(prompt)?)
}
