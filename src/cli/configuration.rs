//! `equipartition.toml`: what `verify` takes where its command line says nothing.

use super::limits::{MOST_INSTANCES, MOST_JOBS, parse_time};
use super::outlet::ReportFormat;
use super::output::shown;
use super::suggest::unknown;
use super::{Failure, output, parse_precision, text_file};
use crate::model::file::Complaint;
use crate::scalar::MENU;
use crate::verify::Effort;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the file that is looked for.
pub const FILE_NAME: &str = "equipartition.toml";

/// The settings of a file; what it does not say is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Configuration {
    /// Beginnings of identifiers; after `=` a whole one, after `!` the beginning of those that are left out.
    pub claims: Vec<String>,
    /// The file of a model, from the directory of this file.
    pub model: Option<PathBuf>,
    /// The file of a baseline, from the directory of this file.
    pub baseline: Option<PathBuf>,
    /// The top of the precision ladder, in bits.
    #[serde(deserialize_with = "precision")]
    pub precision: Option<u32>,
    /// Instances of each law.
    #[serde(deserialize_with = "instances")]
    pub instances: Option<u64>,
    /// How many instances, and how long simulations are.
    #[serde(deserialize_with = "effort")]
    pub effort: Option<Effort>,
    /// The seed.
    pub seed: Option<u64>,
    /// Threads.
    #[serde(deserialize_with = "jobs")]
    pub jobs: Option<u16>,
    /// When to stop.
    #[serde(deserialize_with = "time_limit")]
    pub time_limit: Option<Duration>,
    /// The format of the report on standard output.
    pub format: Option<ReportFormat>,
    /// The file itself, if there is one.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

fn precision<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u32>, D::Error> {
    let bits = u32::deserialize(source)?;
    parse_precision(&bits.to_string()).map(Some).map_err(D::Error::custom)
}

fn instances<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u64>, D::Error> {
    let count = u64::deserialize(source)?;
    let expected = || D::Error::custom(format!("expected from 1 to {MOST_INSTANCES} instances"));
    Some(count).filter(|count| (1..=MOST_INSTANCES).contains(count)).map(Some).ok_or_else(expected)
}

fn effort<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Effort>, D::Error> {
    let name = String::deserialize(source)?;
    let effort = Effort::ALL.into_iter().find(|effort| effort.name() == name);
    effort.map(Some).ok_or_else(|| D::Error::custom("expected one of quick, default and thorough"))
}

fn jobs<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u16>, D::Error> {
    let count = u16::deserialize(source)?;
    let expected = || D::Error::custom(format!("expected at most {MOST_JOBS} threads"));
    Some(count).filter(|count| i64::from(*count) <= MOST_JOBS).map(Some).ok_or_else(expected)
}

fn time_limit<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(source)?;
    parse_time(&text).map(Some).map_err(D::Error::custom)
}

impl Configuration {
    /// The settings of `file`; if none is given, of the nearest `equipartition.toml` from the working directory upwards, unless `ignored`.
    ///
    /// # Errors
    /// If there is no such file, or it says something wrong.
    pub fn find(file: Option<&Path>, ignored: bool) -> Result<Self, Failure> {
        if let Some(path) = file {
            return Self::read(path)?.ok_or_else(|| Failure::MissingInput(shown(path)));
        }
        if ignored {
            return Ok(Configuration::default());
        }
        let here = match std::env::current_dir() {
            Ok(here) => here,
            // A working directory that was deleted has no settings, and nothing else is needed of it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Configuration::default()),
            Err(error) => return Err(Failure::reading("the working directory", error)),
        };
        for directory in here.ancestors() {
            let path = directory.join(FILE_NAME);
            if let Some(settings) = Self::read(&path)? {
                output::complain(&format!("settings from {}", shown(&path)));
                return Ok(settings);
            }
        }
        Ok(Configuration::default())
    }

    /// Reads a file; none if there is none.
    fn read(path: &Path) -> Result<Option<Self>, Failure> {
        match text_file::read(path, text_file::LONGEST) {
            Ok(text) => Self::parse(&shown(path), &text)
                .map(|settings| {
                    let settings = settings.placed(path.parent().unwrap_or(Path::new("")));
                    Some(Configuration { file: Some(path.to_owned()), ..settings })
                })
                .map_err(|complaint| Failure::BadConfiguration(complaint.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match path.symlink_metadata() {
                Ok(_) => Err(Failure::MissingInput(format!("{}: a link to nothing", shown(path)))),
                Err(_) => Ok(None),
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(Failure::BadConfiguration(format!("{}: not text in UTF-8", shown(path))))
            }
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(Failure::BadConfiguration(format!("{}: {error}", shown(path))))
            }
            Err(error) => Err(Failure::reading(&shown(path), error)),
        }
    }

    fn parse(place: &str, text: &str) -> Result<Self, Complaint> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let message = in_our_words(error.message());
            match error.span() {
                Some(span) => Complaint::new(place, text, span, message),
                None => Complaint::of_file(place, message),
            }
        })
    }

    /// With the paths seen from where the settings are.
    fn placed(self, directory: &Path) -> Self {
        let place = |path: PathBuf| directory.join(path);
        Configuration { model: self.model.map(place), baseline: self.baseline.map(place), ..self }
    }
}

/// A complaint of the reader about a key or a value, in the words of this program. What its parser says of the syntax stays as it is.
fn in_our_words(message: &str) -> String {
    if let Some(name) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let schema = schema();
        let keys: Vec<&str> = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| &**key).collect();
        return format!("{}; the keys are {}", unknown("key", name, keys.iter().copied()), keys.join(", "));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return format!("unknown value {rest}");
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let Some((found, expected)) = mismatch.and_then(|rest| rest.split_once(", expected ")) else {
        return message.to_owned();
    };
    let expected = match expected {
        "u16" | "u32" | "u64" => "a whole number that is not negative",
        "a string" | "path string" => "text in quotes",
        "a sequence" => "an array, in square brackets",
        other => other,
    };
    format!("expected {expected}, found {found}")
}

/// The JSON Schema of the file, draft 2020-12.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "equipartition.toml",
        "description": "What `equipartition verify` takes where its command line says nothing.",
        "type": "object",
        "properties": {
            "claims": {"type": "array", "items": {"type": "string"}, "description": "Beginnings of identifiers; after = a whole one, after ! the beginning of those that are left out."},
            "model": {"type": "string", "description": "The file of a model, from the directory of this file."},
            "baseline": {"type": "string", "description": "The file of a baseline, from the directory of this file."},
            "precision": {"enum": MENU, "description": "The top of the precision ladder, in bits."},
            "instances": {"type": "integer", "minimum": 1, "maximum": MOST_INSTANCES, "description": "Instances of each law."},
            "effort": {"enum": Effort::ALL.map(Effort::name), "description": "How many instances, and how long simulations are."},
            "seed": {"type": "integer", "minimum": 0, "description": "The seed from which all instances are drawn."},
            "jobs": {"type": "integer", "minimum": 0, "maximum": MOST_JOBS, "description": "Threads; 0 stands for one per core."},
            "time-limit": {"type": "string", "pattern": "^[0-9.]+[smh]?$", "description": "When to stop, such as 90s, 5m or 1h."},
            "format": {"enum": ["text", "json", "junit", "markdown", "html", "latex"], "description": "The format of the report on standard output."},
        },
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Configuration, Complaint> {
        Configuration::parse("equipartition.toml", text)
    }

    /// A value that each key of the schema takes.
    const SAMPLES: [(&str, &str); 10] = [
        ("claims", "[\"balance\"]"),
        ("model", "\"m.toml\""),
        ("baseline", "\"theory.lock\""),
        ("precision", "1024"),
        ("instances", "8"),
        ("effort", "\"quick\""),
        ("seed", "7"),
        ("jobs", "2"),
        ("time-limit", "\"5m\""),
        ("format", "\"json\""),
    ];

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = schema();
        let keys: Vec<&String> = schema["properties"].as_object().expect("an object").keys().collect();
        assert_eq!(keys, SAMPLES.map(|(key, _)| key));
        for (key, value) in SAMPLES {
            let settings = parse(&format!("{key} = {value}")).unwrap_or_else(|complaint| panic!("{complaint}"));
            assert_ne!(settings, Configuration::default(), "{key} is read");
        }
        assert_eq!(parse("").expect("nothing is said"), Configuration::default());
    }

    #[test]
    fn what_is_wrong_is_underlined() {
        for (text, expected) in [
            ("seed = 1\nprecision = 100", "a precision is 64, 128, 256, 512, 1024, 2048 or 4096 bits"),
            ("instances = 0", "from 1 to 100000"),
            ("effort = \"huge\"", "quick, default and thorough"),
            ("time-limit = \"soon\"", "such as 90s"),
            ("jobs = 2000", "at most 1024"),
            ("presicion = 64", "unknown key `presicion`: did you mean `precision`?; the keys are claims, model,"),
            ("xyzzy = 1", "unknown key `xyzzy`; the keys are"),
            ("seed = -1", "expected a whole number that is not negative, found integer `-1`"),
            ("jobs = \"all\"", "expected a whole number that is not negative, found string \"all\""),
            ("model = 3", "expected text in quotes, found integer `3`"),
            ("claims = \"balance\"", "expected an array, in square brackets, found string \"balance\""),
            ("format = \"yaml\"", "unknown value `yaml`, expected one of"),
            ("seed", "expected"),
        ] {
            let complaint = parse(text).expect_err(text).to_string();
            assert!(complaint.contains(expected) && complaint.contains('^'), "{complaint}");
        }
    }

    #[test]
    fn paths_are_seen_from_the_file() {
        let settings = parse("model = \"a.toml\"\nbaseline = \"/b.lock\"").expect("settings");
        let settings = settings.placed(Path::new("up"));
        assert_eq!((settings.model, settings.baseline), (Some("up/a.toml".into()), Some("/b.lock".into())));
    }
}
