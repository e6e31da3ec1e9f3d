//! Why code is refused: a code of its own for whatever an author would have to mend in another way.
//!
//! The codes are in receipts, so they are part of the protocol. `docs/protocol.md` lists them from here.

macro_rules! code_errors {
    ($($(#[doc = $docs:literal])* $name:ident = $code:literal,)*) => {
        /// Why code is refused. The documentation tells the author what to change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CodeError { $($(#[doc = $docs])* $name = $code,)* }

        /// Every refusal: code, name, documentation.
        pub const CODE_ERRORS: &[(CodeError, &str, &str)] =
            &[$((CodeError::$name, stringify!($name), concat!($($docs),*)),)*];
    };
}

code_errors! {
    /// The code is larger than allowed: build with `sillok contract build`, which optimises for size, avoid formatting, or split the contract.
    TooLarge = 1,
    /// This is not a WebAssembly module, or a damaged one: upload the .wasm file that `sillok contract build` names.
    Malformed = 2,
    /// The code uses floating point, which differs between machines: use integers, and leave out dependencies that use f32 or f64.
    Floats = 3,
    /// The code uses SIMD: build without `-C target-feature=+simd128` and `-C target-cpu`, for wasm32v1-none.
    Simd = 4,
    /// The code uses threads, shared memory or atomic instructions: build without `-C target-feature=+atomics`, for wasm32v1-none.
    Threads = 5,
    /// The code uses reference types, which Rust 1.82 and later switch on for wasm32-unknown-unknown: build for wasm32v1-none with `sillok contract build`.
    ReferenceTypes = 6,
    /// A block takes parameters or yields several values (multi-value): build for wasm32v1-none with `sillok contract build`.
    MultiValue = 7,
    /// The code uses a WebAssembly extension that is off, such as tail calls, exceptions, garbage collection, several or 64-bit memories or extended constants: build for wasm32v1-none with `sillok contract build`.
    Extension = 8,
    /// The code has a start function, which would run outside of any call: remove it and do its work in the constructor.
    StartFunction = 9,
    /// The code has passive or declared segments or the instructions for them: build for wasm32v1-none, without shared memory.
    PassiveSegment = 10,
    /// The code reads or changes its table at run time, other than by calling through it: build for wasm32v1-none with `sillok contract build`.
    TableInstruction = 11,
    /// The code imports a function that is no host function of this chain: leave out dependencies that need an operating system or JavaScript, or build with the sillok-sdk of this version.
    UnknownImport = 12,
    /// The code imports a host function with another signature than this chain's: build with the sillok-sdk of this version.
    ImportSignature = 13,
    /// The code imports a memory, table or global: build without `--import-memory` and `--import-table`.
    ImportKind = 14,
    /// The code exports a host function or keeps it in its table: call it from a function of your own and export or point to that.
    HostFunctionExposed = 15,
    /// The code exports no memory named `memory`: build a cdylib with sillok-sdk.
    NoMemory = 16,
    /// The code's memory starts larger than allowed: make its static data smaller, and keep the stack that `sillok contract build` sets.
    MemoryTooLarge = 17,
    /// The code has several tables: build for wasm32v1-none with `sillok contract build`.
    TooManyTables = 18,
    /// The code's table is larger than allowed: use fewer function pointers and trait objects.
    TableTooLarge = 19,
    /// A data segment lies outside of the memory as it starts, so the code could never run: build it again, without editing what the linker made.
    DataOutsideMemory = 20,
    /// An element segment lies outside of the table, so the code could never run: build it again, without editing what the linker made.
    ElementsOutsideTable = 21,
    /// The code has too many function types: build with lto and one codegen unit, or split the contract.
    TooManyTypes = 22,
    /// The code has more imports than allowed: build with lto, which joins imports of the same function.
    TooManyImports = 23,
    /// The code has too many functions: build with lto and opt-level = "s" or "z", use fewer generics, or split the contract.
    TooManyFunctions = 24,
    /// The code has too many globals: build it with `sillok contract build`, whose linker keeps statics in memory.
    TooManyGlobals = 25,
    /// The code exports too many items: build with `sillok contract build`, which exports methods only, or split the contract.
    TooManyExports = 26,
    /// The code has too many data segments: build without `--no-merge-data-segments`.
    TooManyDataSegments = 27,
    /// The code has too many element segments: build it with `sillok contract build`, whose linker makes one.
    TooManyElementSegments = 28,
    /// A function has too many parameters: pass a struct by reference.
    TooManyParams = 29,
    /// A function returns several values: build for wasm32v1-none with `sillok contract build`, which returns them through memory.
    TooManyResults = 30,
    /// A function has too many locals: split it, or mark what it calls `#[inline(never)]`.
    TooManyLocals = 31,
    /// A function's body has too many bytes: split it, or mark what it calls `#[inline(never)]`.
    BodyTooLarge = 32,
    /// A function has too many instructions: split it, or mark what it calls `#[inline(never)]`.
    TooManyOperators = 33,
    /// A function keeps too many values on its operand stack: split its largest expression.
    OperandStackTooHigh = 34,
    /// A function's blocks are nested too deeply: split its largest `match`.
    NestingTooDeep = 35,
    /// A function's loops are nested too deeply: move the inner ones to a function of their own.
    LoopsTooDeep = 36,
    /// A jump table has too many targets: look the cases of the largest `match` up in an array.
    BranchTableTooLarge = 37,
    /// A function has too many branches and calls: split it, or mark what it calls `#[inline(never)]`.
    TooManyBranches = 38,
    /// A function has too many branches for how many values it keeps: split it, or mark what it calls `#[inline(never)]`.
    FunctionTooComplex = 39,
    /// The functions together have too many branches for how many values they keep: split the contract.
    ModuleTooComplex = 40,
    /// An export's name is longer than allowed: shorten the method's name.
    NameTooLong = 41,
    /// Two exports have the same name: rename one of them.
    DuplicateExport = 42,
    /// The code has no metadata: build it with sillok-sdk's `#[contract]`, and don't strip custom sections.
    NoMetadata = 43,
    /// The metadata is larger than allowed: shorten the documentation of methods, events and errors.
    MetadataTooLarge = 44,
    /// The metadata can't be read, or names something twice: build it with sillok-sdk's `#[contract]`, one contract to a crate.
    BadMetadata = 45,
    /// The code was built for another version of the interface: build with the sillok-sdk of this version.
    AbiVersion = 46,
    /// A method's name is not plain: use ASCII letters, digits and `_`, and no digit first.
    BadMethodName = 47,
    /// The metadata names a method that the code does not export as a function of one i32 returning an i32: build it with sillok-sdk's `#[contract]`.
    MethodNotExported = 48,
}

impl CodeError {
    /// The refusal's code.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The sentence that tells the author what to change.
    pub fn docs(self) -> &'static str {
        let known = CODE_ERRORS.iter().find(|(error, _, _)| *error == self);
        known.map_or("", |(_, _, docs)| docs.trim())
    }
}

impl std::fmt::Display for CodeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.docs())
    }
}

impl std::error::Error for CodeError {}
