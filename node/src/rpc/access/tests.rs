//! Roles, tokens and headers, with wrong ones of every kind.

use jsonrpsee::http_client::{HeaderMap, HeaderValue};

use super::*;
use crate::rng::SystemRng;

const ROLES: [Role; 3] = [Role::Read, Role::Submit, Role::Operate];

fn entry(name: &str, role: Role, token: &Token) -> TokenConfig {
    TokenConfig { name: name.into(), role, hash: token.hash() }
}

/// A gate on this machine alone, or not, with these tokens.
fn gate(anonymous: Option<Anonymous>, tokens: Vec<TokenConfig>, local: bool) -> Gate {
    Gate::new(AccessConfig { anonymous, tokens }, local, Counter::default())
}

/// Who calls with this header.
fn caller(value: &[u8]) -> Caller {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_bytes(value).unwrap());
    let caller = Caller::take(&mut headers);
    assert!(headers.is_empty(), "a token goes no further");
    caller
}

fn bearer(token: &str) -> Caller {
    caller(format!("Bearer {token}").as_bytes())
}

#[test]
fn a_role_allows_what_those_before_it_do_and_no_more() {
    let tokens = ROLES.map(|role| (role, Token::new(&SystemRng)));
    let entries = tokens.iter().map(|(role, token)| entry(&role.to_string(), *role, token)).collect();
    let gate = gate(Some(Anonymous::Nothing), entries, true);
    for (role, token) in &tokens {
        for needed in ROLES {
            let admitted = gate.admit(&bearer(token.text()), needed, "it");
            assert_eq!(admitted.is_ok(), *role >= needed, "{role} for {needed}");
            if let Err(refused) = admitted {
                assert_eq!(refused.code, 1052);
                assert!(refused.message.contains(&format!("`it` needs the role {needed}")), "{refused:?}");
            }
        }
    }
    assert_eq!(gate.refusals.get(), 3);
}

#[test]
fn callers_without_a_token_may_do_what_settings_say_or_little() {
    let allowed = |anonymous, local| {
        let gate = gate(anonymous, Vec::new(), local);
        let admitted = |role: &Role| match gate.admit(&Caller::Anonymous, *role, "it") {
            Ok(()) => true,
            Err(refused) => {
                assert!(refused.code == 1050 && refused.message.contains(&role.to_string()), "{refused:?}");
                false
            }
        };
        ROLES.iter().filter(|role| admitted(role)).count()
    };
    assert_eq!(allowed(None, true), 2, "on this machine: all but operate");
    assert_eq!(allowed(None, false), 0, "elsewhere: nothing");
    for local in [true, false] {
        assert_eq!(allowed(Some(Anonymous::Nothing), local), 0);
        assert_eq!(allowed(Some(Anonymous::Read), local), 1);
        assert_eq!(allowed(Some(Anonymous::Submit), local), 2);
        assert_eq!(allowed(Some(Anonymous::Operate), local), 3);
    }
}

#[test]
fn what_is_no_known_token_is_refused_even_where_nobody_needs_one() {
    let token = Token::new(&SystemRng);
    let gate = gate(Some(Anonymous::Operate), vec![entry("a", Role::Operate, &token)], true);
    let text = token.text();
    let mut wrong: Vec<Vec<u8>> = Vec::new();
    for at in 0..text.len() {
        let mut changed = text.as_bytes().to_vec();
        changed[at] ^= 1;
        wrong.push([b"Bearer ", &changed[..]].concat());
    }
    let others = [
        format!("Bearer {}", &text[..text.len() - 1]),
        format!("Bearer {text}0"),
        format!("Bearer  {text}"),
        format!("Bearer {}", token.hash()),
        format!("Basic {text}"),
        format!("Bearer,{text}"),
        text.to_owned(),
        "Bearer".into(),
        "Bearer ".into(),
        String::new(),
    ];
    wrong.extend(others.map(String::into_bytes));
    wrong.push(b"Bearer \xff\xfe".to_vec());
    for header in wrong {
        let refused = gate.admit(&caller(&header), Role::Read, "it").unwrap_err();
        assert_eq!(refused.code, 1051, "{}", String::from_utf8_lossy(&header));
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert!(gate.admit(&caller(format!("{scheme} {text}").as_bytes()), Role::Operate, "it").is_ok());
    }
    let mut two = HeaderMap::new();
    for _ in 0..2 {
        two.append("authorization", format!("Bearer {text}").parse().unwrap());
    }
    assert_eq!(Caller::take(&mut two), Caller::Unclear);
    assert_eq!(Caller::take(&mut HeaderMap::new()), Caller::Anonymous);
}

#[test]
fn settings_that_are_replaced_hold_for_who_called_before() {
    let token = Token::new(&SystemRng);
    let entries = vec![entry("a", Role::Submit, &token)];
    let gate = gate(Some(Anonymous::Nothing), entries, true);
    let caller = bearer(token.text());
    assert!(gate.admit(&caller, Role::Submit, "it").is_ok());
    gate.replace(AccessConfig { anonymous: None, tokens: vec![entry("a", Role::Read, &token)] }, true);
    assert_eq!(gate.admit(&caller, Role::Submit, "it").unwrap_err().code, 1052);
    gate.replace(AccessConfig::default(), true);
    assert_eq!(gate.admit(&caller, Role::Submit, "it").unwrap_err().code, 1051);
}

#[test]
fn settings_are_read_back_and_what_is_wrong_in_them_is_named() {
    let (first, second) = (Token::new(&SystemRng), Token::new(&SystemRng));
    let config = AccessConfig {
        anonymous: Some(Anonymous::Read),
        tokens: vec![entry("a", Role::Submit, &first), entry("b", Role::Operate, &second)],
    };
    let text = toml::to_string(&config).unwrap();
    assert!(!text.contains(first.text()), "settings hold no token");
    assert_eq!(toml::from_str::<AccessConfig>(&text).unwrap(), config);
    assert_eq!(config.check(), Ok(()));
    let with = |tokens| AccessConfig { anonymous: None, tokens }.check();
    let twice = |name| vec![entry("a", Role::Read, &first), entry(name, Role::Submit, &first)];
    assert_eq!(with(twice("a")), Err(AccessError::Name("a".into())));
    assert_eq!(with(twice("b")), Err(AccessError::Same("a".into(), "b".into())));
    let token = |number: usize| entry(&number.to_string(), Role::Read, &Token::new(&SystemRng));
    assert_eq!(with((0..limits::ACCESS_TOKENS).map(token).collect()), Ok(()));
    assert!(matches!(with((0..=limits::ACCESS_TOKENS).map(token).collect()), Err(AccessError::TooMany(65))));
    let read = |hash: &str| {
        let text = format!("[[tokens]]\nname = \"a\"\nrole = \"read\"\nhash = \"{hash}\"\n");
        toml::from_str::<AccessConfig>(&text).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(read(&first.hash().to_string()), Ok(()));
    assert!(read(first.text()).unwrap_err().contains("this is the token itself"));
    assert!(read("1234").unwrap_err().contains("64 hexadecimal digits"));
    assert!(toml::from_str::<AccessConfig>("anonymous = \"root\"").is_err());
    assert!(toml::from_str::<AccessConfig>("tokns = []").is_err());
}
