//! The limits of uploaded code: genesis parameters, which default to the constants of [`crate::limits`].
//!
//! Those constants are also the most that a chain may choose, because the engine's pool and the bound on
//! compiling are made for them.

use codec::{Decode, Encode};

use crate::limits;

macro_rules! code_limits {
    ($($(#[doc = $docs:literal])* $name:ident = $constant:ident,)*) => {
        /// What uploaded code may use at most. The same figures say what a module does use.
        #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
        pub struct CodeLimits { $($(#[doc = $docs])* pub $name: u32,)* }

        /// Every limit: name and documentation, in the order of [`CodeLimits::figures`].
        pub const CODE_LIMITS: &[(&str, &str)] = &[$((stringify!($name), concat!($($docs),*)),)*];

        impl CodeLimits {
            /// The same figure for everything.
            pub fn all(figure: u32) -> Self {
                CodeLimits { $($name: figure,)* }
            }

            /// The figures in the order of [`CODE_LIMITS`].
            pub fn figures(&self) -> Vec<u32> {
                vec![$(self.$name,)*]
            }

            /// Every limit by its name.
            pub(crate) fn figures_mut(&mut self) -> Vec<(&'static str, &mut u32)> {
                vec![$((stringify!($name), &mut self.$name),)*]
            }
        }

        impl Default for CodeLimits {
            #[allow(clippy::unnecessary_cast, reason = "the constants have the types that their users need")]
            fn default() -> Self {
                CodeLimits { $($name: limits::$constant as u32,)* }
            }
        }
    };
}

code_limits! {
    /// Code, in bytes.
    code_bytes = MAX_CODE_BYTES,
    /// Function types.
    types = MAX_TYPES,
    /// Imports.
    imports = MAX_IMPORTS,
    /// Functions, imports aside.
    functions = MAX_FUNCTIONS,
    /// Tables.
    tables = MAX_TABLES,
    /// Elements of a table.
    table_elements = MAX_TABLE_ELEMENTS,
    /// Memory as it starts, in pages of 64 KiB.
    memory_initial_pages = MAX_MEMORY_INITIAL_PAGES,
    /// Memory that a call may grow to, in pages of 64 KiB. No code is refused for it.
    memory_pages = MAX_MEMORY_PAGES,
    /// Globals.
    globals = MAX_GLOBALS,
    /// Exports.
    exports = MAX_EXPORTS,
    /// Data segments.
    data_segments = MAX_DATA_SEGMENTS,
    /// Element segments.
    element_segments = MAX_ELEMENT_SEGMENTS,
    /// Parameters of a function or type.
    params = MAX_PARAMS,
    /// Results of a function or type. More than one is refused whatever a chain chooses.
    results = MAX_RESULTS,
    /// Locals of a function, parameters aside.
    locals = MAX_LOCALS,
    /// The body of a function, in bytes.
    body_bytes = MAX_FUNCTION_BYTES,
    /// Instructions of a function.
    operators = MAX_OPERATORS,
    /// Values on a function's operand stack.
    operands = MAX_OPERANDS,
    /// Blocks, loops and conditions within each other, the function's own included.
    nesting = MAX_NESTING,
    /// Loops within each other.
    loop_nesting = MAX_LOOP_NESTING,
    /// Targets of a jump table, the default included.
    branch_targets = MAX_BRANCH_TARGETS,
    /// Branches of a function, calls among them.
    branches = MAX_BRANCHES,
    /// Complexity of a function: (parameters + locals + highest operand stack) × (1 + branches).
    complexity = MAX_COMPLEXITY,
    /// Complexity of all functions together.
    module_complexity = MAX_MODULE_COMPLEXITY,
    /// The name of an export, in bytes.
    name_bytes = MAX_NAME_BYTES,
    /// Metadata, in bytes.
    metadata_bytes = MAX_METADATA_BYTES,
}

impl CodeLimits {
    /// The first limit that is above what this runtime can bear.
    pub fn excessive(&self) -> Option<&'static str> {
        let most = Self::default().figures();
        let index = self.figures().iter().zip(&most).position(|(figure, most)| figure > most)?;
        CODE_LIMITS.get(index).map(|(name, _)| *name)
    }
}
