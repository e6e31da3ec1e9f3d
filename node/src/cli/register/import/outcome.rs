//! What became of every record, and the cap table in the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::conversion::smallest_units;
use super::holder_account;
use crate::cli::Result;
use crate::cli::ocf::{Action, Money, Package, Plan, Step, StockClass};
use crate::cli::register::Company;
use crate::cli::register::types::HolderRow;
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;

/// What became of every record so far. What is not refused is applied.
pub(super) struct Outcome<'a> {
    package: &'a Package,
    plan: &'a Plan,
    refused: BTreeMap<usize, String>,
}

impl<'a> Outcome<'a> {
    /// The plan's refusals.
    pub(super) fn new(package: &'a Package, plan: &'a Plan) -> Self {
        Outcome { package, plan, refused: plan.refused.clone() }
    }

    /// Refuses the records of a step: the event, and its results with it.
    pub(super) fn refuse(&mut self, records: &[usize], why: String) {
        let Some((first, results)) = records.split_first() else { return };
        let id = self.package.records[*first].id.clone();
        self.refused.insert(*first, why.clone());
        for result in results {
            self.refused.insert(*result, format!("it results from {id}, which is refused: {why}"));
        }
    }

    /// The id of a step's first record.
    pub(super) fn id_of(&self, step: &Step) -> &'a str {
        step.records.first().map_or("", |record| self.package.records[*record].id.as_str())
    }

    /// The result for people and for machines.
    pub(super) async fn show(&self, company: &Company<'_>) -> Result<(String, Value)> {
        let (cap_table, rows) = self.cap_table(company).await?;
        let (refusals, refused) = self.refusals();
        let records = self.package.records.len();
        let applied = records - self.refused.len();
        let register = company.contract.id.to_string();
        let human = format!(
            "Of {records} records, {applied} stand in the register of {}; refused: {}.\n\
             register  {register}\n{}\n{refusals}\n\n{cap_table}",
            company.issuer.name,
            self.refused.len(),
            self.remarks(),
        );
        let value = json!({
            "records": records, "applied": applied, "refused": refused, "cap_table": rows,
            "register": register,
        });
        Ok((human, value))
    }

    fn refusals(&self) -> (Table, Vec<Value>) {
        let columns = [("file", Align::Left), ("refused", Align::Left), ("reason", Align::Left)];
        let mut table = Table::new(&columns, "no record was refused");
        let mut rows = Vec::new();
        for (index, reason) in &self.refused {
            let record = &self.package.records[*index];
            table.row([record.file.clone(), record.id.clone(), reason.clone()]);
            rows.push(json!({ "file": record.file, "id": record.id, "reason": reason }));
        }
        (table, rows)
    }

    /// What a register can't keep of the records that it applies.
    fn remarks(&self) -> String {
        let classes = self.plan.steps.iter().filter_map(|step| match &step.action {
            Action::AddClass(class) => Some(class),
            _ => None,
        });
        let unfit = classes.filter_map(|class| Some((class, class.par.as_ref()?)));
        let unfit = unfit.filter(|(_, par)| smallest_units(par).is_none());
        let remark = |(class, par): (&StockClass, &Money)| {
            format!(
                "the par value of {}, {} {}, is no whole number of the currency's smallest unit: \
                 entered as none\n",
                class.name, par.amount, par.currency
            )
        };
        unfit.map(remark).collect()
    }

    /// Who holds what on the chain now, by class; holders by the names that the files have for them.
    async fn cap_table(&self, company: &Company<'_>) -> Result<(Table, Vec<Value>)> {
        let columns = [("holder", Align::Left), ("class", Align::Left), ("shares", Align::Right)];
        let mut table = Table::new(&columns, "nobody holds shares");
        let mut who = Who::load(company.session()).await?;
        for (_, person) in &self.plan.people {
            who.name(&holder_account(&company.contract.id, &person.id), &person.name);
        }
        let classes = company.classes(None).await?;
        let holders: Vec<HolderRow> = company.all("holders", json!({}), None).await?;
        let mut rows = Vec::new();
        for class in &classes {
            let of_class = holders.iter().filter(|row| row.class == class.id);
            let mut shares: Vec<_> = of_class.map(|row| (who.show(&row.holder), row.shares)).collect();
            shares.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            for (holder, shares) in shares {
                table.row([holder.clone(), class.name.clone(), grouped(shares)]);
                rows.push(json!({ "holder": holder, "class": class.name, "shares": shares }));
            }
        }
        Ok((table, rows))
    }
}
