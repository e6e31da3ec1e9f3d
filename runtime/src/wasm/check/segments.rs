//! Data and element segments: active ones, at constant places inside what they initialise.
//!
//! A segment that lies outside would make every instantiation fail; such code is of no use to anybody.

use wasmparser::{
    ConstExpr, DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader, Operator,
};

use super::Stop;
use super::errors::CodeError;
use super::sections::Module;

pub(super) fn check_data(module: &mut Module<'_>, section: DataSectionReader<'_>) -> Result<(), Stop> {
    let count = section.count();
    module.usage.most(|it| &mut it.data_segments, count, CodeError::TooManyDataSegments)?;
    for data in section {
        let data = data?;
        let DataKind::Active { offset_expr, .. } = data.kind else {
            return Err(CodeError::PassiveSegment.into());
        };
        if !inside(constant(&offset_expr)?, data.data.len() as u64, module.memory_bytes) {
            return Err(CodeError::DataOutsideMemory.into());
        }
    }
    Ok(())
}

pub(super) fn check_elements(module: &mut Module<'_>, section: ElementSectionReader<'_>) -> Result<(), Stop> {
    let count = section.count();
    module.usage.most(|it| &mut it.element_segments, count, CodeError::TooManyElementSegments)?;
    for element in section {
        let element = element?;
        let ElementKind::Active { offset_expr, .. } = element.kind else {
            return Err(CodeError::PassiveSegment.into());
        };
        let ElementItems::Functions(functions) = element.items else {
            return Err(CodeError::ReferenceTypes.into());
        };
        if !inside(constant(&offset_expr)?, u64::from(functions.count()), module.table_elements) {
            return Err(CodeError::ElementsOutsideTable.into());
        }
        for function in functions {
            module.check_not_host_function(function?)?;
        }
    }
    Ok(())
}

/// Whether a segment of this length at this place lies inside. Nothing is known of a place that is no
/// constant; the validator will refuse it.
fn inside(place: Option<u32>, length: u64, size: u64) -> bool {
    place.is_none_or(|place| u64::from(place) + length <= size)
}

/// The value of an offset that is a plain constant, as those of WebAssembly 1.0 without imported globals
/// are.
fn constant(offset: &ConstExpr<'_>) -> Result<Option<u32>, Stop> {
    let mut operators = offset.get_operators_reader();
    let place = match operators.read()? {
        Operator::I32Const { value } => Some(value.cast_unsigned()),
        _ => None,
    };
    let ends = matches!(operators.read()?, Operator::End);
    Ok(place.filter(|_| ends && operators.eof()))
}
