//! The marks of methods: `#[constructor]` and `#[migration]`, which the node calls in its own time, and
//! `#[reentrant]`.

use syn::{Attribute, Error, ImplItemFn, Result, Type, Visibility};

use crate::method::{Kind, Method, Param, Returns};

/// What a function of a contract is marked as.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    pub(crate) role: Role,
    /// Whether it may be entered while a call of the same contract is open: `#[reentrant]`.
    pub(crate) reentrant: bool,
}

/// When a function of a contract is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A method that anybody calls, or a helper.
    Plain,
    Constructor,
    Migration,
}

const ROLES: [(&str, Role); 2] = [("constructor", Role::Constructor), ("migration", Role::Migration)];

const REENTRANT: &str = "reentrant";

impl Marks {
    /// Removes the markers, which are not attributes that the compiler knows.
    pub(crate) fn take(function: &mut ImplItemFn) -> Result<Marks> {
        let mut marks = Marks { role: Role::Plain, reentrant: false };
        let (markers, others): (Vec<Attribute>, _) = function.attrs.drain(..).partition(is_marker);
        function.attrs = others;
        for marker in &markers {
            marker.meta.require_path_only()?;
            match role_of(marker) {
                Some(role) if marks.role == Role::Plain => marks.role = role,
                None if !marks.reentrant => marks.reentrant = true,
                Some(_) => {
                    let message = "a method is marked once, as constructor or as migration";
                    return Err(Error::new_spanned(marker, message));
                }
                None => return Err(Error::new_spanned(marker, "a method is marked as re-entrant once")),
            }
        }
        marks.check(function).map(|()| marks)
    }

    fn check(self, function: &ImplItemFn) -> Result<()> {
        let refuse = |message: String| Err(Error::new_spanned(&function.sig.ident, message));
        let public = matches!(function.vis, Visibility::Public(_));
        match self {
            Marks { role: Role::Plain, reentrant: true } if !public => {
                refuse("a re-entrant method is `pub`: a helper is not entered from outside".into())
            }
            Marks { role, .. } if role != Role::Plain && !public => {
                refuse(format!("{} is `pub`: the node calls it", role.name()))
            }
            Marks { role, reentrant: true } if role != Role::Plain => refuse(format!(
                "{} can't be `#[reentrant]`: nothing is entered while it runs, and nobody calls it",
                role.name()
            )),
            _ => Ok(()),
        }
    }
}

impl Role {
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

fn is_marker(attribute: &Attribute) -> bool {
    role_of(attribute).is_some() || attribute.path().is_ident(REENTRANT)
}

fn role_of(attribute: &Attribute) -> Option<Role> {
    ROLES.iter().find(|(name, _)| attribute.path().is_ident(name)).map(|(_, role)| *role)
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
