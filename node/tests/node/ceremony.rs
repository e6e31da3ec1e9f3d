//! Three members make a genesis by the command line, each in a folder of its own, and start their chain; and what
//! is tried against them.

use std::path::Path;

use crate::member::{Member, drafted, enter, sealed};
use crate::process::Folder;

/// Rewrites a file.
fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is in {text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// A line of a file that begins so.
fn line(path: &Path, begins: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().find(|line| line.starts_with(begins)).unwrap().to_owned()
}

/// What the failed checks of a verification found.
fn wrong(member: &Member, arguments: &[&str]) -> String {
    let outcome = member.run(&[&["genesis", "verify"], arguments].concat());
    assert_eq!(outcome.code, Some(1), "{:#}", outcome.value);
    let checks = outcome.value["genesis"]["checks"].as_array().unwrap().clone();
    let wrong = checks.iter().filter(|check| check["level"] == "error");
    wrong.map(|check| format!("{} {}\n", check["check"], check["found"])).collect()
}

#[test]
fn three_members_make_a_genesis_and_their_chain_goes() {
    let folder = Folder::new();
    let mut members = sealed(&folder.data(), &["alpha", "beta", "gamma"]);
    // Each seals for itself, in another order, and gets the same bytes.
    for (member, order) in members.iter().zip([["gamma", "beta", "alpha"], ["beta", "alpha", "gamma"]]) {
        for other in &members {
            if other.name != member.name {
                other.send(&format!("{}.entry.toml", other.name), member);
            }
        }
        let [one, two, three] = order.map(|name| format!("{name}.entry.toml"));
        let own = member.json(&["genesis", "seal", "genesis.toml", &one, &two, &three, "--out", "own.scale"]);
        let bytes = |file: &str| std::fs::read(member.path(file)).unwrap();
        assert_eq!(bytes("own.scale"), bytes("genesis.scale"));
        let verified = member.json(&[
            "genesis",
            "verify",
            "--draft",
            "genesis.toml",
            "--home",
            "./node",
            "--against",
            "own.scale",
            "--entry",
            &one,
            &two,
            &three,
        ]);
        assert_eq!(verified["chain_id"], own["chain_id"]);
        assert_eq!(verified["nodes"].as_array().unwrap().len(), 3, "{verified:#}");
        assert_eq!(verified["dev"], false);
    }
    members.iter_mut().for_each(Member::start);
    // Of three all are needed, so that a transaction of one is final at the others.
    let beta = address(&members[1]);
    members[0].json(&["cash", "mint", &beta, "5000", "--from", "alpha"]);
    let height = members[0].height();
    members.iter().for_each(|member| member.reaches(height));
    assert_eq!(members[2].json(&["cash", "balance", &beta])["available"], 5_000);
    // Development accounts have no names here.
    assert!(
        members[0].fails(&["cash", "transfer", &beta, "1", "--from", "alice"]).contains("no key `alice`")
    );
}

fn address(member: &Member) -> String {
    member.json(&["keys", "show", member.name])["address"].as_str().unwrap().to_owned()
}

#[test]
fn an_entry_that_was_altered_or_copied_is_refused_and_so_is_another_draft() {
    let folder = Folder::new();
    let members = drafted(&folder.data(), &["alpha", "beta"]);
    let [alpha, beta] = &members[..] else { panic!() };
    let entries: Vec<String> = members.iter().map(enter).collect();
    beta.send(&entries[1], alpha);
    let seal = |entries: &[&str]| alpha.fails(&[&["genesis", "seal", "genesis.toml"], entries].concat());
    let changed = |from: &str, to: &str| {
        std::fs::copy(alpha.path(&entries[1]), alpha.path("changed.toml")).unwrap();
        edit(&alpha.path("changed.toml"), from, to);
        seal(&[&entries[0], "changed.toml"])
    };
    assert!(changed("power = 1", "power = 2").contains("the signature of its organisation does not fit"));
    let theirs = line(&alpha.path(&entries[0]), "node = ");
    assert!(changed(&line(&alpha.path(&entries[1]), "node = "), &theirs).contains("does not fit"));
    assert!(changed("power = 1", "power = 1\nvotes = 2").contains("votes"));
    assert!(changed("draft = \"0x", "draft = \"0x0").contains("was made for the draft"));

    assert!(seal(&[&entries[0], &entries[0]]).contains("have the same network key"));
    assert!(seal(&[&entries[0], "nowhere.toml"]).contains("nowhere.toml"));
    assert!(seal(&["genesis.toml"]).contains("is no entry for a genesis"));
    // Beta's key does not sign for alpha's organisation.
    let of_alpha = ["genesis", "add", "genesis.toml", "./node", "--organisation", "alpha bank (SAMPLE)"];
    assert!(
        beta.fails(&[&of_alpha[..], &["--from", "beta"]].concat()).contains("signature of its organisation")
    );
    // The same node for both: alpha takes beta's folder.
    let error = {
        let beta_s = beta.path("node").display().to_string();
        let add = ["genesis", "add", "genesis.toml", &beta_s, "--from", "alpha", "--out", "stolen.toml"];
        alpha.json(&add);
        seal(&["stolen.toml", &entries[1]])
    };
    assert!(error.contains("have the same network key"), "{error}");

    // Beta had agreed on another draft.
    edit(&beta.path("genesis.toml"), "gas_share = 500", "gas_share = 400");
    let other = enter(beta);
    beta.send(&other, alpha);
    assert!(seal(&[&entries[0], &other]).contains("was made for the draft"));
}

#[test]
fn members_who_sealed_different_drafts_are_told_what_differs() {
    let folder = Folder::new();
    let members = drafted(&folder.data(), &["alpha", "beta"]);
    let [alpha, beta] = &members[..] else { panic!() };
    let seal = |member: &Member| {
        let entries: Vec<String> = members
            .iter()
            .map(|one| {
                member.send_draft(one);
                enter(one)
            })
            .collect();
        for (one, entry) in members.iter().zip(&entries) {
            if one.name != member.name {
                one.send(entry, member);
            }
        }
        member.json(&["genesis", "seal", "genesis.toml", &entries[0], &entries[1], "--out", "genesis.scale"]);
    };
    let draft = std::fs::read_to_string(alpha.path("genesis.toml")).unwrap();
    seal(alpha);
    std::fs::copy(alpha.path("genesis.scale"), alpha.path("node/genesis.scale")).unwrap();
    edit(&beta.path("genesis.toml"), "# max_block_bytes = 4194304", "max_block_bytes = 2097152");
    edit(&beta.path("genesis.toml"), "decimals = 0", "decimals = 2");
    edit(&beta.path("genesis.toml"), "gas_share = 500", "gas_share = 900");
    seal(beta);
    std::fs::write(alpha.path("genesis.toml"), draft).unwrap();
    std::fs::copy(beta.path("genesis.scale"), alpha.path("theirs.scale")).unwrap();
    for with in [["--draft", "genesis.toml"], ["--against", "genesis.scale"], ["--home", "./node"]] {
        let wrong = wrong(alpha, &["theirs.scale", with[0], with[1]]);
        for what in [
            "parameter max_block_bytes: 2097152",
            "contract cash: arguments",
            "alpha bank (SAMPLE): share of gas: 900",
        ] {
            assert!(wrong.contains(what), "{what}: {wrong}");
        }
        assert_eq!(wrong.lines().count(), 3, "{wrong}");
    }
    alpha.json(&["genesis", "verify", "--draft", "genesis.toml", "--home", "./node"]);

    // A member that is not in it is told so, and a file that is none is no genesis.
    let stranger = Member::new(&folder.data(), "stranger");
    stranger.init();
    alpha.send("genesis.scale", &stranger);
    assert!(wrong(&stranger, &["--home", "./node"]).contains("is not in the genesis"));
    std::fs::write(stranger.path("broken.scale"), b"no").unwrap();
    assert!(stranger.fails(&["genesis", "verify", "broken.scale"]).contains("is not SCALE of a genesis"));
    // What is sealed is never written over.
    edit(&alpha.path("genesis.toml"), "\"trial\"", "\"other\"");
    members.iter().for_each(|one| alpha.send_draft(one));
    let entries: Vec<String> = members.iter().map(enter).collect();
    beta.send(&entries[1], alpha);
    let error = alpha.fails(&["genesis", "seal", "genesis.toml", &entries[0], &entries[1]]);
    assert!(error.contains("can't write genesis.scale"), "{error}");
}

#[test]
fn known_keys_are_sealed_if_that_is_asked_for_twice_and_in_words() {
    let folder = Folder::new();
    let alpha = Member::new(&folder.data(), "alpha");
    let made = ["genesis", "new", "trial", "--organisation", "Alice's (SAMPLE)=//Alice"];
    let error = alpha.fails(&made);
    assert!(error.contains("everybody knows the secret key of //Alice"), "{error}");
    assert!(!alpha.path("genesis.toml").exists());
    alpha.json(&[&made[..], &["--with-known-keys"]].concat());
    alpha.init();
    alpha.json(&["genesis", "add", "genesis.toml", "./node", "--from", "//Alice", "--out", "alice.toml"]);
    let seal = ["genesis", "seal", "genesis.toml", "alice.toml"];
    assert!(alpha.fails(&seal).contains("is of a chain for development"));
    let sealed = alpha.json(&[&seal[..], &["--with-known-keys"]].concat());
    assert_eq!(sealed["dev"], true);
    let verified = alpha.json(&["genesis", "verify"]);
    assert!(verified["checks"].to_string().contains("it protects nothing"), "{verified:#}");
}
