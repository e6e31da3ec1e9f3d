//! `--param value` for the parameters of contracts' methods, which clap can't know.
//!
//! Before clap reads the command line, each flag that it doesn't know becomes `param=value`, where the
//! command takes arguments of a method. Flags that it knows stay flags wherever they stand, so a
//! parameter of such a name is given as `param=value`.

use std::ffi::OsString;

use clap::{Arg, Command};

/// The id of the positional that takes the arguments of a method.
const METHOD_ARGUMENTS: &str = "args";

/// The command line with method's parameters as `param=value`.
pub(super) fn as_pairs(root: &mut Command, words: Vec<OsString>) -> Vec<OsString> {
    root.build();
    let mut command = &*root;
    let mut pairs = Vec::with_capacity(words.len());
    let mut words = words.into_iter();
    pairs.extend(words.next());
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        match Word::of(command, &text) {
            Word::Plain => {
                command = command.find_subcommand(&text).unwrap_or(command);
                pairs.push(word);
            }
            Word::Flag { takes_value } => {
                pairs.push(word);
                pairs.extend(takes_value.then(|| words.next()).flatten());
            }
            Word::Parameter(pair) => match pair.contains('=') {
                true => pairs.push(pair.into()),
                false => pairs.push(match words.next() {
                    Some(value) => [OsString::from(format!("{pair}=")), value].into_iter().collect(),
                    // Nothing to pair it with: clap or the method's check says what is wrong.
                    None => word,
                }),
            },
        }
    }
    pairs
}

enum Word {
    /// A subcommand, a positional, a short flag.
    Plain,
    /// A flag that clap knows.
    Flag { takes_value: bool },
    /// A method's parameter: `param` or `param=value`.
    Parameter(String),
}

impl Word {
    fn of(command: &Command, word: &str) -> Word {
        let Some(flag) = word.strip_prefix("--").filter(|flag| !flag.is_empty()) else { return Word::Plain };
        let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let known = command.get_arguments().find(|argument| argument.get_long() == Some(name));
        match known {
            Some(argument) => {
                Word::Flag { takes_value: value.is_none() && argument.get_action().takes_values() }
            }
            None if takes_parameters(command) => Word::Parameter(flag.to_owned()),
            None => Word::Flag { takes_value: false },
        }
    }
}

fn takes_parameters(command: &Command) -> bool {
    command.get_positionals().map(Arg::get_id).any(|id| id == METHOD_ARGUMENTS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn check(given: &str, expected: &str) {
        let words = given.split(' ').map(OsString::from).collect();
        let pairs = as_pairs(&mut Cli::command(), words);
        let expected: Vec<_> = expected.split(' ').map(OsString::from).collect();
        assert_eq!(pairs, expected, "{given}");
    }

    #[test]
    fn parameters_become_pairs_and_flags_stay() {
        check(
            "sillok --json contract call counter add --who //Alice --n 5 --from //Bob -q",
            "sillok --json contract call counter add who=//Alice n=5 --from //Bob -q",
        );
        check("sillok contract query c m --x=1 --at 5 y=2", "sillok contract query c m x=1 --at 5 y=2");
        check(
            "sillok contract deploy c.wasm --owner a --salt 0x00",
            "sillok contract deploy c.wasm owner=a --salt 0x00",
        );
        check(
            "sillok tx send cash.burn from=//Bob --from //Alice",
            "sillok tx send cash.burn from=//Bob --from //Alice",
        );
    }

    #[test]
    fn other_commands_and_lone_flags_are_left_to_clap() {
        check("sillok status --at 5", "sillok status --at 5");
        check("sillok contract call c m --help", "sillok contract call c m --help");
        check("sillok contract call c m --who", "sillok contract call c m --who");
        check("sillok keys new contract --note x", "sillok keys new contract --note x");
    }
}
