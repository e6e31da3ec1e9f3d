//! Reads a folder: the manifest, the files that it lists and those that lie beside it unlisted.
//!
//! The manifest's MD5 sums are not compared: files written by hand keep stale ones, and the sums
//! prove nothing about who wrote a file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};
use sillok_abi::Date;

/// The manifest's name, in whatever case.
const MANIFEST: &str = "manifest.ocf.json";
/// What names of files in this format end in.
const SUFFIX: &str = ".ocf.json";
/// What the version in a manifest starts with.
const VERSION: &str = "1.";
/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// A folder in Open Cap Format, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Whose cap table it is.
    pub(crate) issuer: Issuer,
    /// Every item of every file, in order of file and place.
    pub(crate) records: Vec<Record>,
    /// Files that the manifest does not list, but that were read as well.
    pub(crate) unlisted: Vec<String>,
}

/// The company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    /// Its id in the files.
    pub(crate) id: String,
    /// Its legal name.
    pub(crate) name: String,
    /// When it was formed.
    pub(crate) formed: Option<Date>,
}

/// An item of a file.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The file, relative to the folder.
    pub(crate) file: String,
    /// Its id, or `item 3` for the third item of a file if it has none.
    pub(crate) id: String,
    /// Its `object_type`; empty if it has none.
    pub(crate) kind: String,
    /// Its fields; none if it is not a JSON object.
    pub(crate) body: Map<String, Value>,
}

impl Record {
    /// Whether the file gives it an id.
    pub(super) fn has_id(&self) -> bool {
        self.body.get("id").and_then(Value::as_str) == Some(self.id.as_str())
    }
}

/// Why a folder can't be read at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// There is no such folder, or it can't be listed.
    #[error("can't read the folder {folder}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It holds no manifest.
    #[error("the folder {0} has no Manifest.ocf.json")]
    NoManifest(PathBuf),
    /// A file can't be read.
    #[error("can't read {file}: {why}")]
    File {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// A file is not JSON, or not what its place asks for.
    #[error("{file}:{line}: {why}")]
    Content {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
}

/// Reads the folder.
pub(crate) fn read(folder: &Path) -> Result<Package, ReadError> {
    let names = list(folder)?;
    let manifest_name = names
        .iter()
        .find(|name| name.eq_ignore_ascii_case(MANIFEST))
        .ok_or_else(|| ReadError::NoManifest(folder.to_path_buf()))?;
    let manifest = Document::read(folder, manifest_name)?;
    manifest.expect_type("OCF_MANIFEST_FILE")?;
    manifest.expect_version()?;
    let issuer = manifest.issuer()?;
    let listed = manifest.listed_files()?;
    let unlisted: Vec<String> = names
        .iter()
        .filter(|name| *name != manifest_name && !listed.iter().any(|(file, _)| file == *name))
        .cloned()
        .collect();
    let mut records = Vec::new();
    for (file, file_type) in &listed {
        let document = Document::read(folder, file)?;
        document.expect_type(file_type)?;
        records.extend(document.records()?);
    }
    for file in &unlisted {
        records.extend(Document::read(folder, file)?.records()?);
    }
    Ok(Package { issuer, records, unlisted })
}

/// Names of the folder's files in this format, sorted.
fn list(folder: &Path) -> Result<Vec<String>, ReadError> {
    let failed = |source| ReadError::Folder { folder: folder.to_path_buf(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.to_ascii_lowercase().ends_with(SUFFIX) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A file's text and what it says.
struct Document {
    file: String,
    text: String,
    body: Map<String, Value>,
}

impl Document {
    fn read(folder: &Path, file: &str) -> Result<Self, ReadError> {
        let unreadable = |why: String| ReadError::File { file: file.to_string(), why };
        let path = folder.join(file);
        let length = fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?.len();
        if length > MAX_FILE_BYTES {
            return Err(unreadable(format!("it has {length} bytes; at most {MAX_FILE_BYTES} are read")));
        }
        let text = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        // Editors of some systems put a byte order mark in front, which JSON does not allow.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
        let wrong = |line, why| ReadError::Content { file: file.to_string(), line, why };
        match serde_json::from_str(&text) {
            Ok(Value::Object(body)) => Ok(Document { file: file.to_string(), text, body }),
            Ok(_) => Err(wrong(1, "expected a JSON object".to_string())),
            Err(error) => Err(wrong(error.line(), format!("not JSON: {error}"))),
        }
    }

    /// An error at the line where `key` first stands, or at the first line.
    fn wrong(&self, key: &str, why: impl Into<String>) -> ReadError {
        let before = self.text.split(&format!("\"{key}\"")).next().unwrap_or_default();
        let line = if before.len() == self.text.len() { 1 } else { before.matches('\n').count() + 1 };
        ReadError::Content { file: self.file.clone(), line, why: why.into() }
    }

    fn expect_type(&self, expected: &str) -> Result<(), ReadError> {
        match self.body.get("file_type").and_then(Value::as_str) {
            Some(found) if found == expected => Ok(()),
            Some(found) => {
                Err(self.wrong("file_type", format!("expected file_type {expected}, found {found}")))
            }
            None => Err(self.wrong("file_type", format!("file_type is missing; expected {expected}"))),
        }
    }

    fn expect_version(&self) -> Result<(), ReadError> {
        match self.body.get("ocf_version").and_then(Value::as_str) {
            Some(version) if version.starts_with(VERSION) => Ok(()),
            Some(version) => {
                let why = format!("Open Cap Format {version} isn't known; this reads version 1.1");
                Err(self.wrong("ocf_version", why))
            }
            None => Err(self.wrong("ocf_version", "ocf_version is missing")),
        }
    }

    fn issuer(&self) -> Result<Issuer, ReadError> {
        let issuer = self.body.get("issuer").and_then(Value::as_object);
        let issuer = issuer.ok_or_else(|| self.wrong("issuer", "the manifest has no issuer"))?;
        let text = |key: &str| issuer.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let needed = |key: &str| {
            text(key)
                .map(str::to_string)
                .ok_or_else(|| self.wrong("issuer", format!("the issuer has no {key}")))
        };
        let formed = match text("formation_date") {
            Some(date) => Some(date.parse().map_err(|why| self.wrong("formation_date", format!("{why}")))?),
            None => None,
        };
        Ok(Issuer { id: needed("id")?, name: needed("legal_name")?, formed })
    }

    /// The manifest's files with the type that each must have: those of `stock_classes_files` are
    /// of type `OCF_STOCK_CLASSES_FILE`, and so on.
    fn listed_files(&self) -> Result<Vec<(String, String)>, ReadError> {
        let mut files: Vec<(String, String)> = Vec::new();
        for (key, value) in &self.body {
            let Some(group) = key.strip_suffix("_files") else { continue };
            let file_type = format!("OCF_{}_FILE", group.to_ascii_uppercase());
            let entries = value.as_array().ok_or_else(|| self.wrong(key, format!("{key} isn't a list")))?;
            for entry in entries {
                let path = entry.get("filepath").and_then(Value::as_str);
                let path =
                    path.ok_or_else(|| self.wrong(key, format!("an entry of {key} has no filepath")))?;
                let file = self.relative(path)?;
                if files.iter().any(|(known, _)| *known == file) {
                    return Err(self.wrong(key, format!("{file} is listed twice")));
                }
                files.push((file, file_type.clone()));
            }
        }
        Ok(files)
    }

    /// The path without `./`; one that leaves the folder is refused.
    fn relative(&self, path: &str) -> Result<String, ReadError> {
        let mut parts = Vec::new();
        for part in Path::new(path).components() {
            match part {
                Component::CurDir => {}
                Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
                _ => return Err(self.wrong("filepath", format!("{path} leads out of the folder"))),
            }
        }
        Ok(parts.join("/"))
    }

    fn records(&self) -> Result<Vec<Record>, ReadError> {
        let items = self.body.get("items").and_then(Value::as_array);
        let items = items.ok_or_else(|| self.wrong("items", "the file has no list of items"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.record(index, item)).collect())
    }

    fn record(&self, index: usize, item: &Value) -> Record {
        let body = item.as_object().cloned().unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
        let id = Some(text("id")).filter(|id| !id.is_empty());
        Record {
            file: self.file.clone(),
            id: id.unwrap_or_else(|| format!("item {}", index + 1)),
            kind: text("object_type"),
            body,
        }
    }
}
