//! A storage's layout is of what is kept, not of how the source writes it.

use sillok_sdk::__private::Storage;
use sillok_sdk::prelude::*;

/// A bakery's orders.
#[data]
pub struct Order {
    /// What is baked.
    pub kind: Kind,
    /// How many.
    pub loaves: u64,
}

/// What is baked.
#[data]
pub enum Kind {
    /// Bread.
    Bread,
    /// A cake of this many layers.
    Cake(u8),
}

/// A bakery.
#[storage]
pub struct Bakery {
    /// Who bakes.
    pub baker: Value<Account>,
    /// What is ordered.
    pub orders: Map<(Account, u32), Order>,
}

/// The same in other words.
pub mod renamed {
    use super::*;

    /// Another name for the same.
    #[data]
    pub struct Sale {
        /// What is baked.
        pub kind: Sort,
        /// How many.
        pub loaves: u64,
    }

    /// Another name for the same.
    #[data]
    pub enum Sort {
        /// Bread.
        Bread,
        /// A cake.
        Cake(u8),
    }

    /// The same fields in another order.
    #[storage]
    pub struct Shop {
        /// What is ordered.
        pub orders: Map<(Account, u32), Sale>,
        /// Who bakes.
        pub baker: sillok_sdk::Value<Account>,
    }
}

/// The same words for something else.
pub mod changed {
    use super::*;

    /// An order with another variant further down.
    #[data]
    pub struct Order {
        /// What is baked.
        pub kind: Kind,
        /// How many.
        pub loaves: u64,
    }

    /// What is baked.
    #[data]
    pub enum Kind {
        /// Bread.
        Bread,
        /// A cake of this many layers.
        Cake(u16),
    }

    /// A bakery.
    #[storage]
    pub struct Bakery {
        /// Who bakes.
        pub baker: Value<Account>,
        /// What is ordered.
        pub orders: Map<(Account, u32), Order>,
    }
}

/// One field more.
pub mod added {
    use super::*;

    /// A bakery.
    #[storage]
    pub struct Bakery {
        /// Who bakes.
        pub baker: Value<Account>,
        /// What is ordered.
        pub orders: Map<(Account, u32), Order>,
        /// How much a loaf costs.
        pub price: Value<u64>,
    }
}

#[test]
fn names_of_types_and_the_order_of_fields_are_only_written() {
    assert_eq!(Bakery::LAYOUT, renamed::Shop::LAYOUT);
}

#[test]
fn what_is_kept_counts_however_deep_it_lies() {
    assert_ne!(Bakery::LAYOUT, changed::Bakery::LAYOUT);
    assert_ne!(Bakery::LAYOUT, added::Bakery::LAYOUT);
}
