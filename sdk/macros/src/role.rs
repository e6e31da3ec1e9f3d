//! The methods that the node calls in its own time: `#[constructor]` and `#[migration]`.

use syn::{Attribute, Error, ImplItemFn, Result, Type, Visibility};

use crate::method::{Kind, Method, Param, Returns};

/// What a function of a contract is marked as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A method that anybody calls, or a helper.
    Plain,
    Constructor,
    Migration,
}

const MARKERS: [(&str, Role); 2] = [("constructor", Role::Constructor), ("migration", Role::Migration)];

impl Role {
    /// Removes the marker, which is not an attribute that the compiler knows.
    pub(crate) fn take(function: &mut ImplItemFn) -> Result<Role> {
        let mut role = Role::Plain;
        let mut second = None;
        function.attrs.retain(|attribute| match marked(attribute) {
            Some(_) if role != Role::Plain => {
                second = Some(attribute.clone());
                false
            }
            Some(marked) => {
                role = marked;
                false
            }
            None => true,
        });
        if let Some(second) = second {
            return Err(Error::new_spanned(
                second,
                "a method is marked once, as constructor or as migration",
            ));
        }
        if role != Role::Plain && !matches!(function.vis, Visibility::Public(_)) {
            let message = format!("{} is `pub`: the node calls it", role.name());
            return Err(Error::new_spanned(&function.sig.ident, message));
        }
        Ok(role)
    }

    fn name(self) -> &'static str {
        match self {
            Role::Plain => "a method",
            Role::Constructor => "the constructor",
            Role::Migration => "a migration",
        }
    }

    /// The kind of a method of this role. A migration's first parameter is not one on the wire: it is the
    /// storage as it was, and leaves the method's parameters.
    pub(crate) fn kind<'item>(self, method: &mut Method<'item>) -> Result<Kind<'item>> {
        if self != Role::Plain && !method.changes {
            let message = format!("{} takes `&mut self`: it sets the storage", self.name());
            return Err(Error::new_spanned(method.ident, message));
        }
        match self {
            Role::Plain => Ok(method.kind()),
            Role::Constructor => Ok(Kind::Constructor),
            Role::Migration => old_storage(method).map(Kind::Migration),
        }
    }
}

fn marked(attribute: &Attribute) -> Option<Role> {
    MARKERS.iter().find(|(name, _)| attribute.path().is_ident(name)).map(|(_, role)| *role)
}

/// Takes the first parameter off a migration.
fn old_storage<'item>(method: &mut Method<'item>) -> Result<&'item Type> {
    if method.params.is_empty() {
        let message = "a migration's first parameter is the old storage: \
                       a `#[storage]` struct with the fields as they were";
        return Err(Error::new_spanned(method.ident, message));
    }
    if !returns_nothing(&method.returns) {
        let message = "a migration returns nothing or `Result<(), Error>`: nobody would read more";
        return Err(Error::new_spanned(method.ident, message));
    }
    let Param { ty, .. } = method.params.remove(0);
    Ok(ty)
}

fn returns_nothing(returns: &Returns<'_>) -> bool {
    match returns {
        Returns::Unit => true,
        Returns::Value(ty) | Returns::Result(ty) => {
            matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
        }
    }
}
