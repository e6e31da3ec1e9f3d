//! The sample cap table of the Open Cap Table Coalition, if it lies beside the repository.

use std::collections::BTreeMap;

use super::super::read;
use super::{outcome, path};

#[test]
fn acme_ends_with_the_expected_cap_table() {
    let folder = path("../../shared/data/ocf-acme-holdings");
    if !folder.is_dir() {
        return;
    }
    let package = read(&folder).unwrap();
    let (plan, refused, _) = outcome(&package);
    let is_transaction = |index: &usize| package.records[*index].kind.starts_with("TX_");
    let applied =
        plan.steps.iter().flat_map(|step| &step.records).filter(|index| is_transaction(index)).count();
    let transactions_refused = plan.refused.keys().filter(|index| is_transaction(index)).count();
    assert_eq!((applied, transactions_refused), (17, 22), "{refused:#?}");
    assert_eq!(package.records.len(), 50);
    let holding = |holder: &str, class: &str, shares: u64| ((holder.to_string(), class.to_string()), shares);
    let expected = BTreeMap::from([
        holding("fionaFounder", "ordinaryA", 80_000),
        holding("charlieCofounder", "ordinaryA", 25_000),
        holding("janeCTO", "ordinaryB", 25_000),
        holding("fionaFounder", "preferred", 35_000),
    ]);
    assert_eq!(plan.holdings, expected);
    for id in ["1", "2", "3", "4"] {
        let line = refused.iter().find(|line| line.starts_with(&format!("EXERCISE_0{id}"))).unwrap();
        assert!(line.contains("doesn't know TX_EQUITY_COMPENSATION_EXERCISE yet"), "{line}");
        assert!(line.contains(&format!("share_issuance_0{id} is issued by no record")), "{line}");
    }
}
