//! `dropcast token`.

use dropcast_domain::ids::{BrandId, NameError, PrincipalId, ShowId};

use super::{
    CliError,
    arguments::{Role, TokenArguments},
};
use crate::{
    api::auth::{Claims, TokenRole, Tokens},
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
    super::print_line(&tokens.sign(&claims))?;
    Ok(())
}
