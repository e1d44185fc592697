//! `dropcast token`.

use dropcast_domain::ids::{BrandId, NameError, PrincipalId, ShowId};

use super::{
    CliError,
    arguments::{Role, TokenArguments},
};
use crate::{
    api::auth::{Claims, TokenError, TokenRole, Tokens},
    clock::{Clock as _, SystemClock},
    config::Config,
};

pub(super) fn run(arguments: &TokenArguments) -> Result<(), CliError> {
    let config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    let tokens = Tokens::new(config.secret()?);
    let issued_at_s = SystemClock.now().0 / 1_000;
    let named = |what: &'static str| move |error: NameError| format!("--{what} {error}");
    let claims = Claims {
        sub: PrincipalId::new(&arguments.principal).map_err(named("principal"))?,
        role: match arguments.role {
            Role::Viewer => TokenRole::Viewer,
            Role::Host => TokenRole::Host,
            Role::Brand => TokenRole::Brand,
        },
        show: arguments.show.as_deref().map(ShowId::new).transpose().map_err(named("show"))?,
        brand: arguments.brand.as_deref().map(BrandId::new).transpose().map_err(named("brand"))?,
        iat: issued_at_s,
        exp: issued_at_s.saturating_add(arguments.ttl),
    };
    let token = tokens.sign(&claims);
    // What the server would not accept is better said here.
    tokens.verify(&token, SystemClock.now()).map_err(mistake)?;
    super::print_line(&token)?;
    Ok(())
}

fn mistake(error: TokenError) -> String {
    match error {
        TokenError::Unbound => "bind the token to a --show or a --brand; a brand's own needs its --brand".to_owned(),
        TokenError::Expired => "--ttl must be at least 1 second".to_owned(),
        TokenError::Lifetime => {
            let days = |role: TokenRole| role.ttl_ms_max() / (24 * 3_600_000);
            let (others, brand) = (days(TokenRole::Viewer), days(TokenRole::Brand));
            format!("--ttl is too long: at most {others} days, and {brand} for a brand")
        }
        other => other.to_string(),
    }
}
