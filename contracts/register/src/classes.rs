//! Classes of shares and their totals: `outstanding <= issued <= authorised`.

use sillok_interfaces::ShareClass;
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::{minus, plus};
use crate::error::Error;
use crate::page::{page, skipped};
use crate::text::{check_name, check_reference};

impl Register {
    /// Adds a class and returns its id; `class.id` is set here.
    pub(crate) fn insert_class(&mut self, mut class: ShareClass) -> Result<u32, Error> {
        check_name(&class.name)?;
        check_reference(&class.reference)?;
        ensure!(class.authorised > 0, Error::ZeroQuantity);
        let last = self.classes.keys().last().unwrap_or(0);
        class.id = last.checked_add(1).expect("classes are few");
        if !class.reference.is_empty() {
            ensure!(!self.class_references.contains(&class.reference), Error::DuplicateReference);
            self.class_references.insert(&class.reference, &class.id);
        }
        self.classes.insert(&class.id, &class);
        Ok(class.id)
    }

    /// Counts newly issued shares.
    pub(crate) fn count_issued(&mut self, class: u32, quantity: u64) -> Result<(), Error> {
        let mut class = self.classes.get(&class).ok_or(Error::UnknownClass)?;
        let issued = class.issued.checked_add(quantity).ok_or(Error::AboveAuthorised)?;
        ensure!(issued <= class.authorised, Error::AboveAuthorised);
        class.issued = issued;
        class.outstanding = plus(class.outstanding, quantity);
        self.classes.insert(&class.id, &class);
        Ok(())
    }

    /// Counts shares that the company has bought: still issued, with no holder.
    pub(crate) fn count_repurchased(&mut self, class: u32, quantity: u64) {
        let mut class = self.classes.get(&class).expect("a lot's class exists");
        class.outstanding = minus(class.outstanding, quantity);
        self.classes.insert(&class.id, &class);
    }

    /// Counts shares that no longer exist; the class may issue as many again.
    pub(crate) fn count_cancelled(&mut self, class: u32, quantity: u64) {
        let mut class = self.classes.get(&class).expect("a lot's class exists");
        class.outstanding = minus(class.outstanding, quantity);
        class.issued = minus(class.issued, quantity);
        self.classes.insert(&class.id, &class);
    }

    /// A page of the classes.
    pub(crate) fn classes_page(&self, from: u64, limit: u32) -> Vec<ShareClass> {
        let classes = self.classes.iter().skip(skipped(from)).take(page(limit));
        classes.map(|(_, class)| class).collect()
    }
}
