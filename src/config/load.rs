//! Defaults, then a file, then the environment.

use std::{fs, path::Path};

use serde_json::Value;
use toml::{Table, Value as TomlValue};

use super::{Config, ConfigError, Secret};
use crate::journal::Password;

/// What every variable of ours begins with.
const PREFIX: &str = "DROPCAST_";
/// Holds the secret; no field of the file, see [`Config::token_secret`].
const SECRET: &str = "DROPCAST_TOKEN_SECRET";
/// Holds the password for Redis; no field of the file either.
const REDIS_PASSWORD: &str = "DROPCAST_REDIS__PASSWORD";
/// Variables that begin like settings but belong to the command line: where the configuration is, and which server and
/// token the commands that talk to one use.
const NO_SETTINGS: [&str; 4] = ["DROPCAST_CONFIG", "DROPCAST_URL", "DROPCAST_TOKEN", "DROPCAST_BIN"];

impl Config {
    /// Reads the configuration: defaults, then `file`, then the variables whose names begin with `DROPCAST_`, sections
    /// and fields joined by two underscores, such as `DROPCAST_LIMITS__PER_ADDRESS_PER_SECOND`. A list is written with
    /// commas.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line or variable; an unknown field or variable is wrong.
    pub fn load(file: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut table = file.map(read_file).transpose()?.unwrap_or_default();
        let settings = Setting::all();
        let (mut secret, mut redis_password) = (None, None);
        for (name, text) in env.filter(|(name, _)| name.starts_with(PREFIX)) {
            if name == SECRET {
                secret = Some(Secret::new(&text)?);
            } else if name == REDIS_PASSWORD {
                redis_password = Some(Password::new(&text));
            } else if !NO_SETTINGS.contains(&name.as_str()) {
                set(&mut table, &settings, &name, &text)?;
            }
        }
        // Each layer was read by itself before, so this finds nothing new.
        let mut config: Self = table.try_into().map_err(|error: toml::de::Error| ConfigError::Variable {
            name: PREFIX.into(),
            problem: error.to_string(),
        })?;
        config.token_secret = match (secret, &config.token_secret_file) {
            (Some(secret), _) => Some(secret),
            (None, Some(path)) => Some(read_secret(path)?),
            (None, None) => None,
        };
        config.redis.password = match (redis_password, &config.redis.password_file) {
            (Some(password), _) => Some(password),
            (None, Some(path)) => Some(Password::new(&read_text(path)?)),
            (None, None) => None,
        };
        config.check()?;
        Ok(config)
    }

    /// The dotted names of all fields, such as `limits.per_address_burst`, in alphabetical order; the secret is none.
    pub fn field_names() -> Vec<String> {
        Setting::all().into_iter().map(|setting| setting.path.join(".")).collect()
    }
}

/// A field that a variable may set.
struct Setting {
    path: Vec<String>,
    default: Value,
}

impl Setting {
    /// Every field, found in the defaults so that none can be forgotten.
    fn all() -> Vec<Self> {
        let mut settings = Vec::new();
        // The defaults are plain numbers, texts and lists, which JSON can always hold.
        collect(&[], serde_json::to_value(Config::default()).unwrap_or_default(), &mut settings);
        settings
    }

    fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.join("__").to_uppercase())
    }

    /// The text as a value of the field's kind.
    fn value(&self, text: &str) -> Result<TomlValue, String> {
        match &self.default {
            Value::Bool(_) => {
                text.parse().map(TomlValue::Boolean).map_err(|_| format!("{text:?} is not true or false"))
            }
            Value::Number(_) => {
                text.parse().map(TomlValue::Integer).map_err(|_| format!("{text:?} is not a whole number"))
            }
            Value::Array(_) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Ok(TomlValue::Array(items.map(|item| TomlValue::String(item.to_owned())).collect()))
            }
            _ => Ok(TomlValue::String(text.to_owned())),
        }
    }
}

fn collect(path: &[String], value: Value, settings: &mut Vec<Setting>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(&[path, &[name]].concat(), value, settings);
            }
        }
        default => settings.push(Setting { path: path.to_vec(), default }),
    }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text = read_text(path)?;
    let mistake = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
        let line = before.matches('\n').count() + 1;
        ConfigError::File { path: path.to_owned(), line, column, problem: error.message().to_owned() }
    };
    // Read as a whole configuration first: only the text knows the lines.
    toml::from_str::<Config>(&text).map_err(|error| mistake(&error))?;
    toml::from_str(&text).map_err(|error| mistake(&error))
}

fn set(table: &mut Table, settings: &[Setting], name: &str, text: &str) -> Result<(), ConfigError> {
    let Some(setting) = settings.iter().find(|setting| setting.variable() == name) else {
        return Err(ConfigError::VariableUnknown { name: name.to_owned(), nearest: nearest(settings, name) });
    };
    let wrong = |problem| ConfigError::Variable { name: name.to_owned(), problem };
    let mut inner = &mut *table;
    let Some((field, sections)) = setting.path.split_last() else { return Ok(()) };
    for section in sections {
        let entry = inner.entry(section.clone()).or_insert_with(|| TomlValue::Table(Table::new()));
        let TomlValue::Table(section) = entry else { return Ok(()) };
        inner = section;
    }
    inner.insert(field.clone(), setting.value(text).map_err(wrong)?);
    table.clone().try_into::<Config>().map(drop).map_err(|error| wrong(error.message().to_owned()))
}

fn nearest(settings: &[Setting], name: &str) -> String {
    let names = settings.iter().map(Setting::variable).chain([SECRET.to_owned(), REDIS_PASSWORD.to_owned()]);
    names.min_by_key(|known| strsim::damerau_levenshtein(known, name)).unwrap_or_default()
}

fn read_secret(path: &Path) -> Result<Secret, ConfigError> {
    Secret::new(&read_text(path)?).map_err(|source| ConfigError::SecretFile { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;

    type Env<'a> = &'a [(&'a str, &'a str)];

    fn load(file: &str, env: Env<'_>) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dropcast.toml");
        fs::write(&path, file).expect("a file");
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let shown = format!("{}/", folder.path().display());
        Config::load(Some(&path), env).map_err(|error| error.to_string().replace(&shown, ""))
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = "listen = \"127.0.0.1:9000\"\n[limits]\nper_token_burst = 5\nper_token_per_second = 3\n";
        let env = [
            ("DROPCAST_LIMITS__PER_TOKEN_BURST", "7"),
            ("DROPCAST_ALLOWED_ORIGINS", "https://a.example, https://b.example"),
            ("DROPCAST_TRUST_FORWARDED_FOR", "true"),
            ("DROPCAST_LOG__FORMAT", "json"),
            ("DROPCAST_TOKEN_SECRET_FILE", "/nowhere"),
            ("DROPCAST_TOKEN_SECRET", "0123456789abcdef0123456789abcdef"),
            ("HOME", "/root"),
        ];
        let config = load(file, &env).expect("a configuration");
        assert_eq!(config.listen.port(), 9000);
        assert_eq!((config.limits.per_token_burst, config.limits.per_token_per_second), (7, 3));
        assert_eq!(config.limits.per_address_burst, 200);
        assert_eq!(config.allowed_origins, ["https://a.example", "https://b.example"]);
        assert!(config.trust_forwarded_for);
        assert_eq!(config.log.format, LogFormat::Json);
        assert!(config.secret().is_ok(), "the variable wins over the file");
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let cases: [(&str, Env<'_>, &str); 9] = [
            ("listen = 1\n", &[], "dropcast.toml:1:10: invalid type: integer `1`, expected socket address"),
            ("\n[limits]\nburst = 1\n", &[], "dropcast.toml:3:1: unknown field `burst`, expected one of"),
            ("[limits\n", &[], "dropcast.toml:1:8: "),
            ("token_secret = \"x\"\n", &[], "dropcast.toml:1:1: unknown field `token_secret`"),
            ("", &[("DROPCAST_LISTN", "x")], "DROPCAST_LISTN: there is no such setting; did you mean DROPCAST_LISTEN?"),
            ("", &[("DROPCAST_LISTEN", "x")], "DROPCAST_LISTEN: invalid socket address syntax"),
            ("", &[("DROPCAST_HUB__SHARDS", "-1")], "DROPCAST_HUB__SHARDS: invalid value: integer `-1`"),
            ("", &[("DROPCAST_HUB__SHARDS", "many")], "DROPCAST_HUB__SHARDS: \"many\" is not a whole number"),
            (
                "",
                &[("DROPCAST_TOKEN_SECRET", "short")],
                "DROPCAST_TOKEN_SECRET: it has 5 bytes; it must have at least 32",
            ),
        ];
        for (file, env, expected) in cases {
            let error = load(file, env).map(drop).expect_err(expected);
            assert!(error.starts_with(expected), "{error}\nexpected: {expected}");
        }
    }

    #[test]
    fn the_secret_may_come_from_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "0123456789abcdef0123456789abcdef\n").expect("a file");
        let env = [("DROPCAST_TOKEN_SECRET_FILE".to_owned(), path.display().to_string())];
        let config = Config::load(None, env.into_iter()).expect("a configuration");
        assert_eq!(config.secret().expect("a secret").expose(), b"0123456789abcdef0123456789abcdef");
        let none = Config::load(None, std::iter::empty()).expect("a configuration");
        assert!(matches!(none.secret(), Err(ConfigError::SecretMissing)));
    }

    #[test]
    fn the_password_of_redis_comes_from_the_environment_or_a_file_and_is_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("password");
        fs::write(&path, "of the file\n").expect("a file");
        let file = ("DROPCAST_REDIS__PASSWORD_FILE".to_owned(), path.display().to_string());
        let variable = ("DROPCAST_REDIS__PASSWORD".to_owned(), "of the variable".to_owned());
        let url = ("DROPCAST_REDIS__URL".to_owned(), "redis://:hushed@host, redis://other".to_owned());
        let cluster = ("DROPCAST_REDIS__CLUSTER".to_owned(), "true".to_owned());
        for (env, password) in [
            (vec![file.clone(), url.clone(), cluster.clone()], "of the file"),
            (vec![file, variable, url, cluster], "of the variable"),
        ] {
            let config = Config::load(None, env.into_iter()).expect("a configuration");
            assert_eq!(config.redis.password, Some(Password::new(password)));
            assert_eq!(config.redis.options().urls.len(), 2);
            assert!(!format!("{config:?} {:?}", config.redis.options()).contains("hushed"));
        }
    }

    #[test]
    fn every_field_is_in_the_operators_page() {
        let page = include_str!("../../docs/operations/configuration.md");
        for field in Config::field_names() {
            let heading = format!("| `{field}` |");
            assert!(page.contains(&heading), "docs/operations/configuration.md does not explain {field}");
        }
    }
}
